import { MESSAGES, messageType } from '../../machine/vmbus/message-codec.ts';
import { ControlGuest } from './control-guest.ts';
import { ControlHost, recoded } from './control-host.ts';
import type { Fields } from './fields.ts';
import { Comparison, type FamilyResult, type VectorFile } from './vector-file.ts';

const POSTED = 'HvPostMessage';
const DELIVERED = 'SIM slot 2';

/**
 * Replays the control messages of VMBus. Our guest gets the recorded messages of the host and must post what
 * the recorded guest posted: connection, type, bytes, order and number. Our host gets the recorded messages
 * of the guest, must find the same fields in them, and must have a place for each.
 */
export function replayControl({ content }: VectorFile): FamilyResult {
  const steps = content.list('steps');
  const posted = steps.filter(isPosted).map((step) => step.bytes('payload'));
  const comparison = new Comparison();
  const guest = new ControlGuest(posted);
  const host = new ControlHost(posted);
  let next = 0;
  for (const step of steps) {
    if (isPosted(step)) comparePosted(comparison, step, guest, host, next++);
    else if (step.raw('via') === DELIVERED) deliver(comparison, step.bytes('payload'), guest, host);
    else comparison.differ('via', `${step.raw('via')}`, `${POSTED} or ${DELIVERED}`);
    comparison.steps++;
  }
  for (const { payload } of guest.posted)
    comparison.differ('a message that was not recorded', 'nothing', nameOf(payload));
  return comparison.result;
}

function isPosted(step: Fields): boolean {
  return step.raw('via') === POSTED;
}

function comparePosted(
  comparison: Comparison,
  step: Fields,
  guest: ControlGuest,
  host: ControlHost,
  at: number,
): void {
  const payload = step.bytes('payload');
  if (guest.posted.length === 0) guest.act(at);
  const model = guest.posted.shift();
  if (model === undefined) comparison.differ('message', nameOf(payload), 'nothing posted');
  else {
    comparison.equal('connection id', step.number('connectionId'), model.connectionId);
    comparison.equal('message type', step.number('messageType'), model.messageType);
    comparison.bytes(nameOf(payload), payload, model.payload);
  }
  comparison.bytes(`${nameOf(payload)} by its fields`, payload, recoded(payload));
  const refusal = host.take(payload);
  if (refusal !== undefined) comparison.differ('our host', nameOf(payload), refusal);
}

function deliver(
  comparison: Comparison,
  payload: Uint8Array,
  guest: ControlGuest,
  host: ControlHost,
): void {
  comparison.bytes(`${nameOf(payload)} by its fields`, payload, recoded(payload));
  guest.connection.received(payload);
  host.follow(payload);
}

function nameOf(payload: Uint8Array): string {
  return MESSAGES.get(messageType(payload))?.name ?? `message ${messageType(payload)}`;
}
