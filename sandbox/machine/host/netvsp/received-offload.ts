import {
  RX_IP_CHECKED,
  RX_IP_ERROR,
  RX_L4_CHECKED,
  RX_L4_ERROR,
  RX_UDP_CHECKED,
} from '../../devices/sriov-nic/offload-spec.ts';
import {
  RECEIVED_IP_FAILED,
  RECEIVED_IP_GOOD,
  RECEIVED_TCP_FAILED,
  RECEIVED_TCP_GOOD,
  RECEIVED_TCP_INVALID,
  RECEIVED_UDP_FAILED,
  RECEIVED_UDP_GOOD,
} from '../../vmbus/ndis-offload.ts';
import {
  INFO_CHECKSUM,
  INFO_PACKET_ID,
  NO_INFO,
  PACKET_ID_FIRST,
  PACKET_ID_FRAGMENT,
  PACKET_ID_LAST,
  PACKET_ID_VERSION,
  type PacketInfo,
} from '../../vmbus/rndis.ts';
import type { AdapterOffloads } from './offload-control.ts';

/**
 * The checksum information of a received frame, out of the NIC's status of it. What the guest has not turned
 * on it is not told. TCP and UDP over IPv6 follow the settings of those over IPv4: the status does not say
 * which of them it was.
 */
export function receivedInfo(status: number, offloads: AdapterOffloads): PacketInfo {
  let value = 0;
  if ((status & RX_IP_CHECKED) !== 0 && offloads.receives('ip_v4_csum'))
    value |= (status & RX_IP_ERROR) !== 0 ? RECEIVED_IP_FAILED : RECEIVED_IP_GOOD;
  if ((status & RX_L4_CHECKED) !== 0) {
    const bad = (status & RX_L4_ERROR) !== 0;
    const isUdp = (status & RX_UDP_CHECKED) !== 0;
    if (isUdp && offloads.receives('udp_ip_v4_csum'))
      value |= bad ? RECEIVED_UDP_FAILED : RECEIVED_UDP_GOOD;
    if (!isUdp && offloads.receives('tcp_ip_v4_csum'))
      value |= bad ? RECEIVED_TCP_FAILED : RECEIVED_TCP_GOOD;
  }
  return value === 0 ? NO_INFO : [INFO_CHECKSUM, value];
}

/** The information of fragment `index` of `count` of coalesced frame `number`, whose checksums were right. */
export function fragmentInfo(index: number, count: number, number: number): PacketInfo {
  const flags =
    PACKET_ID_FRAGMENT |
    (index === 0 ? PACKET_ID_FIRST : 0) |
    (index === count - 1 ? PACKET_ID_LAST : 0);
  const id = (PACKET_ID_VERSION | flags | ((number & 0xffff) << 16)) >>> 0;
  if (index > 0) return [INFO_PACKET_ID, id];
  return [INFO_PACKET_ID, id, INFO_CHECKSUM, RECEIVED_TCP_GOOD | RECEIVED_TCP_INVALID];
}
