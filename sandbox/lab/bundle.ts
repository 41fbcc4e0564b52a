/** The entry of the lab's bundle: what cells import, and the seam through which the runner drives it. */
export * as face from './index.ts';
export { beginSession, endSession } from './session.ts';
export { runTask } from './sweep/task.ts';
