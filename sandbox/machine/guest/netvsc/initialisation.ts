import { NVSP_VERSION_5 } from '../../vmbus/nvsp.ts';
import {
  FILTER_DEFAULT,
  OID_LINK_SPEED,
  OID_MAXIMUM_FRAME_SIZE,
  OID_MEDIA_CONNECT_STATUS,
  OID_PACKET_FILTER,
  OID_PERMANENT_ADDRESS,
} from '../../vmbus/rndis.ts';
import { type Agreement, type NetVscOptions, newAgreement, type Steps } from './agreement.ts';
import { word } from './ndis-objects.ts';
import {
  askForSubchannels,
  negotiateVersion,
  shareReceiveBuffer,
  shareSendBuffer,
  tellNdis,
} from './nvsp-handshake.ts';
import { RndisHandshake } from './rndis-handshake.ts';

/**
 * The initialisation of the network driver, in the order of section 5 of the VMBus facts, as the Linux
 * driver does it.
 * @throws NetVscRefused when the provider refuses what the driver cannot do without
 */
export class Initialisation {
  readonly options: NetVscOptions;
  readonly agreed: Agreement = newAgreement();
  readonly rndis = new RndisHandshake(this.agreed);

  constructor(options: NetVscOptions) {
    this.options = options;
  }

  *steps(): Steps {
    const { agreed, rndis } = this;
    yield* negotiateVersion(agreed);
    yield* tellNdis(agreed, this.options.maxFrame);
    yield* shareReceiveBuffer(agreed);
    yield* shareSendBuffer(agreed);
    yield* rndis.initialise();
    yield* rndis.query(OID_MAXIMUM_FRAME_SIZE);
    const mac = yield* rndis.query(OID_PERMANENT_ADDRESS);
    for (let i = 0; i < 6 && i < mac.byteLength; i++) agreed.macAddress[i] = mac.getUint8(i);
    yield* rndis.setOffloads();
    const link = yield* rndis.query(OID_MEDIA_CONNECT_STATUS);
    agreed.linkUp = word(link, 0) === 0;
    if (agreed.version >= NVSP_VERSION_5) yield* this.#spread();
    yield* rndis.set(OID_PACKET_FILTER, Uint8Array.of(FILTER_DEFAULT, 0, 0, 0));
  }

  /** Sub-channels, as many as both sides want, and receive-side scaling over them. */
  *#spread(): Steps {
    const { agreed, rndis } = this;
    agreed.linkSpeed = word(yield* rndis.query(OID_LINK_SPEED), 0);
    const wanted = Math.min(this.options.channels, yield* rndis.scalingChannels());
    if (wanted < 2) return;
    const count = yield* askForSubchannels(wanted - 1);
    if (count === 0) return;
    agreed.channels = count + 1;
    yield* rndis.setScaling(agreed.channels);
  }
}
