/** The structures of RNDIS, by the names of the interface. A message is type and length, and then one of these. */
import { type Structure, structure } from '../memory/structure.ts';

export const RNDIS_CONFIG_PARAMETER_INFO = structure('rndis_config_parameter_info', 20, {
  parameter_name_offset: [0, 4],
  parameter_name_length: [4, 4],
  parameter_type: [8, 4],
  parameter_value_offset: [12, 4],
  parameter_value_length: [16, 4],
});

export const RNDIS_DIAGNOSTIC_INFO = structure('rndis_diagnostic_info', 8, {
  diag_status: [0, 4],
  error_offset: [4, 4],
});

export const RNDIS_HALT_REQUEST = structure('rndis_halt_request', 4, {
  req_id: [0, 4],
});

export const RNDIS_INDICATE_STATUS = structure('rndis_indicate_status', 12, {
  status: [0, 4],
  status_buflen: [4, 4],
  status_buf_offset: [8, 4],
});

export const RNDIS_INITIALIZE_COMPLETE = structure('rndis_initialize_complete', 44, {
  req_id: [0, 4],
  status: [4, 4],
  major_ver: [8, 4],
  minor_ver: [12, 4],
  dev_flags: [16, 4],
  medium: [20, 4],
  max_pkt_per_msg: [24, 4],
  max_xfer_size: [28, 4],
  pkt_alignment_factor: [32, 4],
  af_list_offset: [36, 4],
  af_list_size: [40, 4],
});

export const RNDIS_INITIALIZE_REQUEST = structure('rndis_initialize_request', 16, {
  req_id: [0, 4],
  major_ver: [4, 4],
  minor_ver: [8, 4],
  max_xfer_size: [12, 4],
});

export const RNDIS_KEEPALIVE_COMPLETE = structure('rndis_keepalive_complete', 8, {
  req_id: [0, 4],
  status: [4, 4],
});

export const RNDIS_KEEPALIVE_REQUEST = structure('rndis_keepalive_request', 4, {
  req_id: [0, 4],
});

export const RNDIS_MESSAGE = structure('rndis_message', 52, {
  ndis_msg_type: [0, 4],
  msg_len: [4, 4],
  msg: [8, 44],
});

export const RNDIS_PACKET = structure('rndis_packet', 36, {
  data_offset: [0, 4],
  data_len: [4, 4],
  oob_data_offset: [8, 4],
  oob_data_len: [12, 4],
  num_oob_data_elements: [16, 4],
  per_pkt_info_offset: [20, 4],
  per_pkt_info_len: [24, 4],
  vc_handle: [28, 4],
  reserved: [32, 4],
});

export const RNDIS_PER_PACKET_INFO = structure('rndis_per_packet_info', 12, {
  size: [0, 4],
  type: [4, 0, 0, 31],
  internal: [7, 0, 7, 1],
  ppi_offset: [8, 4],
});

export const RNDIS_PKTINFO_ID = structure('rndis_pktinfo_id', 4, {
  ver: [0, 1],
  flag: [1, 1],
  pkt_id: [2, 2],
});

export const RNDIS_QUERY_COMPLETE = structure('rndis_query_complete', 16, {
  req_id: [0, 4],
  status: [4, 4],
  info_buflen: [8, 4],
  info_buf_offset: [12, 4],
});

export const RNDIS_QUERY_REQUEST = structure('rndis_query_request', 20, {
  req_id: [0, 4],
  oid: [4, 4],
  info_buflen: [8, 4],
  info_buf_offset: [12, 4],
  dev_vc_handle: [16, 4],
});

export const RNDIS_RESET_COMPLETE = structure('rndis_reset_complete', 8, {
  status: [0, 4],
  addressing_reset: [4, 4],
});

export const RNDIS_RESET_REQUEST = structure('rndis_reset_request', 4, {
  reserved: [0, 4],
});

export const RNDIS_SET_COMPLETE = structure('rndis_set_complete', 8, {
  req_id: [0, 4],
  status: [4, 4],
});

export const RNDIS_SET_REQUEST = structure('rndis_set_request', 20, {
  req_id: [0, 4],
  oid: [4, 4],
  info_buflen: [8, 4],
  info_buf_offset: [12, 4],
  dev_vc_handle: [16, 4],
  info_buf: [20, 0],
});

/** All of RNDIS that is modelled. */
export const RNDIS_STRUCTURES: readonly Structure[] = [
  RNDIS_CONFIG_PARAMETER_INFO,
  RNDIS_DIAGNOSTIC_INFO,
  RNDIS_HALT_REQUEST,
  RNDIS_INDICATE_STATUS,
  RNDIS_INITIALIZE_COMPLETE,
  RNDIS_INITIALIZE_REQUEST,
  RNDIS_KEEPALIVE_COMPLETE,
  RNDIS_KEEPALIVE_REQUEST,
  RNDIS_MESSAGE,
  RNDIS_PACKET,
  RNDIS_PER_PACKET_INFO,
  RNDIS_PKTINFO_ID,
  RNDIS_QUERY_COMPLETE,
  RNDIS_QUERY_REQUEST,
  RNDIS_RESET_COMPLETE,
  RNDIS_RESET_REQUEST,
  RNDIS_SET_COMPLETE,
  RNDIS_SET_REQUEST,
];
