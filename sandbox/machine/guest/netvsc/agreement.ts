import { type DeviceOffloads, NO_OFFLOADS } from '../offload-device.ts';

/** What the driver asks of its channel on the way; an answer comes back for all but a notice. */
export type Request =
  | { kind: 'nvsp' | 'notice' | 'rndis' | 'rndis-notice'; message: DataView }
  | { kind: 'gpadl' | 'teardown'; buffer: 'receive' | 'send' }
  | { kind: 'subchannels'; count: number }
  /** Until the host has completed all that was sent. */
  | { kind: 'drain' }
  /** Closes every channel; the answer comes when their rings are the guest's alone. */
  | { kind: 'close' };

/** What comes back: the reply to a message, or the handle of a buffer. */
export interface Answer {
  message: DataView;
  handle: number;
}

/** What the driver is set to before it starts. */
export interface NetVscOptions {
  /** Longest frame without FCS. */
  maxFrame: number;
  /** Channels that it wants, the primary one counted. */
  channels: number;
}

/** What the driver is set to, and how much memory it shares. */
export interface NetVscSettings extends NetVscOptions {
  receiveBytes: number;
  sendBytes: number;
  /** Transmit buffers are fewer, and long enough for frames that the host cuts into segments. */
  largeFrames?: boolean;
}

/** What the provider has said about a virtual function for this adapter. */
export interface VfAssociation {
  allocated: boolean;
  serial: number;
}

/** Where the driver stands. A driver that has failed has closed its channels, as one that was halted. */
export type NetVscState = 'initialising' | 'running' | 'halting' | 'halted' | 'failed';

/** What the driver and its provider have agreed on. */
export interface Agreement {
  version: number;
  receiveSectionSize: number;
  receiveSections: number;
  sendSectionSize: number;
  /** Frames in one transfer, and their alignment in bytes. */
  maxPackets: number;
  alignment: number;
  macAddress: Uint8Array;
  linkUp: boolean;
  /** In units of 100 bit/s; 0 when it was not asked. */
  linkSpeed: number;
  channels: number;
  /** What the provider does to frames that it sends for the guest. */
  offloads: DeviceOffloads;
}

/** Nothing agreed on. */
export function newAgreement(): Agreement {
  return {
    version: 0,
    receiveSectionSize: 0,
    receiveSections: 0,
    sendSectionSize: 0,
    maxPackets: 1,
    alignment: 1,
    macAddress: new Uint8Array(6),
    linkUp: false,
    linkSpeed: 0,
    channels: 1,
    offloads: NO_OFFLOADS,
  };
}

/** Thrown inside the driver when the provider refuses; it ends the initialisation, nothing else. */
export class NetVscRefused extends Error {
  override name = 'NetVscRefused';
}

/** One request after another, each answered before the next is made. */
export type Steps<T = void> = Generator<Request, T, Answer>;
