import { type Structure, structure, within } from '../memory/structure.ts';
import { REGISTER_VALUE, SEGMENT_REGISTER } from './register-structures.ts';

/** Payloads of intercept messages; they begin at byte 16 of the message. Source: mshv headers (hvhdk.h). */
export const VP_EXECUTION_STATE = structure('hv_x64_vp_execution_state', 2, {
  as_uint16: [0, 2],
  cpl: [0, 0, 0, 2],
  cr0_pe: [0, 0, 2, 1],
  cr0_am: [0, 0, 3, 1],
  efer_lma: [0, 0, 4, 1],
  debug_active: [0, 0, 5, 1],
  interruption_pending: [0, 0, 6, 1],
  vtl: [0, 0, 7, 4],
  enclave_mode: [1, 0, 3, 1],
  interrupt_shadow: [1, 0, 4, 1],
  virtualization_fault_active: [1, 0, 5, 1],
  reserved: [1, 0, 6, 2],
});

/** What the payload of every intercept message begins with. */
export const INTERCEPT_MESSAGE_HEADER = structure('hv_x64_intercept_message_header', 40, {
  vp_index: [0, 4],
  instruction_length: [4, 0, 0, 4],
  cr8: [4, 0, 4, 4],
  intercept_access_type: [5, 1],
  execution_state: [6, 2],
  ...within('execution_state', 6, VP_EXECUTION_STATE.fields),
  cs_segment: [8, 16],
  ...within('cs_segment', 8, SEGMENT_REGISTER.fields),
  rip: [24, 8],
  rflags: [32, 8],
});

export const IO_PORT_ACCESS_INFO = structure('hv_x64_io_port_access_info', 1, {
  as_uint8: [0, 1],
  access_size: [0, 0, 0, 3],
  string_op: [0, 0, 3, 1],
  rep_prefix: [0, 0, 4, 1],
  reserved: [0, 0, 5, 3],
});

export const IO_PORT_INTERCEPT_MESSAGE = structure('hv_x64_io_port_intercept_message', 128, {
  header: [0, 40],
  ...within('header', 0, INTERCEPT_MESSAGE_HEADER.fields),
  port_number: [40, 2],
  access_info: [42, 1],
  ...within('access_info', 42, IO_PORT_ACCESS_INFO.fields),
  instruction_byte_count: [43, 1],
  reserved: [44, 4],
  rax: [48, 8],
  instruction_bytes: [56, 16],
  ds_segment: [72, 16],
  ...within('ds_segment', 72, SEGMENT_REGISTER.fields),
  es_segment: [88, 16],
  ...within('es_segment', 88, SEGMENT_REGISTER.fields),
  rcx: [104, 8],
  rsi: [112, 8],
  rdi: [120, 8],
});

export const MEMORY_ACCESS_INFO = structure('hv_x64_memory_access_info', 1, {
  as_uint8: [0, 1],
  gva_valid: [0, 0, 0, 1],
  gva_gpa_valid: [0, 0, 1, 1],
  hypercall_output_pending: [0, 0, 2, 1],
  tlb_locked_no_overlay: [0, 0, 3, 1],
  reserved: [0, 0, 4, 4],
});

export const MEMORY_INTERCEPT_MESSAGE = structure('hv_x64_memory_intercept_message', 80, {
  header: [0, 40],
  ...within('header', 0, INTERCEPT_MESSAGE_HEADER.fields),
  cache_type: [40, 4],
  instruction_byte_count: [44, 1],
  memory_access_info: [45, 1],
  ...within('memory_access_info', 45, MEMORY_ACCESS_INFO.fields),
  tpr_priority: [46, 1],
  reserved1: [47, 1],
  guest_virtual_address: [48, 8],
  guest_physical_address: [56, 8],
  instruction_bytes: [64, 16],
});

export const MSR_INTERCEPT_MESSAGE = structure('hv_x64_msr_intercept_message', 64, {
  header: [0, 40],
  ...within('header', 0, INTERCEPT_MESSAGE_HEADER.fields),
  msr_number: [40, 4],
  reserved: [44, 4],
  rdx: [48, 8],
  rax: [56, 8],
});

export const CPUID_INTERCEPT_MESSAGE = structure('hv_x64_cpuid_intercept_message', 104, {
  header: [0, 40],
  ...within('header', 0, INTERCEPT_MESSAGE_HEADER.fields),
  rax: [40, 8],
  rcx: [48, 8],
  rdx: [56, 8],
  rbx: [64, 8],
  default_result_rax: [72, 8],
  default_result_rcx: [80, 8],
  default_result_rdx: [88, 8],
  default_result_rbx: [96, 8],
});

export const EXCEPTION_INFO = structure('hv_x64_exception_info', 1, {
  as_uint8: [0, 1],
  error_code_valid: [0, 0, 0, 1],
  software_exception: [0, 0, 1, 1],
  reserved: [0, 0, 2, 6],
});

export const EXCEPTION_INTERCEPT_MESSAGE = structure('hv_x64_exception_intercept_message', 240, {
  header: [0, 40],
  ...within('header', 0, INTERCEPT_MESSAGE_HEADER.fields),
  exception_vector: [40, 2],
  exception_info: [42, 1],
  ...within('exception_info', 42, EXCEPTION_INFO.fields),
  instruction_byte_count: [43, 1],
  error_code: [44, 4],
  exception_parameter: [48, 8],
  reserved: [56, 8],
  instruction_bytes: [64, 16],
  ds_segment: [80, 16],
  ...within('ds_segment', 80, SEGMENT_REGISTER.fields),
  ss_segment: [96, 16],
  ...within('ss_segment', 96, SEGMENT_REGISTER.fields),
  rax: [112, 8],
  rcx: [120, 8],
  rdx: [128, 8],
  rbx: [136, 8],
  rsp: [144, 8],
  rbp: [152, 8],
  rsi: [160, 8],
  rdi: [168, 8],
  r8: [176, 8],
  r9: [184, 8],
  r10: [192, 8],
  r11: [200, 8],
  r12: [208, 8],
  r13: [216, 8],
  r14: [224, 8],
  r15: [232, 8],
});

export const HYPERCALL_INTERCEPT_MESSAGE = structure('hv_x64_hypercall_intercept_message', 196, {
  header: [0, 40],
  ...within('header', 0, INTERCEPT_MESSAGE_HEADER.fields),
  rax: [40, 8],
  rbx: [48, 8],
  rcx: [56, 8],
  rdx: [64, 8],
  r8: [72, 8],
  rsi: [80, 8],
  rdi: [88, 8],
  xmmregisters: [96, 96],
  isolated: [192, 0, 0, 1],
  reserved: [192, 0, 1, 31],
});

export const REGISTER_ACCESS_INFO = structure('hv_x64_register_access_info', 16, {
  source_value: [0, 16],
  ...within('source_value', 0, REGISTER_VALUE.fields),
  destination_register: [0, 4],
  source_address: [0, 8],
  destination_address: [0, 8],
});

export const REGISTER_INTERCEPT_MESSAGE = structure('hv_x64_register_intercept_message', 64, {
  header: [0, 40],
  ...within('header', 0, INTERCEPT_MESSAGE_HEADER.fields),
  is_memory_op: [40, 0, 0, 1],
  reserved: [40, 0, 1, 7],
  reserved8: [41, 1],
  reserved16: [42, 2],
  register_name: [44, 4],
  access_info: [48, 16],
  ...within('access_info', 48, REGISTER_ACCESS_INFO.fields),
});

export const SIPI_INTERCEPT_MESSAGE = structure('hv_x64_sipi_intercept_message', 48, {
  header: [0, 40],
  ...within('header', 0, INTERCEPT_MESSAGE_HEADER.fields),
  target_vp_index: [40, 4],
  interrupt_vector: [44, 4],
});

export const GPA_ATTRIBUTE_INTERCEPT_MESSAGE = structure(
  'hv_x64_gpa_attribute_intercept_message',
  240,
  {
    vp_index: [0, 4],
    range_count: [4, 0, 0, 5],
    adjust: [4, 0, 5, 1],
    host_visibility: [4, 0, 6, 2],
    memory_type: [5, 0, 0, 6],
    reserved: [5, 0, 6, 18],
    ranges: [8, 232],
  },
);

export const APIC_EOI_MESSAGE = structure('hv_x64_apic_eoi_message', 8, {
  vp_index: [0, 4],
  interrupt_vector: [4, 4],
});

export const HALT_MESSAGE = structure('hv_x64_halt_message', 40, {
  header: [0, 40],
  ...within('header', 0, INTERCEPT_MESSAGE_HEADER.fields),
});

export const INTERRUPTION_DELIVERABLE_MESSAGE = structure(
  'hv_x64_interruption_deliverable_message',
  48,
  {
    header: [0, 40],
    ...within('header', 0, INTERCEPT_MESSAGE_HEADER.fields),
    deliverable_type: [40, 4],
    rsvd: [44, 4],
  },
);

export const INVALID_VP_REGISTER_MESSAGE = structure('hv_x64_invalid_vp_register_message', 8, {
  vp_index: [0, 4],
  reserved: [4, 4],
});

export const SINT_DELIVERABLE_MESSAGE = structure('hv_x64_sint_deliverable_message', 48, {
  header: [0, 40],
  ...within('header', 0, INTERCEPT_MESSAGE_HEADER.fields),
  deliverable_sints: [40, 2],
  rsvd1: [42, 2],
  rsvd2: [44, 4],
});

export const UNRECOVERABLE_EXCEPTION_MESSAGE = structure(
  'hv_x64_unrecoverable_exception_message',
  40,
  {
    header: [0, 40],
    ...within('header', 0, INTERCEPT_MESSAGE_HEADER.fields),
  },
);

export const UNSUPPORTED_FEATURE_MESSAGE = structure('hv_x64_unsupported_feature_message', 16, {
  vp_index: [0, 4],
  feature_code: [4, 4],
  feature_parameter: [8, 8],
});

/** Says only whose intercept-message page has a message. */
export const OPAQUE_INTERCEPT_MESSAGE = structure('hv_opaque_intercept_message', 4, {
  vp_index: [0, 4],
});

export const INTERCEPT_STRUCTURES: readonly Structure[] = [
  VP_EXECUTION_STATE,
  INTERCEPT_MESSAGE_HEADER,
  IO_PORT_ACCESS_INFO,
  IO_PORT_INTERCEPT_MESSAGE,
  MEMORY_ACCESS_INFO,
  MEMORY_INTERCEPT_MESSAGE,
  MSR_INTERCEPT_MESSAGE,
  CPUID_INTERCEPT_MESSAGE,
  EXCEPTION_INFO,
  EXCEPTION_INTERCEPT_MESSAGE,
  HYPERCALL_INTERCEPT_MESSAGE,
  REGISTER_ACCESS_INFO,
  REGISTER_INTERCEPT_MESSAGE,
  SIPI_INTERCEPT_MESSAGE,
  GPA_ATTRIBUTE_INTERCEPT_MESSAGE,
  APIC_EOI_MESSAGE,
  HALT_MESSAGE,
  INTERRUPTION_DELIVERABLE_MESSAGE,
  INVALID_VP_REGISTER_MESSAGE,
  SINT_DELIVERABLE_MESSAGE,
  UNRECOVERABLE_EXCEPTION_MESSAGE,
  UNSUPPORTED_FEATURE_MESSAGE,
  OPAQUE_INTERCEPT_MESSAGE,
];
