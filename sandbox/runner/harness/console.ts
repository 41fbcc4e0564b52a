import type { Outlet } from './outlet.ts';

/** Puts a console in the place of the worker's own: what is printed leaves through `outlet`. */
export function installConsole(scope: object, outlet: Pick<Outlet, 'log'>): void {
  const at =
    (level: 'log' | 'warn' | 'error') =>
    (...args: unknown[]): void =>
      outlet.log(level, args);
  const log = at('log');
  const counts = new Map<string, number>();
  const count = (label = 'default'): void => {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    log(`${label}: ${counts.get(label)}`);
  };
  const assert = (condition?: unknown, ...args: unknown[]): void => {
    if (!condition) outlet.log('error', ['assertion failed', ...args]);
  };
  const nothing = (): void => {};
  const console = {
    log,
    info: log,
    debug: log,
    dir: log,
    table: log,
    group: log,
    trace: log,
    assert,
    count,
    warn: at('warn'),
    error: at('error'),
    groupEnd: nothing,
    time: nothing,
    timeEnd: nothing,
    timeLog: nothing,
    clear: nothing,
  };
  // Only the object itself: the prototypes behind it are frozen by lockdown, which prepares them first.
  Object.freeze(console);
  Object.defineProperty(scope, 'console', {
    value: console,
    writable: false,
    configurable: true,
    enumerable: false,
  });
}
