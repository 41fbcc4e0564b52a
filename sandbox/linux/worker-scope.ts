import type { FromWorker, ToWorker } from './protocol.ts';

/** What a dedicated worker has of its global scope, as far as sessions use it. */
interface Scope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

const scope = self as unknown as Scope;

export const post = (message: FromWorker): void => scope.postMessage(message);

/** Has messages of the page handled in order; what goes wrong is told to the reader. */
export function serve(handle: (message: ToWorker) => void | Promise<void>): void {
  const failed = (error: unknown): void =>
    post({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  self.addEventListener('unhandledrejection', ({ reason }) => failed(reason));
  scope.onmessage = ({ data }) => {
    Promise.resolve()
      .then(() => handle(data))
      .catch(failed);
  };
}
