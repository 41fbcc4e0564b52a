/**
 * Which bytes of a guest the root copies before it relies on them. A guest keeps its memory while the root
 * works on it, and another of its processors may change it at any time: what was checked must be what is
 * used. Turning one of these off is for teaching.
 */
export interface CopyPolicy {
  /** Ring packets, and the RNDIS header behind one, are copied out of shared memory and then checked. */
  ringMessages: boolean;
  /** The part of a sent frame that the switch decides by is copied, checked, and sent from the copy. */
  sentHeaders: boolean;
  /** The whole of a sent frame is copied. */
  sentFrames: boolean;
  /** Received frames land in the root's memory and are copied into the guest's once the switch lets them. */
  receivedFrames: boolean;
}

/** What a root does that trusts no guest, and copies no more than that takes. */
export const SAFE_COPIES: Readonly<CopyPolicy> = {
  ringMessages: true,
  sentHeaders: true,
  sentFrames: false,
  receivedFrames: true,
};

/**
 * Bytes of a sent frame that the switch decides by: both addresses, type, and what a VLAN tag adds. That
 * the root copies them is this model's choice: how Hyper-V's switch protects its look at a sent frame is
 * not published.
 */
export const HEADER_COPY = 18;

/** A copy, which way the data goes, and why it is made or not. */
export interface CopyReason {
  copy: keyof CopyPolicy;
  direction: 'both' | 'send' | 'receive';
  what: string;
  /** Whether the safe policy makes it. */
  safe: boolean;
  reason: string;
}

/** Every copy that the policy knows, in the order in which a frame meets them. */
export const COPY_REASONS: readonly CopyReason[] = [
  {
    copy: 'ringMessages',
    direction: 'both',
    what: 'ring packet and RNDIS header, some tens of bytes',
    safe: true,
    reason:
      'The guest can write them while the root reads them. Lengths and offsets that were checked must be those that are used.',
  },
  {
    copy: 'sentHeaders',
    direction: 'send',
    what: `the first ${HEADER_COPY} bytes of a frame`,
    safe: true,
    reason:
      'The switch decides by the addresses and the VLAN tag. The NIC fetches the frame later: it must find the same ones.',
  },
  {
    copy: 'sentFrames',
    direction: 'send',
    what: 'the whole frame',
    safe: false,
    reason:
      'Nobody in the root decides by the payload. A guest that changes it changes only what it says itself.',
  },
  {
    copy: 'receivedFrames',
    direction: 'receive',
    what: 'the whole frame',
    safe: true,
    reason:
      'Until the switch has let a frame pass it is not the guest’s. In memory of the guest it could be read, or changed, before that.',
  },
];
