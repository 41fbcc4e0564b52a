import { type Structure, structure, within } from '../memory/structure.ts';

/** What lies in the pages and registers of a SynIC. Source: the VMBus facts in content/sources, section 3. */
export const PORT_ID = structure('hv_port_id', 4, {
  asu32: [0, 4],
  u: [0, 4],
  'u.id': [0, 0, 0, 24],
  'u.reserved': [3, 0, 0, 8],
});

export const CONNECTION_ID = structure('hv_connection_id', 4, {
  asu32: [0, 4],
  u: [0, 4],
  'u.id': [0, 0, 0, 24],
  'u.reserved': [3, 0, 0, 8],
});

export const MESSAGE_FLAGS = structure('hv_message_flags', 1, {
  asu8: [0, 1],
  msg_pending: [0, 0, 0, 1],
  reserved: [0, 0, 1, 7],
});

/** What every message begins with. The sender is a partition, or the port it came by. */
export const MESSAGE_HEADER = structure('hv_message_header', 16, {
  message_type: [0, 4],
  payload_size: [4, 1],
  message_flags: [5, 1],
  ...within('message_flags', 5, MESSAGE_FLAGS.fields),
  reserved: [6, 2],
  sender: [8, 8],
  port: [8, 4],
  ...within('port', 8, PORT_ID.fields),
});

export const MESSAGE = structure('hv_message', 256, {
  header: [0, 16],
  ...within('header', 0, MESSAGE_HEADER.fields),
  u: [16, 240],
  'u.payload': [16, 240],
});

/** The SIM page: 16 messages. */
export const MESSAGE_PAGE = structure('hv_message_page', 4096, {
  sint_message: [0, 4096],
});

export const SYNIC_SCONTROL = structure('hv_synic_scontrol', 8, {
  as_uint64: [0, 8],
  enable: [0, 0, 0, 1],
  reserved: [0, 0, 1, 63],
});

export const SYNIC_SIEFP = structure('hv_synic_siefp', 8, {
  as_uint64: [0, 8],
  siefp_enabled: [0, 0, 0, 1],
  preserved: [0, 0, 1, 11],
  base_siefp_gpa: [1, 0, 4, 52],
});

export const SYNIC_SIMP = structure('hv_synic_simp', 8, {
  as_uint64: [0, 8],
  simp_enabled: [0, 0, 0, 1],
  preserved: [0, 0, 1, 11],
  base_simp_gpa: [1, 0, 4, 52],
});

export const SYNIC_SINT = structure('hv_synic_sint', 8, {
  as_uint64: [0, 8],
  vector: [0, 0, 0, 8],
  reserved1: [1, 0, 0, 8],
  masked: [2, 0, 0, 1],
  auto_eoi: [2, 0, 1, 1],
  polling: [2, 0, 2, 1],
  reserved2: [2, 0, 3, 45],
});

/** The event flags of one SINT; the SIEF page has 16 of these. */
export const SYNIC_EVENT_FLAGS = structure('hv_synic_event_flags', 256, {
  flags: [0, 256],
});

/** A timer's configuration MSR. */
export const STIMER_CONFIG = structure('hv_stimer_config', 8, {
  as_uint64: [0, 8],
  enable: [0, 0, 0, 1],
  periodic: [0, 0, 1, 1],
  lazy: [0, 0, 2, 1],
  auto_enable: [0, 0, 3, 1],
  apic_vector: [0, 0, 4, 8],
  direct_mode: [1, 0, 4, 1],
  reserved_z0: [1, 0, 5, 3],
  sintx: [2, 0, 0, 4],
  reserved_z1: [2, 0, 4, 44],
});

export const STIMER_STATE = structure('hv_stimer_state', 40, {
  flags: [0, 4],
  'flags.undelivered_msg_pending': [0, 0, 0, 1],
  'flags.reserved': [0, 0, 1, 31],
  resvd: [4, 4],
  config: [8, 8],
  count: [16, 8],
  adjustment: [24, 8],
  undelivered_exp_time: [32, 8],
});

export const SYNTHETIC_TIMERS_STATE = structure('hv_synthetic_timers_state', 200, {
  timers: [0, 160],
  reserved: [160, 40],
});

/** Times in 100 ns. */
export const TIMER_MESSAGE_PAYLOAD = structure('hv_timer_message_payload', 24, {
  timer_index: [0, 4],
  reserved: [4, 4],
  expiration_time: [8, 8],
  delivery_time: [16, 8],
});

export const MONITOR_TRIGGER_STATE = structure('hv_monitor_trigger_state', 4, {
  asu32: [0, 4],
  group_enable: [0, 0, 0, 4],
  rsvdz: [0, 0, 4, 28],
});

/** 32 triggers: those that the guest set, and those that are armed. */
export const MONITOR_TRIGGER_GROUP = structure('hv_monitor_trigger_group', 8, {
  as_uint64: [0, 8],
  pending: [0, 4],
  armed: [4, 4],
});

/** What a trigger signals. */
export const MONITOR_PARAMETER = structure('hv_monitor_parameter', 8, {
  connectionid: [0, 4],
  ...within('connectionid', 0, PORT_ID.fields),
  flagnumber: [4, 2],
  rsvdz: [6, 2],
});

/** Page of monitored notifications: 4 groups of 32 triggers; latencies in 100 ns. */
export const MONITOR_PAGE = structure('hv_monitor_page', 4096, {
  trigger_state: [0, 4],
  ...within('trigger_state', 0, MONITOR_TRIGGER_STATE.fields),
  rsvdz1: [4, 4],
  trigger_group: [8, 32],
  rsvdz2: [40, 24],
  next_checktime: [64, 512],
  latency: [576, 256],
  rsvdz3: [832, 256],
  parameter: [1088, 1024],
  rsvdz4: [2112, 1984],
});

/** Input page of HvPostMessage. */
export const INPUT_POST_MESSAGE = structure('hv_input_post_message', 256, {
  connectionid: [0, 4],
  ...within('connectionid', 0, PORT_ID.fields),
  reserved: [4, 4],
  message_type: [8, 4],
  payload_size: [12, 4],
  payload: [16, 240],
});

export const SYNIC_STRUCTURES: readonly Structure[] = [
  PORT_ID,
  CONNECTION_ID,
  MESSAGE_FLAGS,
  MESSAGE_HEADER,
  MESSAGE,
  MESSAGE_PAGE,
  SYNIC_SCONTROL,
  SYNIC_SIEFP,
  SYNIC_SIMP,
  SYNIC_SINT,
  SYNIC_EVENT_FLAGS,
  STIMER_CONFIG,
  STIMER_STATE,
  SYNTHETIC_TIMERS_STATE,
  TIMER_MESSAGE_PAYLOAD,
  MONITOR_TRIGGER_STATE,
  MONITOR_TRIGGER_GROUP,
  MONITOR_PARAMETER,
  MONITOR_PAGE,
  INPUT_POST_MESSAGE,
];
