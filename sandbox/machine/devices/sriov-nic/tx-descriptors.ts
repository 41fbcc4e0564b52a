import type { FrameOffload } from '../../memory/frame-offload.ts';
import type { ScatterList } from '../../memory/scatter-list.ts';
import { ETHERNET_HEADER } from '../../net/frame.ts';
import {
  CONTEXT_IPV4,
  CONTEXT_L4_SHIFT,
  CONTEXT_L4LEN_SHIFT,
  CONTEXT_MACLEN_SHIFT,
  CONTEXT_MSS_SHIFT,
  L4_TCP,
  L4_UDP,
  TX_IP_CHECKSUM,
  TX_L4_CHECKSUM,
  TX_PAYLEN_SHIFT,
  TX_SEGMENT,
  TX_TYPE_CONTEXT,
} from './offload-spec.ts';
import type { TxRing } from './rings.ts';
import {
  TX_END_OF_PACKET,
  TX_EXTENDED,
  TX_INSERT_FCS,
  TX_REPORT_STATUS,
  TX_TYPE_DATA,
} from './spec.ts';

/** Bytes that one data descriptor names at most: its length has 16 bits. */
const MOST = 32768;
/** Descriptors for the segments that software makes of a frame, or for the pieces of several whole ones. */
export const OFFLOAD_RESERVE = 160;

/** Descriptors that `frame` needs: a context, and its pieces. */
export function descriptorsFor(frame: ScatterList): number {
  let count = 1;
  for (let i = 0; i < frame.count; i++) count += Math.ceil(frame.lengths[i] / MOST);
  return count;
}

/**
 * Describes a frame that the NIC shall complete. A context goes before each one, as the Linux driver does it.
 * @param tag bytes of the VLAN tag that the frame has and its offload does not count
 */
export function pushOffloaded(
  ring: TxRing,
  frame: ScatterList,
  offload: FrameOffload,
  tag: number,
  token: number,
): void {
  const { ipv6, tcp, transport, headers, segment } = offload;
  const before = ETHERNET_HEADER + tag;
  const lengths = (transport - ETHERNET_HEADER) | (before << CONTEXT_MACLEN_SHIFT);
  const l4 = (tcp ? L4_TCP : L4_UDP) << CONTEXT_L4_SHIFT;
  const kind = TX_TYPE_CONTEXT | TX_EXTENDED | l4 | (ipv6 ? 0 : CONTEXT_IPV4);
  const sizes = ((headers - transport) << CONTEXT_L4LEN_SHIFT) | (segment << CONTEXT_MSS_SHIFT);
  ring.pushWords([lengths, 0, kind, sizes], -1);
  const cut = segment > 0;
  const payload = cut ? frame.length - headers - tag : frame.length;
  let options = payload << TX_PAYLEN_SHIFT;
  if (!ipv6 && (cut || offload.ipChecksum)) options |= TX_IP_CHECKSUM;
  if (cut || offload.transportChecksum) options |= TX_L4_CHECKSUM;
  pushPieces(ring, frame, cut ? TX_SEGMENT : 0, options, token);
}

function pushPieces(
  ring: TxRing,
  frame: ScatterList,
  bits: number,
  options: number,
  token: number,
): void {
  const command = TX_TYPE_DATA | TX_EXTENDED | TX_INSERT_FCS | bits;
  let left = frame.length;
  for (let i = 0; i < frame.count; i++)
    for (let done = 0; done < frame.lengths[i]; ) {
      const count = Math.min(MOST, frame.lengths[i] - done);
      const address = frame.addresses[i] + done;
      done += count;
      left -= count;
      const end = left === 0 ? TX_END_OF_PACKET | TX_REPORT_STATUS : 0;
      const [low, high] = [address % 4294967296, Math.floor(address / 4294967296)];
      ring.pushWords([low, high, command | end | count, options], left === 0 ? token : -1);
    }
}
