const ENTRIES = 256;

/**
 * What the unit remembers of context entries: direct-mapped by requester id. A function whose entry passes
 * requests through is never in it, so that the fast path need not ask.
 */
export class ContextCache {
  /** Requester id of each entry, -1 for none; read by the unit's fast path, as `domains` is. */
  readonly tags = new Int32Array(ENTRIES).fill(-1);
  readonly domains = new Uint16Array(ENTRIES);
  readonly tables = new Float64Array(ENTRIES);
  readonly levels = new Uint8Array(ENTRIES);
  readonly quiet = new Uint8Array(ENTRIES);

  /** Forgets everything. */
  invalidate(): void {
    this.tags.fill(-1);
  }

  /** Forgets every function of a domain. */
  invalidateDomain(domainId: number): void {
    for (let slot = 0; slot < ENTRIES; slot++)
      if (this.domains[slot] === domainId) this.tags[slot] = -1;
  }

  /** Forgets one function. */
  invalidateFunction(requesterId: number): void {
    const slot = contextSlot(requesterId);
    if (this.tags[slot] === requesterId) this.tags[slot] = -1;
  }
}

/** Where a function stands: all functions of a bus in different places, and buses beside each other too. */
export function contextSlot(requesterId: number): number {
  return (requesterId ^ (requesterId >>> 8)) & (ENTRIES - 1);
}
