import type { SetVpRegistersInput } from './hypercalls.ts';
import type { InterceptReader } from './intercept-message.ts';
import { REGISTER_INTERCEPT_SUSPEND, REGISTER_RAX, REGISTER_RIP } from './registers.ts';

/**
 * Lists what completes a plain `IN` (with the value that was read) or `OUT`: what was read goes into the
 * low bytes of EAX, whose upper bytes stay, with the upper half of RAX zeroed; RIP goes behind the
 * instruction; the processor is no longer suspended. Real processors leave bits 63:32 of RAX alone for
 * 8 and 16 bits; the published VMMs zero them.
 */
export function completeAccess(
  input: SetVpRegistersInput,
  message: InterceptReader,
  value?: number,
): void {
  input.begin(message.sender, message.vpIndex);
  if (value !== undefined) input.add(REGISTER_RAX, message.merge(value), 0);
  const low = message.ripLow + message.instructionLength;
  input.add(REGISTER_RIP, low, message.ripHigh + (low > 0xffffffff ? 1 : 0));
  input.add(REGISTER_INTERCEPT_SUSPEND, 0, 0);
}
