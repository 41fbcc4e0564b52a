import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./bench-tandem.py', import.meta.url));
/** Python to ask for SimPy: the one that PYTHON names, else the system's. */
const python = process.env.PYTHON ?? 'python3';

/**
 * Frames a second of wall time through the tandem in SimPy, without Python's start: the same arrivals and
 * services as the engine's. Undefined where there is no Python with SimPy.
 * @throws Error when SimPy is there and the tandem fails
 */
export function simpyTandem(
  frames: number,
  interval: number,
  service: readonly number[],
): number | undefined {
  if (spawnSync(python, ['-c', 'import simpy']).status !== 0) return undefined;
  const args = [PROGRAM, frames, interval, ...service].map(String);
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`SimPy's tandem: ${stderr.trim()}`);
  return Number(stdout);
}
