/** What a page asks of the service worker, and what it answers through the port that comes with it. */
export type Request =
  /** Keep all that this page needs. */
  | { ask: 'keep page'; path: string }
  /** How much of the course is kept. */
  | { ask: 'state' }
  /** Keep one file; the whole course is kept file by file, so that the page can tell how far it is. */
  | { ask: 'keep file'; path: string }
  /** From now on each version brings the whole course. */
  | { ask: 'keep whole' }
  /** Drop all that is kept but what the worker itself needs. */
  | { ask: 'drop' }
  /** Whether another version waits, and how many pages of this one are open. */
  | { ask: 'update' }
  /** To a version that waits: take the place of the one before. */
  | { ask: 'take over' };

export interface State {
  /** Whether the reader asked for the whole course. */
  whole: boolean;
  /** Bytes of the course, and of what of it is not kept. */
  bytes: number;
  missingBytes: number;
  /** Bytes of the live Linux, which is not part of the course's; 0 where the site has none. */
  liveLinux: number;
  /** Files that are not kept, with their bytes. */
  missing: { path: string; bytes: number }[];
}

export interface Update {
  /** `waiting`: one is ready; `coming`: it is being loaded; `none`: the server has no other. */
  newer: 'waiting' | 'coming' | 'none';
  /** Pages of this version that are open, in this window or others. */
  open: number;
}

/** An answer: what was asked for, or why not. */
export type Answer<T> = { ok: true; value: T } | { ok: false; why: string };
