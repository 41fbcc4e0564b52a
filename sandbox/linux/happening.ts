/**
 * What happens between a guest and its machine, in order. A session writes it down as it goes; a
 * recording is read into it. Whoever has the list can let the same happen to another machine, to learn
 * what it would have cost there.
 */
export type Happening = Access | MemoryRead | Arrival | Pause | Mark;

/** The guest's processor executes `IN` or `OUT`. */
export interface Access {
  kind: 'access';
  /** Microseconds since the session or recording began. */
  at: number;
  /** Microseconds that the guest spent on its own since what came before. */
  after: number;
  port: number;
  /** 1, 2 or 4 bytes. */
  size: number;
  write: boolean;
  /** Unsigned: what was written, or what the guest was told. */
  value: number;
}

/** What the device will find in guest memory from here on. */
export interface MemoryRead {
  kind: 'memory';
  address: number;
  data: Uint8Array;
}

/** A frame, without FCS, sets out for the guest from the far end of the wire. */
export interface Arrival {
  kind: 'frame';
  frame: Uint8Array;
}

/** The guest goes on by itself for `after` microseconds while something of the above takes place. */
export interface Pause {
  kind: 'pause';
  after: number;
}

/** A remark for the reader: a new phase begins. */
export interface Mark {
  kind: 'mark';
  at: number;
  name: string;
}
