import type { Difference, NotCompared, RegisterFigures } from '../report.ts';

/**
 * What belongs together in the report: configuration space; mailboxes on both sides; registers of virtual
 * functions and of their control; what is counted; the rest of the physical function.
 */
export const SPACES = ['config', 'mailbox', 'vf', 'pf', 'statistics'] as const;
export type Space = (typeof SPACES)[number];

/** Counts are accesses of 32 bits, in `config` of what software used. */
export interface SpaceFigures {
  accesses: number;
  reads: number;
  readsCompared: number;
  readMismatches: number;
  perRegister: Record<string, RegisterFigures>;
}

/** What a replay of configuration space finds. */
export interface ConfigurationFigures {
  compared: number;
  mismatches: number;
  perRegister: Record<string, RegisterFigures>;
  notCompared: NotCompared[];
  first: Difference[];
}

/** A recording of PF and VF drivers against the model. There is no DMA and no interrupt in one. */
export interface SriovReport extends Record<Space, SpaceFigures> {
  accesses: number;
  readsCompared: number;
  readMismatches: number;
  dmaCompared: 0;
  dmaMismatches: 0;
  irqCompared: 0;
  irqMismatches: 0;
  notCompared: NotCompared[];
  first: Difference[];
}
