import { NDIS_RECV_SCALE_CAP, NDIS_RECV_SCALE_PARAM } from '../../vmbus/ndis-structures.ts';
import {
  CAPABILITY_8021Q,
  CAPABILITY_RSC,
  CAPABILITY_SRIOV,
  CAPABILITY_TEAMING,
  NVSP_INIT,
  NVSP_NDIS_CONFIG,
  NVSP_NDIS_VERSION,
  NVSP_RECEIVE_BUFFER,
  NVSP_SEND_BUFFER,
  NVSP_STATUS_SUCCESS,
  NVSP_SUBCHANNEL,
  NVSP_VERSION_1,
  NVSP_VERSION_4,
  NVSP_VERSION_5,
  NVSP_VERSION_61,
  NVSP_VERSIONS,
  nvspField,
  nvspMessage,
  RECEIVE_BUFFER_ID,
  SEND_BUFFER_ID,
} from '../../vmbus/nvsp.ts';
import {
  NVSP_1_MESSAGE_SEND_NDIS_VERSION,
  NVSP_1_MESSAGE_SEND_RECEIVE_BUFFER,
  NVSP_1_MESSAGE_SEND_RECEIVE_BUFFER_COMPLETE,
  NVSP_1_MESSAGE_SEND_SEND_BUFFER,
  NVSP_1_MESSAGE_SEND_SEND_BUFFER_COMPLETE,
  NVSP_1_RECEIVE_BUFFER_SECTION,
  NVSP_2_SEND_NDIS_CONFIG,
  NVSP_5_SUBCHANNEL_COMPLETE,
  NVSP_5_SUBCHANNEL_REQUEST,
  NVSP_MESSAGE_INIT,
  NVSP_MESSAGE_INIT_COMPLETE,
} from '../../vmbus/nvsp-structures.ts';
import {
  FILTER_DEFAULT,
  initialiseRequest,
  OID_LINK_SPEED,
  OID_MAXIMUM_FRAME_SIZE,
  OID_MEDIA_CONNECT_STATUS,
  OID_OFFLOAD_CAPABILITIES,
  OID_OFFLOAD_PARAMETERS,
  OID_PACKET_FILTER,
  OID_PERMANENT_ADDRESS,
  OID_RSS_CAPABILITIES,
  OID_RSS_PARAMETERS,
  queryRequest,
  queryResult,
  RNDIS_BODY,
  replyStatus,
  setRequest,
} from '../../vmbus/rndis.ts';
import { RNDIS_INITIALIZE_COMPLETE } from '../../vmbus/rndis-structures.ts';
import { type DeviceOffloads, NO_OFFLOADS } from '../offload-device.ts';
import { ndisObject, word } from './ndis-object.ts';
import { chooseOffloads, offloadQuestion } from './offload.ts';

/** What the driver asks of its channel on the way; an answer comes back for all but a notice. */
export type Request =
  | { kind: 'nvsp' | 'notice' | 'rndis'; message: DataView }
  | { kind: 'gpadl'; buffer: 'receive' | 'send' }
  | { kind: 'subchannels'; count: number };

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

/** Thrown inside the driver when the provider refuses; it ends the initialisation, nothing else. */
export class NetVscRefused extends Error {
  override name = 'NetVscRefused';
}

type Steps<T = void> = Generator<Request, T, Answer>;

const MAX_TRANSFER = 0x4000;
const INDIRECTION_ENTRIES = 128;
/** Toeplitz over the addresses of IPv4 and IPv6, and over the ports of TCP. */
const HASH_INFORMATION = 0x1701;
const RSS_DISABLE = 0x0010;
/** The key that every driver has until someone sets another. */
const HASH_KEY = Uint8Array.from([
  0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
  0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
  0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
]);
/** Types of NDIS objects. */
const OBJECT_RSS_CAPABILITIES = 0x88;
const OBJECT_RSS_PARAMETERS = 0x89;
/**
 * The initialisation of the network driver, in the order of section 5 of the VMBus facts, as the Linux
 * driver does it: one request after another, each answered before the next is made.
 * @throws NetVscRefused when the provider refuses what the driver cannot do without
 */
export class Initialisation {
  readonly options: NetVscOptions;
  /** Number of the last RNDIS request. */
  requests = 0;
  readonly agreed: Agreement = {
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

  constructor(options: NetVscOptions) {
    this.options = options;
  }

  *steps(): Steps {
    yield* this.#negotiateVersion();
    yield* this.#tellNdis();
    yield* this.#shareReceiveBuffer();
    yield* this.#shareSendBuffer();
    yield* this.#initialiseRndis();
    yield* this.#query(OID_MAXIMUM_FRAME_SIZE);
    const mac = yield* this.#query(OID_PERMANENT_ADDRESS);
    for (let i = 0; i < 6 && i < mac.byteLength; i++) this.agreed.macAddress[i] = mac.getUint8(i);
    yield* this.#setOffloads();
    const link = yield* this.#query(OID_MEDIA_CONNECT_STATUS);
    this.agreed.linkUp = word(link, 0) === 0;
    if (this.agreed.version >= NVSP_VERSION_5) yield* this.#spread();
    yield* this.#set(OID_PACKET_FILTER, Uint8Array.of(FILTER_DEFAULT, 0, 0, 0));
  }

  *#negotiateVersion(): Steps {
    const { at } = NVSP_MESSAGE_INIT;
    for (const version of NVSP_VERSIONS) {
      const { message } = yield {
        kind: 'nvsp',
        message: nvspMessage(NVSP_INIT, [
          [at.min_protocol_ver, version],
          [at.max_protocol_ver, version],
        ]),
      };
      if (nvspField(message, NVSP_MESSAGE_INIT_COMPLETE.at.status) !== NVSP_STATUS_SUCCESS)
        continue;
      this.agreed.version = version;
      return;
    }
    throw new NetVscRefused('no version of NVSP');
  }

  *#tellNdis(): Steps {
    const { version } = this.agreed;
    const { mtu, capability } = NVSP_2_SEND_NDIS_CONFIG.at;
    let capabilities = CAPABILITY_8021Q;
    if (version >= NVSP_VERSION_5) capabilities |= CAPABILITY_SRIOV | CAPABILITY_TEAMING;
    if (version >= NVSP_VERSION_61) capabilities |= CAPABILITY_RSC;
    if (version !== NVSP_VERSION_1)
      yield {
        kind: 'notice',
        message: nvspMessage(NVSP_NDIS_CONFIG, [
          [mtu, this.options.maxFrame],
          [capability, capabilities],
        ]),
      };
    const { ndis_major_ver, ndis_minor_ver } = NVSP_1_MESSAGE_SEND_NDIS_VERSION.at;
    yield {
      kind: 'notice',
      message: nvspMessage(NVSP_NDIS_VERSION, [
        [ndis_major_ver, 6],
        [ndis_minor_ver, version <= NVSP_VERSION_4 ? 1 : 30],
      ]),
    };
  }

  *#shareReceiveBuffer(): Steps {
    const { handle } = yield { kind: 'gpadl', buffer: 'receive' };
    const { gpadl_handle, id } = NVSP_1_MESSAGE_SEND_RECEIVE_BUFFER.at;
    const { message } = yield {
      kind: 'nvsp',
      message: nvspMessage(NVSP_RECEIVE_BUFFER, [
        [gpadl_handle, handle],
        [id, RECEIVE_BUFFER_ID],
      ]),
    };
    const { status, num_sections, sections } = NVSP_1_MESSAGE_SEND_RECEIVE_BUFFER_COMPLETE.at;
    const { offset, sub_alloc_size, num_sub_allocs } = NVSP_1_RECEIVE_BUFFER_SECTION.at;
    if (nvspField(message, status) !== NVSP_STATUS_SUCCESS)
      throw new NetVscRefused('the receive buffer');
    if (nvspField(message, num_sections) !== 1 || nvspField(message, sections + offset) !== 0)
      throw new NetVscRefused('a receive buffer in one section');
    this.agreed.receiveSectionSize = nvspField(message, sections + sub_alloc_size);
    this.agreed.receiveSections = nvspField(message, sections + num_sub_allocs);
  }

  *#shareSendBuffer(): Steps {
    const { handle } = yield { kind: 'gpadl', buffer: 'send' };
    const { gpadl_handle, id } = NVSP_1_MESSAGE_SEND_SEND_BUFFER.at;
    const { message } = yield {
      kind: 'nvsp',
      message: nvspMessage(NVSP_SEND_BUFFER, [
        [gpadl_handle, handle],
        [id, SEND_BUFFER_ID],
      ]),
    };
    const { status, section_size } = NVSP_1_MESSAGE_SEND_SEND_BUFFER_COMPLETE.at;
    if (nvspField(message, status) !== NVSP_STATUS_SUCCESS)
      throw new NetVscRefused('the send buffer');
    this.agreed.sendSectionSize = nvspField(message, section_size);
  }

  *#initialiseRndis(): Steps {
    const { message } = yield {
      kind: 'rndis',
      message: initialiseRequest(++this.requests, MAX_TRANSFER),
    };
    if (replyStatus(message) !== 0) throw new NetVscRefused('RNDIS');
    const { max_pkt_per_msg, pkt_alignment_factor } = RNDIS_INITIALIZE_COMPLETE.at;
    this.agreed.maxPackets = Math.max(1, word(message, RNDIS_BODY + max_pkt_per_msg));
    this.agreed.alignment = 1 << (word(message, RNDIS_BODY + pkt_alignment_factor) & 15);
  }

  /** Turns on what the provider can do. */
  *#setOffloads(): Steps {
    const { version } = this.agreed;
    const can = yield* this.#query(OID_OFFLOAD_CAPABILITIES, offloadQuestion(version));
    const { parameters, offloads } = chooseOffloads(can, version);
    this.agreed.offloads = offloads;
    const accepted = yield* this.#set(OID_OFFLOAD_PARAMETERS, parameters);
    if (!accepted) this.agreed.offloads = NO_OFFLOADS;
  }

  /** Sub-channels, as many as both sides want, and receive-side scaling over them. */
  *#spread(): Steps {
    this.agreed.linkSpeed = word(yield* this.#query(OID_LINK_SPEED), 0);
    const { size, at } = NDIS_RECV_SCALE_CAP;
    const can = yield* this.#query(
      OID_RSS_CAPABILITIES,
      ndisObject(OBJECT_RSS_CAPABILITIES, 2, size),
    );
    const wanted = Math.min(this.options.channels, word(can, at.num_recv_que));
    if (wanted < 2) return;
    const { op, num_subchannels } = NVSP_5_SUBCHANNEL_REQUEST.at;
    const { message } = yield {
      kind: 'nvsp',
      message: nvspMessage(NVSP_SUBCHANNEL, [
        [op, 1],
        [num_subchannels, wanted - 1],
      ]),
    };
    const granted = NVSP_5_SUBCHANNEL_COMPLETE.at;
    if (nvspField(message, granted.status) !== NVSP_STATUS_SUCCESS) return;
    const count = Math.min(nvspField(message, granted.num_subchannels), wanted - 1);
    if (count === 0) return;
    yield { kind: 'subchannels', count };
    this.agreed.channels = count + 1;
    yield* this.#set(OID_RSS_PARAMETERS, rssParameters(count + 1, RSS_DISABLE));
    yield* this.#set(OID_RSS_PARAMETERS, rssParameters(count + 1, 0));
  }

  *#query(oid: number, info?: Uint8Array): Steps<DataView> {
    const { message } = yield { kind: 'rndis', message: queryRequest(++this.requests, oid, info) };
    const result = replyStatus(message) === 0 ? queryResult(message) : undefined;
    return result ?? new DataView(new ArrayBuffer(0));
  }

  /** Whether the provider did it. */
  *#set(oid: number, info: Uint8Array): Steps<boolean> {
    const { message } = yield { kind: 'rndis', message: setRequest(++this.requests, oid, info) };
    return replyStatus(message) === 0;
  }
}

/** Parameters, the table of channels behind them, and the key behind that. */
function rssParameters(channels: number, flag: number): Uint8Array {
  const { size, at } = NDIS_RECV_SCALE_PARAM;
  const table = INDIRECTION_ENTRIES * 4;
  const parameters = new Uint8Array(size + table + HASH_KEY.length);
  parameters.set(ndisObject(OBJECT_RSS_PARAMETERS, 2, size));
  const view = new DataView(parameters.buffer);
  view.setUint16(at.flag, flag, true);
  view.setUint32(at.hashinfo, HASH_INFORMATION, true);
  view.setUint16(at.indirect_tabsize, table, true);
  view.setUint32(at.indirect_taboffset, size, true);
  view.setUint16(at.hashkey_size, HASH_KEY.length, true);
  view.setUint32(at.hashkey_offset, size + table, true);
  for (let i = 0; i < INDIRECTION_ENTRIES; i++) view.setUint32(size + 4 * i, i % channels, true);
  parameters.set(HASH_KEY, size + table);
  return parameters;
}
