/** Inputs of the hypercall that points an assigned device's interrupt at other processors. */
import { type Structure, structure } from '../memory/structure.ts';

export const MSI_ENTRY = structure('hv_msi_entry', 8, {
  as_uint64: [0, 8],
  'address.as_uint32': [0, 4],
  'address.reserved1': [0, 0, 0, 2],
  'address.destination_mode': [0, 0, 2, 1],
  'address.redirection_hint': [0, 0, 3, 1],
  'address.reserved2': [0, 0, 4, 8],
  'address.destination_id': [1, 0, 4, 8],
  'address.msi_base': [2, 0, 4, 12],
  'data.as_uint32': [4, 4],
  'data.vector': [4, 0, 0, 8],
  'data.delivery_mode': [5, 0, 0, 3],
  'data.reserved1': [5, 0, 3, 3],
  'data.level_assert': [5, 0, 6, 1],
  'data.trigger_mode': [5, 0, 7, 1],
  'data.reserved2': [6, 0, 0, 16],
});

export const INTERRUPT_ENTRY = structure('hv_interrupt_entry', 16, {
  source: [0, 4],
  reserved1: [4, 4],
  'msi_entry.as_uint64': [8, 8],
  'msi_entry.address.as_uint32': [8, 4],
  'msi_entry.address.reserved1': [8, 0, 0, 2],
  'msi_entry.address.destination_mode': [8, 0, 2, 1],
  'msi_entry.address.redirection_hint': [8, 0, 3, 1],
  'msi_entry.address.reserved2': [8, 0, 4, 8],
  'msi_entry.address.destination_id': [9, 0, 4, 8],
  'msi_entry.address.msi_base': [10, 0, 4, 12],
  'msi_entry.data.as_uint32': [12, 4],
  'msi_entry.data.vector': [12, 0, 0, 8],
  'msi_entry.data.delivery_mode': [13, 0, 0, 3],
  'msi_entry.data.reserved1': [13, 0, 3, 3],
  'msi_entry.data.level_assert': [13, 0, 6, 1],
  'msi_entry.data.trigger_mode': [13, 0, 7, 1],
  'msi_entry.data.reserved2': [14, 0, 0, 16],
  ioapic_rte: [8, 8],
});

export const DEVICE_INTERRUPT_TARGET = structure('hv_device_interrupt_target', 24, {
  vector: [0, 4],
  flags: [4, 4],
  vp_mask: [8, 8],
  'vp_set.format': [8, 8],
  'vp_set.valid_bank_mask': [16, 8],
  'vp_set.bank_contents': [24, 0],
});

export const RETARGET_DEVICE_INTERRUPT = structure('hv_retarget_device_interrupt', 64, {
  partition_id: [0, 8],
  device_id: [8, 8],
  'int_entry.source': [16, 4],
  'int_entry.reserved1': [20, 4],
  'int_entry.msi_entry.as_uint64': [24, 8],
  'int_entry.msi_entry.address.as_uint32': [24, 4],
  'int_entry.msi_entry.address.reserved1': [24, 0, 0, 2],
  'int_entry.msi_entry.address.destination_mode': [24, 0, 2, 1],
  'int_entry.msi_entry.address.redirection_hint': [24, 0, 3, 1],
  'int_entry.msi_entry.address.reserved2': [24, 0, 4, 8],
  'int_entry.msi_entry.address.destination_id': [25, 0, 4, 8],
  'int_entry.msi_entry.address.msi_base': [26, 0, 4, 12],
  'int_entry.msi_entry.data.as_uint32': [28, 4],
  'int_entry.msi_entry.data.vector': [28, 0, 0, 8],
  'int_entry.msi_entry.data.delivery_mode': [29, 0, 0, 3],
  'int_entry.msi_entry.data.reserved1': [29, 0, 3, 3],
  'int_entry.msi_entry.data.level_assert': [29, 0, 6, 1],
  'int_entry.msi_entry.data.trigger_mode': [29, 0, 7, 1],
  'int_entry.msi_entry.data.reserved2': [30, 0, 0, 16],
  'int_entry.ioapic_rte': [24, 8],
  reserved2: [32, 8],
  'int_target.vector': [40, 4],
  'int_target.flags': [44, 4],
  'int_target.vp_mask': [48, 8],
  'int_target.vp_set.format': [48, 8],
  'int_target.vp_set.valid_bank_mask': [56, 8],
  'int_target.vp_set.bank_contents': [64, 0],
});

export const DEVICE_INTERRUPT_STRUCTURES: readonly Structure[] = [
  MSI_ENTRY,
  INTERRUPT_ENTRY,
  DEVICE_INTERRUPT_TARGET,
  RETARGET_DEVICE_INTERRUPT,
];
