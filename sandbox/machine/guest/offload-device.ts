/** What a driver does to frames that the guest's stack hands over unfinished. */
export interface DeviceOffloads {
  /** Checksums of TCP and UDP that it fills in, over IPv4 and over IPv6. */
  readonly tcp4: boolean;
  readonly udp4: boolean;
  readonly tcp6: boolean;
  readonly udp6: boolean;
  /** Longest frame, in bytes, that it cuts into TCP segments; 0 for none. */
  readonly segment4: number;
  readonly segment6: number;
  /** Segments that such a frame must become at least. */
  readonly leastSegments: number;
}

export const NO_OFFLOADS: DeviceOffloads = {
  tcp4: false,
  udp4: false,
  tcp6: false,
  udp6: false,
  segment4: 0,
  segment6: 0,
  leastSegments: 0,
};

/** What the stack leaves to the device of one frame. */
export interface FrameTask {
  tcp: boolean;
  ipv6: boolean;
  /** Offset of the header of TCP or UDP. */
  transport: number;
  /** Bytes of payload of each TCP segment that the frame is to become; 0 leaves it whole. */
  segment: number;
}
