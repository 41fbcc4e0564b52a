/**
 * The requester id of virtual function `n`, counted from 0. A requester id has 16 bits: the bus in 15:8,
 * the device in 7:3, the function in 2:0. `pf` is that of the physical function. `firstOffset` and
 * `stride` are what its SR-IOV capability says.
 */
export function requesterId(pf: number, firstOffset: number, stride: number, n: number): number {
  const bus = pf >>> 8;
  const device = (firstOffset + n * stride) >>> 3;
  const fn = (firstOffset + n * stride) & 7;
  return (bus << 8) | ((device & 31) << 3) | fn;
}
