import type { Panels, Value } from './fields.ts';

/** The code that the panels write. What matters always stands there; the rest where it is not as usual. */

type Data = { [name: string]: Value | string[] | Data | undefined };

const WIDTH = 100;
const PATHS = ['native', 'emulated', 'vmbus', 'sriov'];

/** The text of the cell: `lessons/playground/cells/machine.ts` with other values. */
export function write(panels: Panels): string {
  const bulk = panels.traffic === 'bulk';
  const pages: Data = {
    host: hostOf(panels),
    vmSwitch: { name: String(panels.switchName).trim(), enableIov: panels.switchIov },
    vms: { count: panels.vms, processors: panels.processors },
    adapter: adapterOf(panels),
    workload: workloadOf(panels),
    beside: PATHS.filter((path) => panels[path] === true && !(path === 'emulated' && bulk)),
  };
  const lines = Object.entries(pages).map(([name, page]) => lineOf(name, page, '  '));
  return `import { runMachine } from 'two-checkboxes';

const machine = await runMachine({
${lines.join('\n')}
});

export default [machine.way, machine.facts, machine.comparison];
`;
}

function hostOf(panels: Panels): Data {
  const { profile, rootCores, line, lacks, vfs } = panels;
  const onOff = (value: Value | undefined) => (value === 'profile' ? undefined : value === 'on');
  const number = Number(vfs);
  const fewer = number < 63 ? { virtualFunctions: number, virtualPorts: number + 1 } : {};
  const missing = lacks === 'nothing' ? {} : { [String(lacks)]: false };
  const capabilities = { ...missing, ...fewer };
  return {
    profile,
    rootCores,
    line,
    mitigations: onOff(panels.mitigations),
    postedInterrupts: onOff(panels.posted),
    capabilities: Object.keys(capabilities).length > 0 ? capabilities : undefined,
  };
}

function adapterOf({ kind, adapterIov, queues, vmq, vrss, limit }: Panels): Data {
  const maximumBandwidth = Number(limit) > 0 ? Number(limit) * 1e6 : undefined;
  if (kind === 'legacy') return { legacy: true, maximumBandwidth };
  return {
    iovWeight: adapterIov === true ? 100 : 0,
    queues,
    vmqWeight: vmq === true ? undefined : 0,
    vrssEnabled: vrss === true || Number(queues) < 2 ? undefined : false,
    maximumBandwidth,
  };
}

function workloadOf(panels: Panels): Data {
  const { direction, traffic, frame, load, rate, arrivals, inFlight, seed } = panels;
  const share = Number(panels.appShare);
  const ends = { appShare: share > 0 ? share / 100 : undefined, seed };
  const durationMs = panels.length === 'durationMs' ? panels.durationMs : undefined;
  const amount = panels.length === 'amount' ? panels.amount : undefined;
  if (traffic === 'bulk')
    return { direction, frame, bulk: bulkOf(panels, amount), durationMs, ...ends };
  return {
    direction,
    load: load === 'rate' ? rate : load,
    ...(traffic === 'imix' ? { sizes: 'imix' } : { frame }),
    arrivals: load !== 'max' && arrivals !== 'regular' ? arrivals : undefined,
    inFlight: direction === 'rr' && load === 'max' && Number(inFlight) > 1 ? inFlight : undefined,
    frames: amount,
    durationMs,
    ...ends,
  };
}

function bulkOf({ checksum, segmentation, coalescing }: Panels, bytes: Value | undefined): Data {
  return {
    bytes,
    checksum: checksum === true ? undefined : false,
    segmentation: checksum === true && segmentation !== true ? false : undefined,
    coalescing: checksum === true && coalescing === true ? true : undefined,
  };
}

/** `name: value,` on one line, or on several when it is too wide. */
function lineOf(name: string, value: Data[string], indent: string): string {
  const line = `${indent}${name}: ${inOneLine(value)},`;
  if (line.length <= WIDTH || typeof value !== 'object' || Array.isArray(value)) return line;
  const lines = Object.entries(value)
    .filter(([, own]) => own !== undefined)
    .map(([key, own]) => lineOf(key, own, `${indent}  `));
  return `${indent}${name}: {\n${lines.join('\n')}\n${indent}},`;
}

function inOneLine(value: Data[string]): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(quoted).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  const parts = Object.entries(value)
    .filter(([, own]) => own !== undefined)
    .map(([name, own]) => `${name}: ${inOneLine(own)}`);
  return parts.length > 0 ? `{ ${parts.join(', ')} }` : '{}';
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
