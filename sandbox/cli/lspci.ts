import { parseArgs } from 'node:util';
import { dumpConfiguration, formatDump } from '../lab/lspci.ts';
import { UsageError } from '../lab/usage.ts';
import { refuseUnknown, toNumber } from './options.ts';

/** `lab lspci --device 21140|pf|vfN`: a function's configuration space as `lspci -xxxx` prints it. */
export async function lspciCommand(args: string[]): Promise<number> {
  refuseUnknown(args, ['device', 'vfs', 'json']);
  const { values } = parseArgs({
    args,
    options: {
      device: { type: 'string' },
      vfs: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  if (values.device === undefined)
    throw new UsageError('lspci: name a function with --device 21140, pf, or vf0 to vf62');
  const vfs = values.vfs === undefined ? undefined : toNumber('vfs', values.vfs);
  const found = dumpConfiguration(values.device, vfs);
  console.log(values.json === true ? JSON.stringify(found, null, 2) : formatDump(found));
  return 0;
}
