/** What is known of a host whose machines receive frames of 1514 bytes over VMBus. */
export interface Host {
  /** Clock of every core, GHz. */
  ghz: number;
  /** What one machine's traffic costs the root, in cycles for a byte. */
  rootCyclesPerByte: number;
  /** Cores of the root. A machine has one queue, and a queue has one core. */
  rootCores: number;
  machines: number;
  /** Line rate, Gb/s. */
  line: number;
}

/** What all machines receive together, Gb/s. */
export function carried({ ghz, rootCyclesPerByte, rootCores, machines, line }: Host): number {
  const working = Math.min(rootCores, machines);
  const bitsPerCycle = 8 / rootCyclesPerByte;
  return Math.min(line, working * ghz * bitsPerCycle);
}
