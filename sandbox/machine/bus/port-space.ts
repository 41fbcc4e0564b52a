/** Something that decodes I/O ports: a device's window, or the host bridge's configuration ports. */
export interface PortClaimant {
  /** Whether it decodes `port` now; a window moves with its BAR and closes with the command register. */
  claims(port: number): boolean;
  /** Reads `size` bytes (1, 2 or 4) at `port`. */
  readPort(port: number, size: number): number;
  /** Writes the low `size` bytes of `value`. */
  writePort(port: number, size: number, value: number): void;
}

/**
 * The 64 KiB of I/O ports of a virtual machine. Where nobody decodes a port a read gives ones and a
 * write is lost, as on a bus without an answer. Where two decode the same port, the first one added
 * answers.
 */
export class PortSpace {
  #claimants: PortClaimant[] = [];

  add(claimant: PortClaimant): void {
    this.#claimants.push(claimant);
  }

  /** Who decodes `port`, if anybody. */
  at(port: number): PortClaimant | undefined {
    for (const claimant of this.#claimants) if (claimant.claims(port)) return claimant;
    return undefined;
  }

  /** @returns the value, unsigned, with ones in the low `size` bytes where nobody answers */
  read(port: number, size: number): number {
    const value = this.at(port)?.readPort(port, size) ?? 0xffffffff;
    return size === 4 ? value >>> 0 : value & ((1 << (8 * size)) - 1);
  }

  write(port: number, size: number, value: number): void {
    this.at(port)?.writePort(port, size, value >>> 0);
  }
}
