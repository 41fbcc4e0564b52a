import { NDIS_RECV_SCALE_CAP } from '../../vmbus/ndis-structures.ts';
import {
  haltRequest,
  initialiseRequest,
  OID_OFFLOAD_CAPABILITIES,
  OID_OFFLOAD_PARAMETERS,
  OID_RSS_CAPABILITIES,
  OID_RSS_PARAMETERS,
  queryRequest,
  queryResult,
  RNDIS_BODY,
  replyStatus,
  setRequest,
} from '../../vmbus/rndis.ts';
import { RNDIS_INITIALIZE_COMPLETE } from '../../vmbus/rndis-structures.ts';
import { NO_OFFLOADS } from '../offload-device.ts';
import { type Agreement, NetVscRefused, type Steps } from './agreement.ts';
import { ndisObject, RSS_DISABLE, rssParameters, word } from './ndis-objects.ts';
import { chooseOffloads, offloadQuestion } from './offload.ts';

const MAX_TRANSFER = 0x4000;
/** Type of an NDIS object. */
const OBJECT_RSS_CAPABILITIES = 0x88;
/** The requests of RNDIS that the driver makes, numbered from 1 on. */
export class RndisHandshake {
  /** Number of the last request. */
  requests = 0;
  #agreed: Agreement;

  constructor(agreed: Agreement) {
    this.#agreed = agreed;
  }

  *initialise(): Steps {
    const { message } = yield {
      kind: 'rndis',
      message: initialiseRequest(++this.requests, MAX_TRANSFER),
    };
    if (replyStatus(message) !== 0) throw new NetVscRefused('RNDIS');
    const { max_pkt_per_msg, pkt_alignment_factor } = RNDIS_INITIALIZE_COMPLETE.at;
    this.#agreed.maxPackets = Math.max(1, word(message, RNDIS_BODY + max_pkt_per_msg));
    this.#agreed.alignment = 1 << (word(message, RNDIS_BODY + pkt_alignment_factor) & 15);
  }

  /** Turns on what the provider can do. */
  *setOffloads(): Steps {
    const { version } = this.#agreed;
    const can = yield* this.query(OID_OFFLOAD_CAPABILITIES, offloadQuestion(version));
    const { parameters, offloads } = chooseOffloads(can, version);
    const accepted = yield* this.set(OID_OFFLOAD_PARAMETERS, parameters);
    this.#agreed.offloads = accepted ? offloads : NO_OFFLOADS;
  }

  /** Channels over which the provider can spread frames. */
  *scalingChannels(): Steps<number> {
    const { size, at } = NDIS_RECV_SCALE_CAP;
    const can = yield* this.query(
      OID_RSS_CAPABILITIES,
      ndisObject(OBJECT_RSS_CAPABILITIES, 2, size),
    );
    return word(can, at.num_recv_que);
  }

  /** Receive-side scaling over `channels`: off first, as the Linux driver has it, then on. */
  *setScaling(channels: number): Steps {
    yield* this.set(OID_RSS_PARAMETERS, rssParameters(channels, RSS_DISABLE));
    yield* this.set(OID_RSS_PARAMETERS, rssParameters(channels, 0));
  }

  /** The last request: there is no reply. */
  *halt(): Steps {
    yield { kind: 'rndis-notice', message: haltRequest(++this.requests) };
  }

  *query(oid: number, info?: Uint8Array): Steps<DataView> {
    const { message } = yield { kind: 'rndis', message: queryRequest(++this.requests, oid, info) };
    const result = replyStatus(message) === 0 ? queryResult(message) : undefined;
    return result ?? new DataView(new ArrayBuffer(0));
  }

  /** Whether the provider did it. */
  *set(oid: number, info: Uint8Array): Steps<boolean> {
    const { message } = yield { kind: 'rndis', message: setRequest(++this.requests, oid, info) };
    return replyStatus(message) === 0;
  }
}
