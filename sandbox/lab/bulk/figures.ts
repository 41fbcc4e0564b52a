/** Where received segments become long frames. */
export type CoalescingPlace = 'nic' | 'switch' | 'stack';

/** A bulk transfer, complete. */
export interface BulkConfig {
  /** Bytes of each stream; absent for one that lasts as long as the run. */
  bytes?: number;
  /** Whether the stack leaves TCP's checksum to the device, and has those of received segments checked there. */
  checksum: boolean;
  /** Whether it leaves the cutting into segments to the device. */
  segmentation: boolean;
  /** Whether the receiving end coalesces segments: off, where the path has it, or at that place. */
  coalescing: boolean | CoalescingPlace;
  /** Bytes of each stream's receive window. */
  window: number;
  ipv6: boolean;
}

/** How the segments of a bulk transfer travelled. */
export interface BulkFigures {
  /** Where the guests' segments were coalesced; none without it, or where guests receive none. */
  coalescedIn?: CoalescingPlace;
  /** Frames handed to the guests' drivers, for each segment of data that a guest sent; 0 when it sent none. */
  framesPerSegmentSent: number;
  /** Frames that reached the guests' TCP, for each segment of data that a guest received. */
  framesPerSegmentReceived: number;
  /** Acknowledgements of guests, and of the far end, for each segment of data that they are for. */
  acknowledgementsSent: number;
  acknowledgementsReceived: number;
}
