/** Something asked for that cannot be: the message names the option and what is accepted. */
export class UsageError extends Error {
  override name = 'UsageError';
}
