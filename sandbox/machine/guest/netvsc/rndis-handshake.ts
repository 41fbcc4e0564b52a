import {
  NDIS_OFFLOAD,
  NDIS_OFFLOAD_PARAMS,
  NDIS_RECV_SCALE_CAP,
} from '../../vmbus/ndis-structures.ts';
import { NVSP_VERSION_4, NVSP_VERSION_5 } from '../../vmbus/nvsp.ts';
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
import { type Agreement, NetVscRefused, type Steps } from './agreement.ts';
import { ndisObject, RSS_DISABLE, rssParameters } from './ndis-objects.ts';

const MAX_TRANSFER = 0x4000;
/** Types of NDIS objects. */
const OBJECT_DEFAULT = 0x80;
const OBJECT_OFFLOAD = 0xa7;
const OBJECT_RSS_CAPABILITIES = 0x88;
/** Sizes of structures that older versions know less of. */
const OFFLOAD_SIZE_6_0 = NDIS_OFFLOAD.at.ipsecv2;
const OFFLOAD_SIZE_6_1 = NDIS_OFFLOAD.at.rsc;
const OFFLOAD_PARAMS_SIZE_4 = 22;
/** Checksums that hardware can do: TCP over IPv4 with and without options, UDP over IPv4. */
const CAN_TCP4 = 0x14;
const CAN_UDP4 = 0x40;
const OFFLOAD_OFF = 1;
const OFFLOAD_BOTH = 4;
const LSO_ON = 2;
const ENCAPSULATION_8023 = 2;

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

  /** Turns on what the provider can do; the driver leaves the IP header's checksum to its stack. */
  *setOffloads(): Steps {
    const { version } = this.#agreed;
    const [revision, size] =
      version >= NVSP_VERSION_5
        ? [3, NDIS_OFFLOAD.size]
        : version >= NVSP_VERSION_4
          ? [2, OFFLOAD_SIZE_6_1]
          : [1, OFFLOAD_SIZE_6_0];
    const can = yield* this.query(
      OID_OFFLOAD_CAPABILITIES,
      ndisObject(OBJECT_OFFLOAD, revision, size),
    );
    const old = version <= NVSP_VERSION_4;
    const length = old ? OFFLOAD_PARAMS_SIZE_4 : NDIS_OFFLOAD_PARAMS.size;
    const wanted = ndisObject(OBJECT_DEFAULT, 3, length);
    const { ip_v4_csum, tcp_ip_v4_csum, udp_ip_v4_csum, lso_v2_ipv4 } = NDIS_OFFLOAD_PARAMS.at;
    wanted[ip_v4_csum] = OFFLOAD_OFF;
    const checksums = word(can, NDIS_OFFLOAD.fields['csum.ip4_txcsum'][0]);
    if ((checksums & CAN_TCP4) === CAN_TCP4) {
      wanted[tcp_ip_v4_csum] = OFFLOAD_BOTH;
      if ((word(can, NDIS_OFFLOAD.fields['lsov2.ip4_encap'][0]) & ENCAPSULATION_8023) !== 0)
        wanted[lso_v2_ipv4] = LSO_ON;
      if (!old && (checksums & CAN_UDP4) !== 0) wanted[udp_ip_v4_csum] = OFFLOAD_BOTH;
    }
    yield* this.set(OID_OFFLOAD_PARAMETERS, wanted);
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

  *set(oid: number, info: Uint8Array): Steps {
    yield { kind: 'rndis', message: setRequest(++this.requests, oid, info) };
  }
}

/** A word of what the provider sent; 0 where it sent less. */
export function word(view: DataView, offset: number): number {
  return offset + 4 <= view.byteLength ? view.getUint32(offset, true) : 0;
}
