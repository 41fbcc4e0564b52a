import { DEVICE_CONTROL, INITIATE_FUNCTION_RESET } from './capabilities/express.ts';
import type { ConfigurationSpace } from './configuration-space.ts';

/**
 * Whether software has just asked for a function-level reset. The bit that asks always reads 0
 * (PCI Express 3.0, section 7.8.4).
 * @param express offset of the PCI Express capability
 */
export function takeFunctionReset(space: ConfigurationSpace, express: number): boolean {
  const at = express + DEVICE_CONTROL;
  if ((space.read(at, 2) & INITIATE_FUNCTION_RESET) === 0) return false;
  space.clear(at, 2, INITIATE_FUNCTION_RESET);
  return true;
}
