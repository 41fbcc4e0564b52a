import type { HostMemory } from '../../memory/host-memory.ts';
import { type MacAddress, macBytes } from '../../net/frame.ts';
import {
  DATA_PATH_SYNTHETIC,
  DATA_PATH_VF,
  MAX_PACKETS_PER_TRANSFER,
  NVSP_INIT,
  NVSP_INIT_COMPLETE,
  NVSP_NDIS_CONFIG,
  NVSP_NDIS_VERSION,
  NVSP_RECEIVE_BUFFER,
  NVSP_RECEIVE_BUFFER_COMPLETE,
  NVSP_REVOKE_RECEIVE_BUFFER,
  NVSP_REVOKE_SEND_BUFFER,
  NVSP_SEND_BUFFER,
  NVSP_SEND_BUFFER_COMPLETE,
  NVSP_STATUS_FAILED,
  NVSP_STATUS_NONE,
  NVSP_STATUS_SUCCESS,
  NVSP_SUBCHANNEL,
  NVSP_SWITCH_DATA_PATH,
  NVSP_VERSION_5,
  NVSP_VERSIONS,
  NVSP_WORDS,
  PACKET_ALIGNMENT_SHIFT,
  receiveSectionSize,
  SEND_SECTION_SIZE,
} from '../../vmbus/nvsp.ts';
import { AdapterOffloads } from './offload-control.ts';
import { ReceiveSections } from './receive-sections.ts';
import type { SharedPages } from './shared-pages.ts';
import type { Spreading } from './spreading.ts';

/** Pieces that a packet's data may have, as the provider says on agreement. */
const MAX_MDL_CHAIN = 34;
/** Longest frame without FCS that a guest may ask to receive. */
const MAX_GUEST_FRAME = 9018;
const NO_VERSION = 0xffffffff;

/** What a provider knows about the adapter before a guest says anything. */
export interface AdapterFacts {
  macAddress: MacAddress;
  maxFrame: number;
  /** Speed of the physical link, in Mb/s. */
  linkSpeed: number;
  /** Channels that the adapter may have, the primary one counted. */
  channels: number;
}

/** What the control messages need from the channel and from whoever offers sub-channels. */
export interface ControlPort {
  host: HostMemory;
  /** The pages of a GPADL of the primary channel, mapped. */
  map(handle: number): SharedPages | undefined;
  /** The receive buffer is shared. */
  shared(pages: SharedPages): void;
  /** It is the guest's alone again: nothing that was put there waits for anybody. */
  revoked(): void;
  /** Offers so many sub-channels; how many there will be. */
  offerSubchannels(count: number): number;
}

/** What a guest and its provider have agreed on so far. */
export class AdapterState {
  readonly facts: AdapterFacts;
  readonly offloads: AdapterOffloads;
  version = 0;
  maxFrame: number;
  receive: ReceiveSections | undefined;
  send: SharedPages | undefined;
  sendSections = 0;
  /** GPADLs behind them. */
  receiveHandle = 0;
  sendHandle = 0;
  /** Whether RNDIS is initialised. */
  running = false;
  /** OID_PACKET_FILTER; 0 lets nothing through. */
  filter = 0;
  spreading: Spreading | undefined;
  /** Sub-channels that the guest asked for and got. */
  subchannels = 0;
  dataPath = DATA_PATH_SYNTHETIC;

  /** Receive sections that the NIC fills, and bytes of a section where that does not follow from the MTU. */
  readonly nicSections: number;
  readonly #sectionSize: number | undefined;

  constructor(
    facts: AdapterFacts,
    nicSections: number,
    sectionSize: number | undefined,
    completesFrames = true,
    coalesces = false,
  ) {
    this.facts = facts;
    this.offloads = new AdapterOffloads(completesFrames, coalesces);
    this.nicSections = nicSections;
    this.#sectionSize = sectionSize;
    this.maxFrame = Math.min(facts.maxFrame, MAX_GUEST_FRAME);
  }

  /** As before the guest said anything: the channel is closed. */
  reset(): void {
    this.version = 0;
    this.maxFrame = Math.min(this.facts.maxFrame, MAX_GUEST_FRAME);
    this.receive = undefined;
    this.send = undefined;
    this.sendSections = 0;
    this.receiveHandle = 0;
    this.sendHandle = 0;
    this.running = false;
    this.filter = 0;
    this.spreading = undefined;
    this.subchannels = 0;
    this.dataPath = DATA_PATH_SYNTHETIC;
  }

  get receiveSectionSize(): number {
    return this.#sectionSize ?? receiveSectionSize(this.maxFrame);
  }

  get macBytes(): Uint8Array {
    return macBytes(this.facts.macAddress);
  }
}

/** The answer to a message: words of an NVSP message, or none; or why the channel must be closed. */
export type Reply = readonly number[] | string;

/**
 * Handles a message of NVSP that is not RNDIS. `words` is a copy of the message. What comes out of order
 * closes the channel; what cannot be done is refused with a status.
 */
export function handleControl(state: AdapterState, port: ControlPort, words: Uint32Array): Reply {
  const type = words[0];
  if (type === NVSP_INIT) return negotiate(state, words);
  if (state.version === 0) return 'a message before the version was agreed';
  switch (type) {
    case NVSP_NDIS_CONFIG:
      if (words[1] >= 64) state.maxFrame = Math.min(words[1], state.facts.maxFrame);
      return [];
    case NVSP_NDIS_VERSION:
      return [];
    case NVSP_RECEIVE_BUFFER:
      return shareReceiveBuffer(state, port, words[1]);
    case NVSP_REVOKE_RECEIVE_BUFFER:
      revokeReceiveBuffer(state, port);
      return [];
    case NVSP_SEND_BUFFER:
      return shareSendBuffer(state, port, words[1]);
    case NVSP_REVOKE_SEND_BUFFER:
      revokeSendBuffer(state);
      return [];
    case NVSP_SWITCH_DATA_PATH:
      if (words[1] > DATA_PATH_VF) return 'a data path that does not exist';
      state.dataPath = words[1];
      return [];
    case NVSP_SUBCHANNEL:
      return grantSubchannels(state, port, words);
    default:
      return 'a message that this provider does not know';
  }
}

function negotiate(state: AdapterState, words: Uint32Array): Reply {
  if (state.version !== 0) return 'a second agreement on the version';
  const wanted = NVSP_VERSIONS.find((version) => words[1] <= version && version <= words[2]);
  state.version = wanted ?? 0;
  const status = wanted === undefined ? NVSP_STATUS_NONE : NVSP_STATUS_SUCCESS;
  return [NVSP_INIT_COMPLETE, NO_VERSION, MAX_MDL_CHAIN, status];
}

function shareReceiveBuffer(state: AdapterState, port: ControlPort, handle: number): Reply {
  if (state.receive !== undefined) return 'a second receive buffer';
  const pages = port.map(handle);
  const size = state.receiveSectionSize;
  if (pages === undefined || pages.bytes < size)
    return [NVSP_RECEIVE_BUFFER_COMPLETE, NVSP_STATUS_FAILED];
  state.receive = new ReceiveSections(port.host, pages, size, state.nicSections);
  state.receiveHandle = handle;
  port.shared(pages);
  const { count } = state.receive;
  return [NVSP_RECEIVE_BUFFER_COMPLETE, NVSP_STATUS_SUCCESS, 1, 0, size, count, count * size];
}

function shareSendBuffer(state: AdapterState, port: ControlPort, handle: number): Reply {
  if (state.send !== undefined) return 'a second send buffer';
  const pages = port.map(handle);
  if (pages === undefined) return [NVSP_SEND_BUFFER_COMPLETE, NVSP_STATUS_FAILED];
  state.send = pages;
  state.sendHandle = handle;
  state.sendSections = Math.floor(pages.bytes / SEND_SECTION_SIZE);
  return [NVSP_SEND_BUFFER_COMPLETE, NVSP_STATUS_SUCCESS, SEND_SECTION_SIZE];
}

/** Nothing is put into the receive buffer any more, so nothing can be answered: RNDIS ends with it. */
function revokeReceiveBuffer(state: AdapterState, port: ControlPort): void {
  state.receive = undefined;
  state.running = false;
  port.revoked();
}

/** A frame that is with the NIC already is still read from the guest's memory, which is its own. */
function revokeSendBuffer(state: AdapterState): void {
  state.send = undefined;
  state.sendSections = 0;
}

/** The guest takes memory back without having revoked it: what was shared under `handle` is gone. */
export function handleTeardown(state: AdapterState, port: ControlPort, handle: number): void {
  if (state.receive !== undefined && state.receiveHandle === handle)
    revokeReceiveBuffer(state, port);
  if (state.send !== undefined && state.sendHandle === handle) revokeSendBuffer(state);
}

function grantSubchannels(state: AdapterState, port: ControlPort, words: Uint32Array): Reply {
  const room = state.facts.channels - 1 - state.subchannels;
  if (state.version < NVSP_VERSION_5 || words[1] !== 1 || room <= 0)
    return [NVSP_SUBCHANNEL, NVSP_STATUS_FAILED, 0];
  const granted = port.offerSubchannels(Math.min(words[2], room));
  state.subchannels += granted;
  return [NVSP_SUBCHANNEL, NVSP_STATUS_SUCCESS, granted];
}

/** Words of a reply: 32 bytes before version 6.1. */
export function replyWords(state: AdapterState): number {
  return state.version > 0x60000 ? NVSP_WORDS : NVSP_WORDS - 2;
}

/** What the provider says about transfers when RNDIS is initialised. */
export const TRANSFER = {
  packets: MAX_PACKETS_PER_TRANSFER,
  alignmentShift: PACKET_ALIGNMENT_SHIFT,
  bytes: 0xefffffff,
} as const;
