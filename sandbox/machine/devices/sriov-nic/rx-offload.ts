import type { HostMemory } from '../../memory/host-memory.ts';
import {
  checkSums,
  SUM_IP,
  SUM_IP_BAD,
  SUM_TCP,
  SUM_TRANSPORT_BAD,
  SUM_UDP,
} from '../../net/frame-sums.ts';
import {
  RX_IP_CHECKED,
  RX_IP_ERROR,
  RX_L4_CHECKED,
  RX_L4_ERROR,
  RX_UDP_CHECKED,
  RXCSUM_IP,
  RXCSUM_L4,
} from './offload-spec.ts';

/** Status and error bits of a frame in the MAC's buffer, for what `enabled` of RXCSUM has checked. */
export function checkedStatus(
  host: HostMemory,
  address: number,
  length: number,
  enabled: number,
): number {
  const found = checkSums(host, address, length);
  let status = 0;
  if ((enabled & RXCSUM_IP) !== 0 && (found & SUM_IP) !== 0)
    status |= (found & SUM_IP_BAD) !== 0 ? RX_IP_CHECKED | RX_IP_ERROR : RX_IP_CHECKED;
  if ((enabled & RXCSUM_L4) === 0 || (found & (SUM_TCP | SUM_UDP)) === 0) return status;
  status |= (found & SUM_UDP) !== 0 ? RX_L4_CHECKED | RX_UDP_CHECKED : RX_L4_CHECKED;
  return (found & SUM_TRANSPORT_BAD) !== 0 ? status | RX_L4_ERROR : status;
}
