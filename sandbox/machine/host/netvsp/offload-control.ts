import {
  CHECKSUM_BOTH,
  CHECKSUM_RX,
  CHECKSUM_TX,
  ENCAPSULATION_8023,
  IP4_HEADER,
  IP4_OPTIONS,
  IP6_EXTENSIONS,
  LSO_LARGEST,
  LSO_LEAST_SEGMENTS,
  LSO_ON,
  LSO6_EXTENSIONS,
  LSO6_TCP_OPTIONS,
  PARAMETER_NO_CHANGE,
  RSC_ON,
  TCP4,
  TCP4_OPTIONS,
  TCP6,
  TCP6_OPTIONS,
  UDP4,
  UDP6,
} from '../../vmbus/ndis-offload.ts';
import {
  NDIS_OBJECT_HEADER,
  NDIS_OFFLOAD,
  NDIS_OFFLOAD_PARAMS,
} from '../../vmbus/ndis-structures.ts';
import { RNDIS_STATUS_NOT_SUPPORTED, RNDIS_STATUS_SUCCESS } from '../../vmbus/rndis.ts';

const RNDIS_STATUS_INVALID_DATA = 0xc0010015;
const OBJECT_DEFAULT = 0x80;
const { at: PARAMETERS } = NDIS_OFFLOAD_PARAMS;
/** Parameters of checksums, and of LSO version 2. */
const CHECKSUMS = [
  'ip_v4_csum',
  'tcp_ip_v4_csum',
  'udp_ip_v4_csum',
  'tcp_ip_v6_csum',
  'udp_ip_v6_csum',
] as const;
const SEGMENTATIONS = ['lso_v2_ipv4', 'lso_v2_ipv6'] as const;
const COALESCINGS = ['rsc_ip_v4', 'rsc_ip_v6'] as const;
/** Of a set, the bytes that every revision has. */
const LEAST_PARAMETERS = PARAMETERS.lso_v2_ipv6 + 1;
/** Kinds of parameter that this provider cannot turn on. */
const NOT_OFFERED = ['lso_v1', 'ip_sec_v1'] as const;

type Checksum = (typeof CHECKSUMS)[number];
type Segmentation = (typeof SEGMENTATIONS)[number];
type Coalescing = (typeof COALESCINGS)[number];
type Setting = Checksum | Segmentation | Coalescing;

/** What the provider of an adapter does to frames for its guest, and what of it the guest has turned on. */
export class AdapterOffloads {
  /** Whether frames are completed for the guest at all. */
  readonly offered: boolean;
  /** Whether the guest may have received segments coalesced. */
  readonly coalescingOffered: boolean;
  #values = new Map<Setting, number>();

  constructor(offered: boolean, coalescingOffered = false) {
    this.offered = offered;
    this.coalescingOffered = offered && coalescingOffered;
  }

  /** Whether the guest takes frames that were coalesced: it has asked for both versions of IP. */
  get coalesces(): boolean {
    return COALESCINGS.every((name) => this.#values.get(name) === RSC_ON);
  }

  /** Whether the guest may leave this checksum of a frame that it sends to the host. */
  sends(checksum: Checksum): boolean {
    const value = this.#values.get(checksum);
    return value === CHECKSUM_TX || value === CHECKSUM_BOTH;
  }

  /** Whether the guest wants to be told of this checksum of a frame that it receives. */
  receives(checksum: Checksum): boolean {
    const value = this.#values.get(checksum);
    return value === CHECKSUM_RX || value === CHECKSUM_BOTH;
  }

  /** Whether the guest may send frames that are to be cut. */
  cuts(ipv6: boolean): boolean {
    return this.#values.get(ipv6 ? 'lso_v2_ipv6' : 'lso_v2_ipv4') === LSO_ON;
  }

  /**
   * The answer to OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES: an NDIS_OFFLOAD of the revision and with the size
   * that the question has. Undefined for a question that is none.
   */
  capabilities(question: DataView): Uint8Array | undefined {
    const { type, revision, size } = NDIS_OBJECT_HEADER.at;
    if (question.byteLength < NDIS_OBJECT_HEADER.size) return undefined;
    const length = Math.min(question.getUint16(size, true), NDIS_OFFLOAD.size);
    if (length < NDIS_OBJECT_HEADER.size) return undefined;
    const whole = new DataView(new ArrayBuffer(NDIS_OFFLOAD.size));
    whole.setUint8(type, question.getUint8(type));
    whole.setUint8(revision, question.getUint8(revision));
    whole.setUint16(size, length, true);
    if (this.offered) fillCapabilities(whole);
    if (this.coalescingOffered)
      for (const version of ['rsc.ip4', 'rsc.ip6'] as const)
        whole.setUint8(NDIS_OFFLOAD.fields[version][0], 1);
    return new Uint8Array(whole.buffer, 0, length);
  }

  /**
   * OID_TCP_OFFLOAD_PARAMETERS. All of it is done or, when a value cannot be or is not offered, nothing.
   * @returns a status of RNDIS
   */
  set(parameters: DataView): number {
    if (parameters.byteLength < LEAST_PARAMETERS) return RNDIS_STATUS_INVALID_DATA;
    const { type, size } = NDIS_OBJECT_HEADER.at;
    const length = parameters.getUint16(size, true);
    const isObject = parameters.getUint8(type) === OBJECT_DEFAULT;
    if (!isObject || length < LEAST_PARAMETERS || length > parameters.byteLength)
      return RNDIS_STATUS_INVALID_DATA;
    const wanted = new Map<Setting, number>();
    for (const [names, most, off] of [
      [CHECKSUMS, CHECKSUM_BOTH, 1],
      [SEGMENTATIONS, LSO_ON, 1],
    ] as const)
      for (const name of names) {
        const value = parameters.getUint8(PARAMETERS[name]);
        if (value > most) return RNDIS_STATUS_INVALID_DATA;
        if (value > off && !this.offered) return RNDIS_STATUS_NOT_SUPPORTED;
        if (value !== PARAMETER_NO_CHANGE) wanted.set(name, value);
      }
    for (const name of COALESCINGS) {
      // Shorter parameters are those of an older revision.
      const value = PARAMETERS[name] < length ? parameters.getUint8(PARAMETERS[name]) : 0;
      if (value > RSC_ON) return RNDIS_STATUS_INVALID_DATA;
      if (value === RSC_ON && !this.coalescingOffered) return RNDIS_STATUS_NOT_SUPPORTED;
      if (value !== PARAMETER_NO_CHANGE) wanted.set(name, value);
    }
    for (const name of NOT_OFFERED)
      if (parameters.getUint8(PARAMETERS[name]) > 1) return RNDIS_STATUS_NOT_SUPPORTED;
    for (const [name, value] of wanted) this.#values.set(name, value);
    return RNDIS_STATUS_SUCCESS;
  }
}

/** Checksums both ways and LSO version 2; neither LSO version 1 nor IPsec nor tunnels. */
function fillCapabilities(view: DataView): void {
  const set = (field: keyof typeof NDIS_OFFLOAD.fields, value: number) =>
    view.setUint32(NDIS_OFFLOAD.fields[field][0], value, true);
  const ip4 = IP4_OPTIONS | TCP4_OPTIONS | TCP4 | UDP4 | IP4_HEADER;
  const ip6 = IP6_EXTENSIONS | TCP6_OPTIONS | TCP6 | UDP6;
  for (const [version, can] of [
    ['ip4', ip4],
    ['ip6', ip6],
  ] as const) {
    for (const direction of ['tx', 'rx'] as const) {
      set(`csum.${version}_${direction}enc`, ENCAPSULATION_8023);
      set(`csum.${version}_${direction}csum`, can);
    }
    set(`lsov2.${version}_encap`, ENCAPSULATION_8023);
    set(`lsov2.${version}_maxsz`, LSO_LARGEST);
    set(`lsov2.${version}_minsg`, LSO_LEAST_SEGMENTS);
  }
  set('lsov2.ip6_opts', LSO6_EXTENSIONS | LSO6_TCP_OPTIONS);
}
