import { spawn } from 'node:child_process';
import { delimiter, dirname, join, resolve } from 'node:path';

const BIN = resolve('node_modules/.bin');

/**
 * Runs a program of node_modules/.bin, or `node`, and shows its output as it comes. Programs find the
 * Node that runs this one first, whatever the machine has in its PATH.
 * @returns its exit status; 1 when it could not start or a signal ended it
 */
export function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<number> {
  const file = command === 'node' ? process.execPath : join(BIN, command);
  const PATH = [dirname(process.execPath), BIN, process.env.PATH].join(delimiter);
  return new Promise((done) => {
    const child = spawn(file, args, {
      stdio: 'inherit',
      env: { ...process.env, PATH, ASTRO_TELEMETRY_DISABLED: '1', ...env },
    });
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      done(1);
    });
    child.on('close', (status) => done(status ?? 1));
  });
}
