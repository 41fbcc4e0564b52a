/**
 * What the sender of a frame left to be done to it before it is on the wire. Offsets count from the
 * destination address, in bytes, without a VLAN tag that the switch puts in. Whoever takes a frame in has
 * checked it against the frame's headers: nobody behind does so again.
 */
export interface FrameOffload {
  readonly ipv6: boolean;
  /** TCP; UDP otherwise. */
  readonly tcp: boolean;
  /** Offset of the header of TCP or UDP: even. */
  readonly transport: number;
  /** Bytes of all headers. */
  readonly headers: number;
  /** Whether the IPv4 header's checksum is to be filled in. */
  readonly ipChecksum: boolean;
  /** Whether TCP's or UDP's is; its field then holds the sum of the pseudo header. */
  readonly transportChecksum: boolean;
  /** Bytes of payload of each segment; 0 leaves the frame whole. */
  readonly segment: number;
}

/** Frames on the wire that a frame of `length` bytes becomes. */
export function segmentsOf({ segment, headers }: FrameOffload, length: number): number {
  return segment === 0 ? 1 : Math.ceil((length - headers) / segment);
}
