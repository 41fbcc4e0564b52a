import type { LeavingStep } from 'two-checkboxes';

/**
 * First nobody uses the VF any more: the guest does not send by it, the card does not receive for
 * it. These two may change places. Only then is it switched off, emptied, and given back.
 */
export const steps: LeavingStep[] = [
  'switch-path',
  'move-filter',
  'delete-vport',
  'reset-vf',
  'free-vf',
];
