import { type Structure, structure, within } from '../memory/structure.ts';

/** Inputs and outputs of hypercalls about ports, events and interrupts. */
export const PORT_INFO = structure('hv_port_info', 24, {
  port_type: [0, 4],
  padding: [4, 4],
  message_port_info: [8, 16],
  'message_port_info.target_sint': [8, 4],
  'message_port_info.target_vp': [12, 4],
  'message_port_info.rsvdz': [16, 8],
  event_port_info: [8, 16],
  'event_port_info.target_sint': [8, 4],
  'event_port_info.target_vp': [12, 4],
  'event_port_info.base_flag_number': [16, 2],
  'event_port_info.flag_count': [18, 2],
  'event_port_info.rsvdz': [20, 4],
  monitor_port_info: [8, 16],
  'monitor_port_info.monitor_address': [8, 8],
  'monitor_port_info.rsvdz': [16, 8],
  doorbell_port_info: [8, 16],
  'doorbell_port_info.target_sint': [8, 4],
  'doorbell_port_info.target_vp': [12, 4],
  'doorbell_port_info.rsvdz': [16, 8],
});

export const INPUT_CREATE_PORT = structure('hv_input_create_port', 56, {
  port_partition_id: [0, 8],
  port_id: [8, 4],
  'port_id.as__u32': [8, 4],
  'port_id.u': [8, 4],
  'port_id.u.id': [8, 0, 0, 24],
  'port_id.u.reserved': [11, 0, 0, 8],
  port_vtl: [12, 1],
  min_connection_vtl: [13, 1],
  padding: [14, 2],
  connection_partition_id: [16, 8],
  port_info: [24, 24],
  ...within('port_info', 24, PORT_INFO.fields),
  proximity_domain_info: [48, 8],
  'proximity_domain_info.domain_id': [48, 4],
  'proximity_domain_info.flags': [52, 4],
  'proximity_domain_info.flags.proximity_preferred': [52, 0, 0, 1],
  'proximity_domain_info.flags.reserved': [52, 0, 1, 30],
  'proximity_domain_info.flags.proximity_info_valid': [55, 0, 7, 1],
});

export const CONNECTION_INFO = structure('hv_connection_info', 32, {
  port_type: [0, 4],
  padding: [4, 4],
  message_connection_info: [8, 8],
  'message_connection_info.rsvdz': [8, 8],
  event_connection_info: [8, 8],
  'event_connection_info.rsvdz': [8, 8],
  monitor_connection_info: [8, 8],
  'monitor_connection_info.monitor_address': [8, 8],
  doorbell_connection_info: [8, 24],
  'doorbell_connection_info.gpa': [8, 8],
  'doorbell_connection_info.trigger_value': [16, 8],
  'doorbell_connection_info.flags': [24, 8],
});

export const INPUT_CONNECT_PORT = structure('hv_input_connect_port', 72, {
  connection_partition_id: [0, 8],
  connection_id: [8, 4],
  connection_vtl: [12, 1],
  rsvdz0: [13, 1],
  rsvdz1: [14, 2],
  port_partition_id: [16, 8],
  port_id: [24, 4],
  'port_id.as__u32': [24, 4],
  'port_id.u': [24, 4],
  'port_id.u.id': [24, 0, 0, 24],
  'port_id.u.reserved': [27, 0, 0, 8],
  reserved2: [28, 4],
  connection_info: [32, 32],
  ...within('connection_info', 32, CONNECTION_INFO.fields),
  proximity_domain_info: [64, 8],
  'proximity_domain_info.domain_id': [64, 4],
  'proximity_domain_info.flags': [68, 4],
  'proximity_domain_info.flags.proximity_preferred': [68, 0, 0, 1],
  'proximity_domain_info.flags.reserved': [68, 0, 1, 30],
  'proximity_domain_info.flags.proximity_info_valid': [71, 0, 7, 1],
});

export const INPUT_SIGNAL_EVENT_DIRECT = structure('hv_input_signal_event_direct', 16, {
  target_partition: [0, 8],
  target_vp: [8, 4],
  target_vtl: [12, 1],
  target_sint: [13, 1],
  flag_number: [14, 2],
});

export const OUTPUT_SIGNAL_EVENT_DIRECT = structure('hv_output_signal_event_direct', 8, {
  newly_signaled: [0, 1],
  reserved: [1, 7],
});

export const INPUT_VTL = structure('hv_input_vtl', 1, {
  as_uint8: [0, 1],
  target_vtl: [0, 0, 0, 4],
  use_target_vtl: [0, 0, 4, 1],
  reserved_z: [0, 0, 5, 3],
});

export const INTERRUPT_CONTROL = structure('hv_interrupt_control', 8, {
  as_uint64: [0, 8],
  interrupt_type: [0, 4],
  level_triggered: [4, 0, 0, 1],
  logical_dest_mode: [4, 0, 1, 1],
  rsvd: [4, 0, 2, 30],
});

export const INPUT_ASSERT_VIRTUAL_INTERRUPT = structure('hv_input_assert_virtual_interrupt', 32, {
  partition_id: [0, 8],
  control: [8, 8],
  ...within('control', 8, INTERRUPT_CONTROL.fields),
  dest_addr: [16, 8],
  vector: [24, 4],
  target_vtl: [28, 1],
  rsvd_z0: [29, 1],
  rsvd_z1: [30, 2],
});

export const HYPERCALL_STRUCTURES: readonly Structure[] = [
  PORT_INFO,
  INPUT_CREATE_PORT,
  CONNECTION_INFO,
  INPUT_CONNECT_PORT,
  INPUT_SIGNAL_EVENT_DIRECT,
  OUTPUT_SIGNAL_EVENT_DIRECT,
  INPUT_VTL,
  INTERRUPT_CONTROL,
  INPUT_ASSERT_VIRTUAL_INTERRUPT,
];
