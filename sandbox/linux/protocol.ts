/** What page and worker say to each other: plain data. */

/** One line of the stream of accesses. */
export interface StreamLine {
  /** Microseconds since the session began. */
  at: number;
  write: boolean;
  /** `CSR5`, or `PCI 04` for configuration space. */
  register: string;
  /** In hexadecimal. */
  value: string;
  /** In a few words; may be empty. */
  meaning: string;
  /** The intercepted instruction. */
  intercept: string;
  /** Accesses in this line, each of them an intercept. */
  count: number;
}

/** Who spent what since the session began, under one cost profile. */
export interface Price {
  profile: string;
  /** Cycles by actor, in the order of the ledger: guest user and kernel, hypervisor, root kernel and user. */
  cycles: number[];
  /** Clock of the profile's processors. */
  gigahertz: number;
  /** Microseconds in which the guest stood still for its accesses. */
  waited: number;
  accesses: number;
  interrupts: number;
}

/** Where a recorded session stands. */
export interface Position {
  /** Accesses so far, and all there are. */
  access: number;
  accesses: number;
  phase: number;
  playing: boolean;
}

export interface Update {
  type: 'update';
  lines: StreamLine[];
  /** Lines that came too fast to be shown. */
  unseen: number;
  exits: number;
  byRegister: [register: string, count: number][];
  price: Price;
  position?: Position;
  /** True after a jump: what was shown before is no longer what came before. */
  anew?: boolean;
}

export type FromWorker =
  | { type: 'loading'; what: string; loaded: number; total: number }
  | { type: 'ready'; milliseconds: number }
  | { type: 'output'; bytes: Uint8Array }
  | { type: 'phases'; phases: { name: string; accesses: number }[] }
  | { type: 'unpriced'; why: string }
  | { type: 'failed'; message: string }
  | Update;

export type ToWorker =
  | { type: 'start'; files: SessionFiles; profile: string; columns: number; rows: number }
  | { type: 'type'; text: string }
  | { type: 'profile'; profile: string }
  | { type: 'play'; perSecond: number }
  | { type: 'pause' }
  | { type: 'step' }
  | { type: 'jump'; phase: number };

/** Addresses of what a session needs. */
export interface SessionFiles {
  /** v86's WebAssembly and the folder of the image, for a live one. */
  wasm?: string;
  image?: string;
  /** For a recorded one. */
  recording?: string;
}

/** `manifest.json` of the built session: names of files beside it. */
export interface SessionManifest {
  /** Only where an image has been made. */
  live?: string;
  wasm?: string;
  recorded: string;
  recording: string;
  profiles: { id: string; name: string }[];
}
