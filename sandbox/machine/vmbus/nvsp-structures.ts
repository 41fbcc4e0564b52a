/** The structures of NVSP, by the names of the interface. A message is its header, and then one of these. */
import { type Structure, structure } from '../memory/structure.ts';

export const NVSP_1_MESSAGE_REVOKE_RECEIVE_BUFFER = structure(
  'nvsp_1_message_revoke_receive_buffer',
  2,
  {
    id: [0, 2],
  },
);

export const NVSP_1_MESSAGE_REVOKE_SEND_BUFFER = structure('nvsp_1_message_revoke_send_buffer', 2, {
  id: [0, 2],
});

export const NVSP_1_MESSAGE_SEND_NDIS_VERSION = structure('nvsp_1_message_send_ndis_version', 8, {
  ndis_major_ver: [0, 4],
  ndis_minor_ver: [4, 4],
});

export const NVSP_1_MESSAGE_SEND_RECEIVE_BUFFER = structure(
  'nvsp_1_message_send_receive_buffer',
  6,
  {
    gpadl_handle: [0, 4],
    id: [4, 2],
  },
);

export const NVSP_1_MESSAGE_SEND_RECEIVE_BUFFER_COMPLETE = structure(
  'nvsp_1_message_send_receive_buffer_complete',
  24,
  {
    status: [0, 4],
    num_sections: [4, 4],
    sections: [8, 16],
  },
);

export const NVSP_1_MESSAGE_SEND_RNDIS_PACKET = structure('nvsp_1_message_send_rndis_packet', 12, {
  channel_type: [0, 4],
  send_buf_section_index: [4, 4],
  send_buf_section_size: [8, 4],
});

export const NVSP_1_MESSAGE_SEND_RNDIS_PACKET_COMPLETE = structure(
  'nvsp_1_message_send_rndis_packet_complete',
  4,
  {
    status: [0, 4],
  },
);

export const NVSP_1_MESSAGE_SEND_SEND_BUFFER = structure('nvsp_1_message_send_send_buffer', 6, {
  gpadl_handle: [0, 4],
  id: [4, 2],
});

export const NVSP_1_MESSAGE_SEND_SEND_BUFFER_COMPLETE = structure(
  'nvsp_1_message_send_send_buffer_complete',
  8,
  {
    status: [0, 4],
    section_size: [4, 4],
  },
);

export const NVSP_1_MESSAGE_UBER = structure('nvsp_1_message_uber', 24, {
  send_ndis_ver: [0, 8],
  send_recv_buf: [0, 6],
  send_recv_buf_complete: [0, 24],
  revoke_recv_buf: [0, 2],
  send_send_buf: [0, 6],
  send_send_buf_complete: [0, 8],
  revoke_send_buf: [0, 2],
  send_rndis_pkt: [0, 12],
  send_rndis_pkt_complete: [0, 4],
});

export const NVSP_1_RECEIVE_BUFFER_SECTION = structure('nvsp_1_receive_buffer_section', 16, {
  offset: [0, 4],
  sub_alloc_size: [4, 4],
  num_sub_allocs: [8, 4],
  end_offset: [12, 4],
});

export const NVSP_2_MESSAGE_UBER = structure('nvsp_2_message_uber', 20, {
  send_ndis_config: [0, 16],
  alloc_rxbuf: [0, 8],
  alloc_rxbuf_comp: [0, 20],
  free_rxbuf: [0, 8],
});

export const NVSP_2_SEND_NDIS_CONFIG = structure('nvsp_2_send_ndis_config', 16, {
  mtu: [0, 4],
  reserved: [4, 4],
  capability: [8, 8],
  'capability.data': [8, 8],
  'capability.vmq': [8, 0, 0, 1],
  'capability.chimney': [8, 0, 1, 1],
  'capability.sriov': [8, 0, 2, 1],
  'capability.ieee8021q': [8, 0, 3, 1],
  'capability.correlation_id': [8, 0, 4, 1],
  'capability.teaming': [8, 0, 5, 1],
  'capability.vsubnetid': [8, 0, 6, 1],
  'capability.rsc': [8, 0, 7, 1],
});

export const NVSP_2_VSC_CAPABILITY = structure('nvsp_2_vsc_capability', 8, {
  data: [0, 8],
  vmq: [0, 0, 0, 1],
  chimney: [0, 0, 1, 1],
  sriov: [0, 0, 2, 1],
  ieee8021q: [0, 0, 3, 1],
  correlation_id: [0, 0, 4, 1],
  teaming: [0, 0, 5, 1],
  vsubnetid: [0, 0, 6, 1],
  rsc: [0, 0, 7, 1],
});

export const NVSP_4_SEND_VF_ASSOCIATION = structure('nvsp_4_send_vf_association', 8, {
  allocated: [0, 4],
  serial: [4, 4],
});

export const NVSP_4_SW_DATAPATH = structure('nvsp_4_sw_datapath', 4, {
  active_datapath: [0, 4],
});

export const NVSP_5_SEND_INDIRECT_TABLE = structure('nvsp_5_send_indirect_table', 8, {
  count: [0, 4],
  offset: [4, 4],
});

export const NVSP_5_SUBCHANNEL_COMPLETE = structure('nvsp_5_subchannel_complete', 8, {
  status: [0, 4],
  num_subchannels: [4, 4],
});

export const NVSP_5_SUBCHANNEL_REQUEST = structure('nvsp_5_subchannel_request', 8, {
  op: [0, 4],
  num_subchannels: [4, 4],
});

export const NVSP_6_MESSAGE_UBER = structure('nvsp_6_message_uber', 36, {
  pd_req: [0, 34],
  pd_comp: [0, 36],
});

export const NVSP_6_PD_API_COMP = structure('nvsp_6_pd_api_comp', 36, {
  op: [0, 4],
  status: [4, 4],
  config: [8, 5],
  'config.num_pd_q': [8, 2],
  'config.num_rss_q': [10, 1],
  'config.is_supported': [11, 1],
  'config.is_enabled': [12, 1],
  open_prov: [8, 4],
  'open_prov.prov_id': [8, 4],
  cr_q: [8, 28],
  'cr_q.prov_id': [8, 4],
  'cr_q.q_id': [12, 2],
  'cr_q.q_size': [14, 2],
  'cr_q.recv_data_len': [16, 4],
  'cr_q.affy': [20, 16],
  'cr_q.affy.mask': [20, 8],
  'cr_q.affy.grp': [28, 2],
  'cr_q.affy.reserved': [30, 6],
  alloc_com_buf: [8, 19],
  'alloc_com_buf.pa': [8, 8],
  'alloc_com_buf.len': [16, 4],
  'alloc_com_buf.pf_node': [20, 4],
  'alloc_com_buf.region_id': [24, 2],
  'alloc_com_buf.cache_type': [26, 1],
});

export const NVSP_6_PD_API_REQ = structure('nvsp_6_pd_api_req', 34, {
  op: [0, 4],
  config: [4, 14],
  'config.mmio_pa': [4, 8],
  'config.mmio_len': [12, 4],
  'config.num_subchn': [16, 2],
  sw_dpath: [4, 2],
  'sw_dpath.host_dpath_is_pd': [4, 1],
  'sw_dpath.guest_pd_enabled': [5, 1],
  open_prov: [4, 8],
  'open_prov.prov_id': [4, 4],
  'open_prov.flag': [8, 4],
  cls_prov: [4, 4],
  'cls_prov.prov_id': [4, 4],
  cr_q: [4, 30],
  'cr_q.prov_id': [4, 4],
  'cr_q.q_id': [8, 2],
  'cr_q.q_size': [10, 2],
  'cr_q.is_recv_q': [12, 1],
  'cr_q.is_rss_q': [13, 1],
  'cr_q.recv_data_len': [14, 4],
  'cr_q.affy': [18, 16],
  'cr_q.affy.mask': [18, 8],
  'cr_q.affy.grp': [26, 2],
  'cr_q.affy.reserved': [28, 6],
  del_q: [4, 6],
  'del_q.prov_id': [4, 4],
  'del_q.q_id': [8, 2],
  flush_q: [4, 6],
  'flush_q.prov_id': [4, 4],
  'flush_q.q_id': [8, 2],
  alloc_com_buf: [4, 10],
  'alloc_com_buf.len': [4, 4],
  'alloc_com_buf.pf_node': [8, 4],
  'alloc_com_buf.region_id': [12, 2],
  free_com_buf: [4, 19],
  'free_com_buf.len': [4, 4],
  'free_com_buf.pa': [8, 8],
  'free_com_buf.pf_node': [16, 4],
  'free_com_buf.region_id': [20, 2],
  'free_com_buf.cache_type': [22, 1],
});

export const NVSP_6_PD_BATCH_MSG = structure('nvsp_6_pd_batch_msg', 8, {
  hdr: [0, 4],
  'hdr.msg_type': [0, 4],
  count: [4, 2],
  guest2host: [6, 0, 0, 1],
  is_recv: [6, 0, 1, 1],
  reserved: [6, 0, 2, 14],
  pd_buf: [8, 0],
});

export const NVSP_6_PD_BUF = structure('nvsp_6_pd_buf', 8, {
  region_offset: [0, 4],
  region_id: [4, 2],
  is_partial: [6, 0, 0, 1],
  reserved: [6, 0, 1, 15],
});

export const NVSP_ALL_MESSAGES = structure('nvsp_all_messages', 36, {
  init_msg: [0, 12],
  v1_msg: [0, 24],
  v2_msg: [0, 20],
  v4_msg: [0, 8],
  v5_msg: [0, 8],
  v6_msg: [0, 36],
});

export const NVSP_MESSAGE = structure('nvsp_message', 40, {
  hdr: [0, 4],
  msg: [4, 36],
});

export const NVSP_MESSAGE_HEADER = structure('nvsp_message_header', 4, {
  msg_type: [0, 4],
});

export const NVSP_MESSAGE_INIT = structure('nvsp_message_init', 8, {
  min_protocol_ver: [0, 4],
  max_protocol_ver: [4, 4],
});

export const NVSP_MESSAGE_INIT_COMPLETE = structure('nvsp_message_init_complete', 12, {
  negotiated_protocol_ver: [0, 4],
  max_mdl_chain_len: [4, 4],
  status: [8, 4],
});

/** All of NVSP that is modelled. */
export const NVSP_STRUCTURES: readonly Structure[] = [
  NVSP_1_MESSAGE_REVOKE_RECEIVE_BUFFER,
  NVSP_1_MESSAGE_REVOKE_SEND_BUFFER,
  NVSP_1_MESSAGE_SEND_NDIS_VERSION,
  NVSP_1_MESSAGE_SEND_RECEIVE_BUFFER,
  NVSP_1_MESSAGE_SEND_RECEIVE_BUFFER_COMPLETE,
  NVSP_1_MESSAGE_SEND_RNDIS_PACKET,
  NVSP_1_MESSAGE_SEND_RNDIS_PACKET_COMPLETE,
  NVSP_1_MESSAGE_SEND_SEND_BUFFER,
  NVSP_1_MESSAGE_SEND_SEND_BUFFER_COMPLETE,
  NVSP_1_MESSAGE_UBER,
  NVSP_1_RECEIVE_BUFFER_SECTION,
  NVSP_2_MESSAGE_UBER,
  NVSP_2_SEND_NDIS_CONFIG,
  NVSP_2_VSC_CAPABILITY,
  NVSP_4_SEND_VF_ASSOCIATION,
  NVSP_4_SW_DATAPATH,
  NVSP_5_SEND_INDIRECT_TABLE,
  NVSP_5_SUBCHANNEL_COMPLETE,
  NVSP_5_SUBCHANNEL_REQUEST,
  NVSP_6_MESSAGE_UBER,
  NVSP_6_PD_API_COMP,
  NVSP_6_PD_API_REQ,
  NVSP_6_PD_BATCH_MSG,
  NVSP_6_PD_BUF,
  NVSP_ALL_MESSAGES,
  NVSP_MESSAGE,
  NVSP_MESSAGE_HEADER,
  NVSP_MESSAGE_INIT,
  NVSP_MESSAGE_INIT_COMPLETE,
];
