import {
  CHECKSUM_BOTH,
  CHECKSUM_OFF,
  ENCAPSULATION_8023,
  LSO_ON,
  LSO6_EXTENSIONS,
  LSO6_TCP_OPTIONS,
  RECEIVED_TCP_GOOD,
  RECEIVED_UDP_GOOD,
  RSC_ON,
  TCP4,
  TCP4_OPTIONS,
  TCP6,
  TCP6_OPTIONS,
  UDP4,
  UDP6,
} from '../../vmbus/ndis-offload.ts';
import { NDIS_OFFLOAD, NDIS_OFFLOAD_PARAMS } from '../../vmbus/ndis-structures.ts';
import { NVSP_VERSION_4, NVSP_VERSION_5 } from '../../vmbus/nvsp.ts';
import { INFO_CHECKSUM, INFO_PACKET_ID, PACKET_ID_FRAGMENT } from '../../vmbus/rndis.ts';
import { RNDIS_PER_PACKET_INFO } from '../../vmbus/rndis-structures.ts';
import type { DeviceOffloads } from '../offload-device.ts';
import { ndisObject, word } from './ndis-objects.ts';

/** Types of NDIS objects. */
const OBJECT_DEFAULT = 0x80;
const OBJECT_OFFLOAD = 0xa7;
/** Sizes of structures that older versions know less of. */
const OFFLOAD_SIZE_6_0 = NDIS_OFFLOAD.at.ipsecv2;
const OFFLOAD_SIZE_6_1 = NDIS_OFFLOAD.at.rsc;
const OFFLOAD_PARAMS_SIZE_4 = 22;
const ALL_TCP4 = TCP4 | TCP4_OPTIONS;
const ALL_TCP6 = TCP6 | TCP6_OPTIONS;
const ALL_LSO6 = LSO6_EXTENSIONS | LSO6_TCP_OPTIONS;

/** Words of a piece of information before its value. */
const INFO_WORDS = RNDIS_PER_PACKET_INFO.size / 4;

/** The NDIS_OFFLOAD that the driver asks with, in the revision that the version of NVSP has. */
export function offloadQuestion(version: number): Uint8Array {
  if (version >= NVSP_VERSION_5) return ndisObject(OBJECT_OFFLOAD, 3, NDIS_OFFLOAD.size);
  if (version >= NVSP_VERSION_4) return ndisObject(OBJECT_OFFLOAD, 2, OFFLOAD_SIZE_6_1);
  return ndisObject(OBJECT_OFFLOAD, 1, OFFLOAD_SIZE_6_0);
}

/**
 * What the driver turns on of what the provider can do, as the Linux driver chooses: TCP only when its
 * options do not matter, LSO only with TCP's checksum, UDP's checksum from NVSP 5 on, coalescing of received
 * segments where both versions of IP have it. The checksum of the IPv4 header stays with the stack.
 */
export function chooseOffloads(
  can: DataView,
  version: number,
): { parameters: Uint8Array; offloads: DeviceOffloads } {
  const says = (field: keyof typeof NDIS_OFFLOAD.fields) =>
    word(can, NDIS_OFFLOAD.fields[field][0]);
  const isOld = version <= NVSP_VERSION_4;
  const [sums4, sums6] = [says('csum.ip4_txcsum'), says('csum.ip6_txcsum')];
  const tcp4 = (sums4 & ALL_TCP4) === ALL_TCP4;
  const tcp6 = (sums6 & ALL_TCP6) === ALL_TCP6;
  const udp4 = tcp4 && !isOld && (sums4 & UDP4) !== 0;
  const udp6 = tcp6 && !isOld && (sums6 & UDP6) !== 0;
  const lso4 = tcp4 && (says('lsov2.ip4_encap') & ENCAPSULATION_8023) !== 0;
  const options6 = (says('lsov2.ip6_opts') & ALL_LSO6) === ALL_LSO6;
  const lso6 = tcp6 && options6 && (says('lsov2.ip6_encap') & ENCAPSULATION_8023) !== 0;
  const has = ([offset]: readonly number[]) =>
    offset < can.byteLength && can.getUint8(offset) !== 0;
  const { fields } = NDIS_OFFLOAD;
  const coalesces = !isOld && has(fields['rsc.ip4']) && has(fields['rsc.ip6']);
  const { at, size } = NDIS_OFFLOAD_PARAMS;
  const parameters = ndisObject(OBJECT_DEFAULT, 3, isOld ? OFFLOAD_PARAMS_SIZE_4 : size);
  parameters[at.ip_v4_csum] = CHECKSUM_OFF;
  if (tcp4) parameters[at.tcp_ip_v4_csum] = CHECKSUM_BOTH;
  if (udp4) parameters[at.udp_ip_v4_csum] = CHECKSUM_BOTH;
  if (tcp6) parameters[at.tcp_ip_v6_csum] = CHECKSUM_BOTH;
  if (udp6) parameters[at.udp_ip_v6_csum] = CHECKSUM_BOTH;
  if (lso4) parameters[at.lso_v2_ipv4] = LSO_ON;
  if (lso6) parameters[at.lso_v2_ipv6] = LSO_ON;
  if (coalesces) parameters[at.rsc_ip_v4] = parameters[at.rsc_ip_v6] = RSC_ON;
  const offloads = {
    ...{ tcp4, udp4, tcp6, udp6 },
    segment4: lso4 ? says('lsov2.ip4_maxsz') : 0,
    segment6: lso6 ? says('lsov2.ip6_maxsz') : 0,
    leastSegments: Math.max(says('lsov2.ip4_minsg'), says('lsov2.ip6_minsg')),
  };
  return { parameters, offloads };
}

/** Whether the information of a received frame, as words, says that TCP's or UDP's checksum is right. */
export function isVerified(info: Uint32Array): boolean {
  const sums = infoValue(info, INFO_CHECKSUM);
  return sums !== undefined && (sums & (RECEIVED_TCP_GOOD | RECEIVED_UDP_GOOD)) !== 0;
}

/** Flags and number of the fragment of a coalesced frame that the message is; 0 for a whole frame. */
export function fragmentOf(info: Uint32Array): number {
  const id = infoValue(info, INFO_PACKET_ID) ?? 0;
  return (id & PACKET_ID_FRAGMENT) !== 0 ? id : 0;
}

function infoValue(info: Uint32Array, kind: number): number | undefined {
  for (let at = 0; at + INFO_WORDS < info.length; ) {
    const words = info[at] >>> 2;
    if (words <= INFO_WORDS) return undefined;
    if (info[at + 1] === kind) return info[at + INFO_WORDS];
    at += words;
  }
  return undefined;
}
