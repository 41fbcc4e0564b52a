import { type Structure, structure, within } from '../memory/structure.ts';
import { INPUT_VTL } from './hypercall-structures.ts';

/** Registers as hypercalls and the register page have them. Source: mshv headers (hvgdk_mini.h, hvhdk.h). */
export const U128 = structure('hv_u128', 16, {
  low_part: [0, 8],
  high_part: [8, 8],
});

export const EXPLICIT_SUSPEND_REGISTER = structure('hv_explicit_suspend_register', 8, {
  as_uint64: [0, 8],
  suspended: [0, 0, 0, 1],
  reserved: [0, 0, 1, 63],
});

export const INTERCEPT_SUSPEND_REGISTER = structure('hv_intercept_suspend_register', 8, {
  as_uint64: [0, 8],
  suspended: [0, 0, 0, 1],
  reserved: [0, 0, 1, 63],
});

export const INTERNAL_ACTIVITY_REGISTER = structure('hv_internal_activity_register', 8, {
  as_uint64: [0, 8],
  startup_suspend: [0, 0, 0, 1],
  halt_suspend: [0, 0, 1, 1],
  idle_suspend: [0, 0, 2, 1],
  rsvd_z: [0, 0, 3, 61],
});

export const FP_REGISTER = structure('hv_x64_fp_register', 16, {
  as_uint128: [0, 16],
  'as_uint128.low_part': [0, 8],
  'as_uint128.high_part': [8, 8],
  mantissa: [0, 8],
  biased_exponent: [8, 0, 0, 15],
  sign: [9, 0, 7, 1],
  reserved: [10, 0, 0, 48],
});

export const FP_CONTROL_STATUS_REGISTER = structure('hv_x64_fp_control_status_register', 16, {
  as_uint128: [0, 16],
  'as_uint128.low_part': [0, 8],
  'as_uint128.high_part': [8, 8],
  fp_control: [0, 2],
  fp_status: [2, 2],
  fp_tag: [4, 1],
  reserved: [5, 1],
  last_fp_op: [6, 2],
  last_fp_rip: [8, 8],
  last_fp_eip: [8, 4],
  last_fp_cs: [12, 2],
  padding: [14, 2],
});

export const XMM_CONTROL_STATUS_REGISTER = structure('hv_x64_xmm_control_status_register', 16, {
  as_uint128: [0, 16],
  'as_uint128.low_part': [0, 8],
  'as_uint128.high_part': [8, 8],
  last_fp_rdp: [0, 8],
  last_fp_dp: [0, 4],
  last_fp_ds: [4, 2],
  padding: [6, 2],
  xmm_status_control: [8, 4],
  xmm_status_control_mask: [12, 4],
});

export const SEGMENT_REGISTER = structure('hv_x64_segment_register', 16, {
  base: [0, 8],
  limit: [8, 4],
  selector: [12, 2],
  segment_type: [14, 0, 0, 4],
  non_system_segment: [14, 0, 4, 1],
  descriptor_privilege_level: [14, 0, 5, 2],
  present: [14, 0, 7, 1],
  reserved: [15, 0, 0, 4],
  available: [15, 0, 4, 1],
  _long: [15, 0, 5, 1],
  _default: [15, 0, 6, 1],
  granularity: [15, 0, 7, 1],
  attributes: [14, 2],
});

export const TABLE_REGISTER = structure('hv_x64_table_register', 16, {
  pad: [0, 6],
  limit: [6, 2],
  base: [8, 8],
});

export const INTERRUPT_STATE_REGISTER = structure('hv_x64_interrupt_state_register', 8, {
  as_uint64: [0, 8],
  interrupt_shadow: [0, 0, 0, 1],
  nmi_masked: [0, 0, 1, 1],
  reserved: [0, 0, 2, 62],
});

export const PENDING_INTERRUPTION_REGISTER = structure('hv_x64_pending_interruption_register', 8, {
  as_uint64: [0, 8],
  interruption_pending: [0, 0, 0, 1],
  interruption_type: [0, 0, 1, 3],
  deliver_error_code: [0, 0, 4, 1],
  instruction_length: [0, 0, 5, 4],
  nested_event: [1, 0, 1, 1],
  reserved: [1, 0, 2, 6],
  interruption_vector: [2, 0, 0, 16],
  error_code: [4, 4],
});

export const MSR_NPIEP_CONFIG_CONTENTS = structure('hv_x64_msr_npiep_config_contents', 8, {
  as_uint64: [0, 8],
  prevents_gdt: [0, 0, 0, 1],
  prevents_idt: [0, 0, 1, 1],
  prevents_ldt: [0, 0, 2, 1],
  prevents_tr: [0, 0, 3, 1],
  reserved: [0, 0, 4, 60],
});

export const PENDING_EXCEPTION_EVENT = structure('hv_x64_pending_exception_event', 16, {
  as_uint64: [0, 16],
  event_pending: [0, 0, 0, 1],
  event_type: [0, 0, 1, 3],
  reserved0: [0, 0, 4, 4],
  deliver_error_code: [1, 0, 0, 1],
  reserved1: [1, 0, 1, 7],
  vector: [2, 0, 0, 16],
  error_code: [4, 4],
  exception_parameter: [8, 8],
});

export const PENDING_VIRTUALIZATION_FAULT_EVENT = structure(
  'hv_x64_pending_virtualization_fault_event',
  16,
  {
    as_uint64: [0, 16],
    event_pending: [0, 0, 0, 1],
    event_type: [0, 0, 1, 3],
    reserved0: [0, 0, 4, 4],
    reserved1: [1, 0, 0, 8],
    parameter0: [2, 0, 0, 16],
    code: [4, 4],
    parameter1: [8, 8],
  },
);

export const REGISTER_VALUE = structure('hv_register_value', 16, {
  reg128: [0, 16],
  'reg128.low_part': [0, 8],
  'reg128.high_part': [8, 8],
  reg64: [0, 8],
  reg32: [0, 4],
  reg16: [0, 2],
  reg8: [0, 1],
  fp: [0, 16],
  ...within('fp', 0, FP_REGISTER.fields),
  fp_control_status: [0, 16],
  ...within('fp_control_status', 0, FP_CONTROL_STATUS_REGISTER.fields),
  xmm_control_status: [0, 16],
  ...within('xmm_control_status', 0, XMM_CONTROL_STATUS_REGISTER.fields),
  segment: [0, 16],
  ...within('segment', 0, SEGMENT_REGISTER.fields),
  table: [0, 16],
  ...within('table', 0, TABLE_REGISTER.fields),
  explicit_suspend: [0, 8],
  ...within('explicit_suspend', 0, EXPLICIT_SUSPEND_REGISTER.fields),
  intercept_suspend: [0, 8],
  ...within('intercept_suspend', 0, EXPLICIT_SUSPEND_REGISTER.fields),
  internal_activity: [0, 8],
  ...within('internal_activity', 0, INTERNAL_ACTIVITY_REGISTER.fields),
  interrupt_state: [0, 8],
  ...within('interrupt_state', 0, INTERRUPT_STATE_REGISTER.fields),
  pending_interruption: [0, 8],
  ...within('pending_interruption', 0, PENDING_INTERRUPTION_REGISTER.fields),
  npiep_config: [0, 8],
  ...within('npiep_config', 0, MSR_NPIEP_CONFIG_CONTENTS.fields),
  pending_exception_event: [0, 16],
  ...within('pending_exception_event', 0, PENDING_EXCEPTION_EVENT.fields),
  pending_virtualization_fault_event: [0, 16],
  ...within('pending_virtualization_fault_event', 0, PENDING_VIRTUALIZATION_FAULT_EVENT.fields),
  sev_control: [0, 8],
  'sev_control.as_uint64': [0, 8],
  'sev_control.enable_encrypted_state': [0, 0, 0, 1],
  'sev_control.reserved_z': [0, 0, 1, 11],
  'sev_control.vmsa_gpa_page_number': [1, 0, 4, 52],
});

/** An entry of that list. */
export const REGISTER_ASSOC = structure('hv_register_assoc', 32, {
  name: [0, 4],
  reserved1: [4, 4],
  reserved2: [8, 8],
  value: [16, 16],
  ...within('value', 16, REGISTER_VALUE.fields),
});

/** Input page of HvSetVpRegisters; the list follows. */
export const INPUT_SET_VP_REGISTERS = structure('hv_input_set_vp_registers', 16, {
  partition_id: [0, 8],
  vp_index: [8, 4],
  input_vtl: [12, 1],
  ...within('input_vtl', 12, INPUT_VTL.fields),
  rsvd_z8: [13, 1],
  rsvd_z16: [14, 2],
  elements: [16, 0],
});

export const REGISTER_STRUCTURES: readonly Structure[] = [
  U128,
  EXPLICIT_SUSPEND_REGISTER,
  INTERCEPT_SUSPEND_REGISTER,
  INTERNAL_ACTIVITY_REGISTER,
  FP_REGISTER,
  FP_CONTROL_STATUS_REGISTER,
  XMM_CONTROL_STATUS_REGISTER,
  SEGMENT_REGISTER,
  TABLE_REGISTER,
  INTERRUPT_STATE_REGISTER,
  PENDING_INTERRUPTION_REGISTER,
  MSR_NPIEP_CONFIG_CONTENTS,
  PENDING_EXCEPTION_EVENT,
  PENDING_VIRTUALIZATION_FAULT_EVENT,
  REGISTER_VALUE,
  REGISTER_ASSOC,
  INPUT_SET_VP_REGISTERS,
];
