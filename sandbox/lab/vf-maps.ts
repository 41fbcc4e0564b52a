import { formatRequesterId } from '../machine/bus/pci/requester-id.ts';
import type { NicBusFunctions } from '../machine/devices/sriov-nic/configuration-functions.ts';
import type {
  AddressMapPart,
  AddressMapReport,
  BusMapFunction,
  BusMapReport,
  BusMapState,
} from './report.ts';
import type { HandOperatedNic } from './vf-by-hand.ts';

/** Buses that one picture shows at most. */
const MOST_BUSES = 4;

/** Every function on its bus: those that are there, and those that `wanted` asks for and are not. */
export function busMap(machine: HandOperatedNic, title: string, wanted: number): BusMapReport {
  const functions: BusMapFunction[] = [];
  const several = machine.nics.length > 1;
  for (const [n, nic] of machine.nics.entries()) {
    const { pf } = nic;
    const port = several ? ` of port ${n}` : '';
    const state = machine.complex.functionAt(pf.requesterId) === pf ? 'answers' : 'silent';
    functions.push(place(pf.requesterId, `PF${several ? n : ''}`, 'pf', n, `PF${port}`, state));
    const count = Math.min(nic.sriov.totalVfs, Math.max(wanted, nic.sriov.active));
    for (let i = 0; i < count; i++) {
      const id = nic.sriov.idOf(i);
      const what = stateOf(machine, nic, i);
      functions.push(place(id, String(i), 'vf', n, `VF ${i}${port}`, what));
    }
  }
  const buses = [...new Set(functions.map(({ requesterId }) => requesterId >>> 8))];
  const shown = buses.sort((a, b) => a - b).slice(0, MOST_BUSES);
  return {
    kind: 'bus-map',
    title,
    buses: shown.map((bus) => ({ bus, routed: machine.port.forwardsBus(bus) })),
    functions,
  };
}

function place(
  requesterId: number,
  label: string,
  role: 'pf' | 'vf',
  group: number,
  name: string,
  state: BusMapState,
): BusMapFunction {
  return { requesterId, label, role, group, name, place: formatRequesterId(requesterId), state };
}

/** Whether a request reaches virtual function `i`, and if not, why. */
function stateOf(machine: HandOperatedNic, nic: NicBusFunctions, i: number): BusMapState {
  const id = nic.sriov.idOf(i);
  if (!machine.port.forwardsBus(id >>> 8)) return 'no bus';
  if (i >= nic.sriov.active) return 'not enabled';
  return machine.complex.functionAt(id) === nic.vfs[i] ? 'answers' : 'silent';
}

/** The window, and in it the share of every virtual function that has one. */
export function addressMap(
  machine: HandOperatedNic,
  title: string,
  window: { base: number; size: number },
): AddressMapReport {
  const parts: AddressMapPart[] = [];
  const several = machine.nics.length > 1;
  for (const [n, nic] of machine.nics.entries()) {
    for (const { bar, base, each } of nic.sriov.apertures) {
      if (base === 0) continue;
      for (let i = 0; i < nic.sriov.totalVfs; i++)
        parts.push({
          name: `VF ${i}${several ? ` of port ${n}` : ''}, BAR ${bar}`,
          group: `VF BAR ${bar}${several ? `, port ${n}` : ''}`,
          start: base + i * each,
          size: each,
          used: i < nic.sriov.active,
        });
    }
  }
  return { kind: 'address-map', title, base: window.base, size: window.size, parts };
}
