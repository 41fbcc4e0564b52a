import type { Steps } from './agreement.ts';
import { revokeReceiveBuffer, revokeSendBuffer } from './nvsp-handshake.ts';
import type { RndisHandshake } from './rndis-handshake.ts';

/**
 * The way back, in the order of the Linux driver on hosts from version 4.0 of the bus on: RNDIS is halted,
 * what was sent is completed, the host lets go of both buffers, the channels are closed, and only then the
 * memory is taken back.
 */
export function* teardown(rndis: RndisHandshake): Steps {
  yield* rndis.halt();
  yield { kind: 'drain' };
  yield* revokeReceiveBuffer();
  yield* revokeSendBuffer();
  yield { kind: 'close' };
  yield { kind: 'teardown', buffer: 'receive' };
  yield { kind: 'teardown', buffer: 'send' };
}
