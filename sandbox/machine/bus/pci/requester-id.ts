/** @returns the requester id of a function: bus 15:8, device 7:3, function 2:0 */
export function requesterId(bus: number, device: number, fn: number): number {
  return ((bus & 0xff) << 8) | ((device & 31) << 3) | (fn & 7);
}

/** A requester id as people write it: `01:10.2`. */
export function formatRequesterId(rid: number): string {
  const bus = ((rid >>> 8) & 0xff).toString(16).padStart(2, '0');
  const device = ((rid >>> 3) & 31).toString(16).padStart(2, '0');
  return `${bus}:${device}.${rid & 7}`;
}

/** The requester id that `text` writes, with or without a domain in front; -1 when it writes none. */
export function parseRequesterId(text: string): number {
  const parts = /^(?:[0-9a-f]{4}:)?([0-9a-f]{1,2}):([01]?[0-9a-f])\.([0-7])$/i.exec(text);
  if (parts === null) return -1;
  return requesterId(parseInt(parts[1], 16), parseInt(parts[2], 16), Number(parts[3]));
}

/**
 * The requester id of virtual function `n`, counted from 0: 16-bit arithmetic, so it carries from function
 * to device to bus (SR-IOV 1.1, section 2.1.2).
 * @param pf requester id of the physical function
 */
export function virtualFunctionId(
  pf: number,
  firstOffset: number,
  stride: number,
  n: number,
): number {
  return (pf + firstOffset + n * stride) & 0xffff;
}
