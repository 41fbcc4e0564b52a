/**
 * Bus, device and function are one number of 16 bits. It is added to as one number, so what does not fit
 * into the function goes to the device, and from there to the bus.
 */
export function requesterId(pf: number, firstOffset: number, stride: number, n: number): number {
  return (pf + firstOffset + n * stride) & 0xffff;
}
