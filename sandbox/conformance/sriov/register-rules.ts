import type { RegisterAccess } from '../recording.ts';

/** Bits of a read that may differ, and why. */
export interface Exclusion {
  bits: number;
  why: string;
}

/** What the rules must know of the run so far. */
export interface ReadContext {
  name: string;
  /** The value that the model gave. */
  model: number;
  /** Microseconds from the moment at which the model's transceiver agrees with its partner. */
  fromAgreement: number;
  /** A receiver or a transmitter has been on: frames may have passed. */
  traffic: boolean;
  /** A virtual function reads it, and has not written it since its last reset. */
  untouched: boolean;
}

const ALL = 0xffffffff;
/** The recorded transceiver took 499.7 to 501.8 ms; software reads some milliseconds later. */
const AGREEMENT_JITTER = 10_000;
const MDIO_REGISTER_20 = 20;

const FRAMES = 'counts frames, and a recording holds none';
const MOMENT = 'the recorded transceiver did not agree at the very moment (timing)';

/** Bits that change when the link comes up, by register. MDIC has those of whichever register it read. */
const LINK_BITS: Readonly<Record<string, number>> = {
  STATUS: 0x00000002,
  'VF STATUS': 0x00000002,
  CTRL: 0x18000000,
  ICR: 0x80000004,
  MDIC: 0x00004024,
};

/** The bits of a read that may differ. Each rule is a documented difference of the recorded device. */
export function exclusions(read: RegisterAccess, context: ReadContext): Exclusion[] {
  const { name, fromAgreement } = context;
  const rules = [...deviations(read, context)];
  const link = LINK_BITS[name];
  if (link !== undefined && Math.abs(fromAgreement) < AGREEMENT_JITTER)
    rules.push({ bits: link, why: MOMENT });
  return rules;
}

function deviations({ value }: RegisterAccess, context: ReadContext): Exclusion[] {
  const { name, traffic, untouched } = context;
  switch (name) {
    case 'EECD':
      return [{ bits: 1 << 9, why: 'the recorded device lacks AUTO_RD (section 11, 6)' }];
    case 'EEMNGCTL':
      return [{ bits: 1 << 18, why: 'the recorded device never sets CFG_DONE (section 11, 6)' }];
    case 'EIAM':
      return [{ bits: ALL, why: 'the recorded device keeps the inverse (section 11, 2)' }];
    case 'EIAC':
      return [{ bits: ALL, why: 'the recorded device only accumulates (section 11, 3)' }];
    case 'ICR':
      return [{ bits: 0xd1, why: `RXDW, TXDW, RXO and RXDMT0: ${FRAMES}` }];
    case 'EICR':
    case 'VTEICR':
      return [{ bits: ALL, why: `${FRAMES}; the mailbox had another vector (section 11, 1)` }];
    case 'MDIC':
      if (((value >>> 16) & 31) !== MDIO_REGISTER_20) return [];
      return [{ bits: 1 << 30, why: 'transceiver register 20 is an error there (section 11, 6)' }];
    case 'SYSTIML':
    case 'SYSTIMH':
      return [{ bits: ALL, why: 'a clock that runs with the recorded machine (timing)' }];
    case 'RXDCTL':
    case 'TXDCTL':
      if (!untouched) return [];
      return [{ bits: ~(1 << 25), why: 'thresholds after a reset of the function: unverified' }];
    case 'RDH':
    case 'TDH':
      return traffic ? [{ bits: ALL, why: 'moves with frames, and a recording holds none' }] : [];
    default:
      return [];
  }
}

/** Why a counter is not compared; before the first frame all of them are. */
export function countsFrames(context: ReadContext): string | undefined {
  return context.traffic ? FRAMES : undefined;
}
