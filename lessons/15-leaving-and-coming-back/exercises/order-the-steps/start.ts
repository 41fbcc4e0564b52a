import type { LeavingStep } from 'two-checkboxes';

/**
 * The steps by which the root takes a virtual function from a running machine, in the order in
 * which it takes them.
 *
 * - `switch-path`: tell the guest to send by VMBus. It goes on taking what the VF receives.
 * - `move-filter`: frames for the machine go to the default VPort, and from there to VMBus.
 * - `delete-vport`: the VF's queues in the card are switched off.
 * - `reset-vf`: function-level reset. What the queues held is gone.
 * - `free-vf`: the guest loses the device, the IOMMU its domain. Refused while there is a VPort.
 */
export const steps: LeavingStep[] = [
  'reset-vf',
  'free-vf',
  'delete-vport',
  'move-filter',
  'switch-path',
];
