/** The structures of NDIS that RNDIS carries: offloads, receive-side scaling, per-packet information. */
import { type Structure, structure } from '../memory/structure.ts';

export const NDIS_CSUM_OFFLOAD = structure('ndis_csum_offload', 32, {
  ip4_txenc: [0, 4],
  ip4_txcsum: [4, 4],
  ip4_rxenc: [8, 4],
  ip4_rxcsum: [12, 4],
  ip6_txenc: [16, 4],
  ip6_txcsum: [20, 4],
  ip6_rxenc: [24, 4],
  ip6_rxcsum: [28, 4],
});

export const NDIS_ENCAP_OFFLOAD = structure('ndis_encap_offload', 8, {
  flags: [0, 4],
  maxhdr: [4, 4],
});

export const NDIS_IPSECV1_OFFLOAD = structure('ndis_ipsecv1_offload', 28, {
  encap: [0, 4],
  ah_esp: [4, 4],
  xport_tun: [8, 4],
  ip4_opts: [12, 4],
  flags: [16, 4],
  ip4_ah: [20, 4],
  ip4_esp: [24, 4],
});

export const NDIS_IPSECV2_OFFLOAD = structure('ndis_ipsecv2_offload', 32, {
  encap: [0, 4],
  ip6: [4, 1],
  ip4opt: [5, 1],
  ip6ext: [6, 1],
  ah: [7, 1],
  esp: [8, 1],
  ah_esp: [9, 1],
  xport: [10, 1],
  tun: [11, 1],
  xport_tun: [12, 1],
  lso: [13, 1],
  extseq: [14, 1],
  udp_esp: [16, 4],
  auth: [20, 4],
  crypto: [24, 4],
  sa_caps: [28, 4],
});

export const NDIS_LSOV1_OFFLOAD = structure('ndis_lsov1_offload', 16, {
  encap: [0, 4],
  maxsize: [4, 4],
  minsegs: [8, 4],
  opts: [12, 4],
});

export const NDIS_LSOV2_OFFLOAD = structure('ndis_lsov2_offload', 28, {
  ip4_encap: [0, 4],
  ip4_maxsz: [4, 4],
  ip4_minsg: [8, 4],
  ip6_encap: [12, 4],
  ip6_maxsz: [16, 4],
  ip6_minsg: [20, 4],
  ip6_opts: [24, 4],
});

export const NDIS_OBJ_HEADER = structure('ndis_obj_header', 4, {
  type: [0, 1],
  rev: [1, 1],
  size: [2, 2],
});

export const NDIS_OBJECT_HEADER = structure('ndis_object_header', 4, {
  type: [0, 1],
  revision: [1, 1],
  size: [2, 2],
});

export const NDIS_OFFLOAD = structure('ndis_offload', 156, {
  header: [0, 4],
  'header.type': [0, 1],
  'header.revision': [1, 1],
  'header.size': [2, 2],
  csum: [4, 32],
  'csum.ip4_txenc': [4, 4],
  'csum.ip4_txcsum': [8, 4],
  'csum.ip4_rxenc': [12, 4],
  'csum.ip4_rxcsum': [16, 4],
  'csum.ip6_txenc': [20, 4],
  'csum.ip6_txcsum': [24, 4],
  'csum.ip6_rxenc': [28, 4],
  'csum.ip6_rxcsum': [32, 4],
  lsov1: [36, 16],
  'lsov1.encap': [36, 4],
  'lsov1.maxsize': [40, 4],
  'lsov1.minsegs': [44, 4],
  'lsov1.opts': [48, 4],
  ipsecv1: [52, 28],
  'ipsecv1.encap': [52, 4],
  'ipsecv1.ah_esp': [56, 4],
  'ipsecv1.xport_tun': [60, 4],
  'ipsecv1.ip4_opts': [64, 4],
  'ipsecv1.flags': [68, 4],
  'ipsecv1.ip4_ah': [72, 4],
  'ipsecv1.ip4_esp': [76, 4],
  lsov2: [80, 28],
  'lsov2.ip4_encap': [80, 4],
  'lsov2.ip4_maxsz': [84, 4],
  'lsov2.ip4_minsg': [88, 4],
  'lsov2.ip6_encap': [92, 4],
  'lsov2.ip6_maxsz': [96, 4],
  'lsov2.ip6_minsg': [100, 4],
  'lsov2.ip6_opts': [104, 4],
  flags: [108, 4],
  ipsecv2: [112, 32],
  'ipsecv2.encap': [112, 4],
  'ipsecv2.ip6': [116, 1],
  'ipsecv2.ip4opt': [117, 1],
  'ipsecv2.ip6ext': [118, 1],
  'ipsecv2.ah': [119, 1],
  'ipsecv2.esp': [120, 1],
  'ipsecv2.ah_esp': [121, 1],
  'ipsecv2.xport': [122, 1],
  'ipsecv2.tun': [123, 1],
  'ipsecv2.xport_tun': [124, 1],
  'ipsecv2.lso': [125, 1],
  'ipsecv2.extseq': [126, 1],
  'ipsecv2.udp_esp': [128, 4],
  'ipsecv2.auth': [132, 4],
  'ipsecv2.crypto': [136, 4],
  'ipsecv2.sa_caps': [140, 4],
  rsc: [144, 2],
  'rsc.ip4': [144, 1],
  'rsc.ip6': [145, 1],
  encap_gre: [148, 8],
  'encap_gre.flags': [148, 4],
  'encap_gre.maxhdr': [152, 4],
});

export const NDIS_OFFLOAD_PARAMS = structure('ndis_offload_params', 28, {
  header: [0, 4],
  'header.type': [0, 1],
  'header.revision': [1, 1],
  'header.size': [2, 2],
  ip_v4_csum: [4, 1],
  tcp_ip_v4_csum: [5, 1],
  udp_ip_v4_csum: [6, 1],
  tcp_ip_v6_csum: [7, 1],
  udp_ip_v6_csum: [8, 1],
  lso_v1: [9, 1],
  ip_sec_v1: [10, 1],
  lso_v2_ipv4: [11, 1],
  lso_v2_ipv6: [12, 1],
  tcp_connection_ip_v4: [13, 1],
  tcp_connection_ip_v6: [14, 1],
  flags: [16, 4],
  ip_sec_v2: [20, 1],
  ip_sec_v2_ip_v4: [21, 1],
  rsc_ip_v4: [22, 1],
  rsc_ip_v6: [23, 1],
  encapsulated_packet_task_offload: [24, 1],
  encapsulation_types: [25, 1],
});

export const NDIS_PKT_8021Q_INFO = structure('ndis_pkt_8021q_info', 4, {
  pri: [0, 0, 0, 3],
  cfi: [0, 0, 3, 1],
  vlanid: [0, 0, 4, 12],
  reserved: [2, 0, 0, 16],
  value: [0, 4],
});

export const NDIS_RECV_SCALE_CAP = structure('ndis_recv_scale_cap', 18, {
  hdr: [0, 4],
  'hdr.type': [0, 1],
  'hdr.rev': [1, 1],
  'hdr.size': [2, 2],
  cap_flag: [4, 4],
  num_int_msg: [8, 4],
  num_recv_que: [12, 4],
  num_indirect_tabent: [16, 2],
});

export const NDIS_RECV_SCALE_PARAM = structure('ndis_recv_scale_param', 40, {
  hdr: [0, 4],
  'hdr.type': [0, 1],
  'hdr.rev': [1, 1],
  'hdr.size': [2, 2],
  flag: [4, 2],
  base_cpu_number: [6, 2],
  hashinfo: [8, 4],
  indirect_tabsize: [12, 2],
  indirect_taboffset: [16, 4],
  hashkey_size: [20, 2],
  hashkey_offset: [24, 4],
  processor_masks_offset: [28, 4],
  num_processor_masks: [32, 4],
  processor_masks_entry_size: [36, 4],
});

export const NDIS_RSC_OFFLOAD = structure('ndis_rsc_offload', 2, {
  ip4: [0, 1],
  ip6: [1, 1],
});

export const NDIS_TCP_IP_CHECKSUM_INFO = structure('ndis_tcp_ip_checksum_info', 4, {
  transmit: [0, 4],
  'transmit.is_ipv4': [0, 0, 0, 1],
  'transmit.is_ipv6': [0, 0, 1, 1],
  'transmit.tcp_checksum': [0, 0, 2, 1],
  'transmit.udp_checksum': [0, 0, 3, 1],
  'transmit.ip_header_checksum': [0, 0, 4, 1],
  'transmit.reserved': [0, 0, 5, 11],
  'transmit.tcp_header_offset': [2, 0, 0, 10],
  receive: [0, 4],
  'receive.tcp_checksum_failed': [0, 0, 0, 1],
  'receive.udp_checksum_failed': [0, 0, 1, 1],
  'receive.ip_checksum_failed': [0, 0, 2, 1],
  'receive.tcp_checksum_succeeded': [0, 0, 3, 1],
  'receive.udp_checksum_succeeded': [0, 0, 4, 1],
  'receive.ip_checksum_succeeded': [0, 0, 5, 1],
  'receive.loopback': [0, 0, 6, 1],
  'receive.tcp_checksum_value_invalid': [0, 0, 7, 1],
  'receive.ip_checksum_value_invalid': [1, 0, 0, 1],
  value: [0, 4],
});

export const NDIS_TCP_LSO_INFO = structure('ndis_tcp_lso_info', 4, {
  transmit: [0, 4],
  'transmit.unused': [0, 0, 0, 30],
  'transmit.type': [3, 0, 6, 1],
  'transmit.reserved2': [3, 0, 7, 1],
  lso_v1_transmit: [0, 4],
  'lso_v1_transmit.mss': [0, 0, 0, 20],
  'lso_v1_transmit.tcp_header_offset': [2, 0, 4, 10],
  'lso_v1_transmit.type': [3, 0, 6, 1],
  'lso_v1_transmit.reserved2': [3, 0, 7, 1],
  lso_v1_transmit_complete: [0, 4],
  'lso_v1_transmit_complete.tcp_payload': [0, 0, 0, 30],
  'lso_v1_transmit_complete.type': [3, 0, 6, 1],
  'lso_v1_transmit_complete.reserved2': [3, 0, 7, 1],
  lso_v2_transmit: [0, 4],
  'lso_v2_transmit.mss': [0, 0, 0, 20],
  'lso_v2_transmit.tcp_header_offset': [2, 0, 4, 10],
  'lso_v2_transmit.type': [3, 0, 6, 1],
  'lso_v2_transmit.ip_version': [3, 0, 7, 1],
  lso_v2_transmit_complete: [0, 4],
  'lso_v2_transmit_complete.reserved': [0, 0, 0, 30],
  'lso_v2_transmit_complete.type': [3, 0, 6, 1],
  'lso_v2_transmit_complete.reserved2': [3, 0, 7, 1],
  value: [0, 4],
});

/** All of NDIS that is modelled. */
export const NDIS_STRUCTURES: readonly Structure[] = [
  NDIS_CSUM_OFFLOAD,
  NDIS_ENCAP_OFFLOAD,
  NDIS_IPSECV1_OFFLOAD,
  NDIS_IPSECV2_OFFLOAD,
  NDIS_LSOV1_OFFLOAD,
  NDIS_LSOV2_OFFLOAD,
  NDIS_OBJ_HEADER,
  NDIS_OBJECT_HEADER,
  NDIS_OFFLOAD,
  NDIS_OFFLOAD_PARAMS,
  NDIS_PKT_8021Q_INFO,
  NDIS_RECV_SCALE_CAP,
  NDIS_RECV_SCALE_PARAM,
  NDIS_RSC_OFFLOAD,
  NDIS_TCP_IP_CHECKSUM_INFO,
  NDIS_TCP_LSO_INFO,
];
