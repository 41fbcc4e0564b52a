import { describe, expect, test } from 'vitest';
import { newNic, PLENTY } from '../../../../tests/support/pci.ts';
import { PORT_ACS, PORT_AER } from './bridge-space.ts';
import {
  ACS_ALL,
  ACS_COMPLETION_REDIRECT,
  ACS_CONTROL,
  ACS_DIRECT_TRANSLATED,
  ACS_EGRESS_CONTROL,
  ACS_EGRESS_VECTOR,
  ACS_ISOLATION,
  ACS_REQUEST_REDIRECT,
  ACS_SOURCE_VALIDATION,
  ACS_TRANSLATION_BLOCKING,
  ACS_UPSTREAM_FORWARDING,
} from './capabilities/acs.ts';
import { enableVirtualFunctions } from './enable-vfs.ts';
import type { Port } from './port.ts';
import { RootComplex } from './topology.ts';

/** Two NICs below a switch, a third one below another root port: 03:00.0, 04:00.0, 05:00.0. */
function newMachine(services = ACS_ALL) {
  const complex = new RootComplex();
  const root = complex.addRootPort({ services });
  const { upstream, downstream } = complex.addSwitch(root, 2, { services });
  const other = complex.addRootPort({ services });
  const nics = [newNic(), newNic(), newNic()];
  for (const [n, port] of [...downstream, other].entries()) complex.attach(port, nics[n].endpoint);
  const found = complex.enumerate(PLENTY);
  for (const pf of found.functions) {
    if (pf.sriov === undefined) continue;
    enableVirtualFunctions(complex, pf, 2);
    complex.configurationWrite(pf.requesterId, 4, 2, 7);
    for (const n of [0, 1]) complex.configurationWrite(pf.requesterId + 0x80 + 2 * n, 4, 2, 4);
  }
  const address = (n: number, virtual: boolean) =>
    found.functions
      .filter(({ sriov }) => sriov !== undefined)
      [n].regions.find((region) => region.bar === 0 && region.virtual === virtual)?.address ?? -1;
  return { complex, root, upstream, downstream, other, nics, address };
}

function turnOn(port: Port, services: number): void {
  port.configuration.write(PORT_ACS + ACS_CONTROL, 2, services);
}

const SENDER = 0x0380;
const MEMORY = 0x12345000;

describe('without access control services', () => {
  test('memory of the machine is upstream; a neighbour below the switch is reached directly', () => {
    const { complex, nics, address } = newMachine(0);
    expect(complex.route(SENDER, MEMORY)).toEqual({ kind: 'upstream' });
    expect(complex.route(SENDER, 0xfee00000)).toEqual({ kind: 'upstream' });
    expect(complex.route(SENDER, address(1, false) + 0x100)).toEqual({
      ...{ kind: 'peer', target: nics[1].pf, bar: 0, offset: 0x100 },
    });
    expect(complex.route(SENDER, address(1, true) + 0x4010)).toEqual({
      ...{ kind: 'peer', target: nics[1].vfs[1], bar: 0, offset: 0x10 },
    });
  });

  test('so is one below another root port', () => {
    const { complex, nics, address } = newMachine(0);
    expect(complex.route(SENDER, address(2, true))).toMatchObject({
      kind: 'peer',
      target: nics[2].vfs[0],
    });
  });

  test('a port without the capability keeps nothing that is written there', () => {
    const { downstream } = newMachine(0);
    turnOn(downstream[0], ACS_ISOLATION);
    expect(downstream[0].services).toBe(0);
  });
});

describe('request redirect and upstream forwarding', () => {
  test('both at every port: the request for a neighbour meets the IOMMU', () => {
    const { complex, root, downstream, other, address } = newMachine();
    for (const port of [root, other, ...downstream]) turnOn(port, ACS_ISOLATION);
    for (const n of [0, 1, 2])
      expect(complex.route(SENDER, address(n, true))).toEqual({ kind: 'upstream' });
  });

  test('redirected at the switch, turned round at a root port that does not forward it', () => {
    const { complex, downstream, nics, address } = newMachine();
    for (const port of downstream) turnOn(port, ACS_REQUEST_REDIRECT);
    expect(complex.route(SENDER, address(1, true))).toMatchObject({
      kind: 'peer',
      target: nics[1].vfs[0],
    });
  });

  test('only at the other port: it is the sender’s port that decides', () => {
    const { complex, root, downstream, address } = newMachine();
    turnOn(downstream[1], ACS_REQUEST_REDIRECT);
    turnOn(root, ACS_UPSTREAM_FORWARDING);
    expect(complex.route(SENDER, address(1, true)).kind).toBe('peer');
    expect(complex.route(0x0480, address(0, true)).kind).toBe('upstream');
  });

  test('its own port takes a request back only when it forwards upstream', () => {
    const { complex, root, downstream, address } = newMachine();
    expect(complex.route(SENDER, address(0, true) + 0x4000)).toEqual({
      ...{ kind: 'blocked', by: 'downstream port 02:00.0', reason: 'unsupported request' },
    });
    turnOn(downstream[0], ACS_UPSTREAM_FORWARDING);
    turnOn(root, ACS_UPSTREAM_FORWARDING);
    expect(complex.route(SENDER, address(0, true) + 0x4000).kind).toBe('upstream');
  });
});

describe('egress control', () => {
  test('a bit in the vector blocks; with redirect too it redirects instead (section 6.12.3)', () => {
    const { complex, root, downstream, address } = newMachine();
    turnOn(root, ACS_UPSTREAM_FORWARDING);
    turnOn(downstream[0], ACS_EGRESS_CONTROL);
    expect(complex.route(SENDER, address(1, true)).kind).toBe('peer');
    downstream[0].configuration.write(PORT_ACS + ACS_EGRESS_VECTOR, 4, 1 << 1);
    expect(complex.route(SENDER, address(1, true))).toMatchObject({ reason: 'egress control' });
    expect(downstream[0].configuration.read(PORT_AER + 4, 4)).toBe(1 << 21);
    turnOn(downstream[0], ACS_EGRESS_CONTROL | ACS_REQUEST_REDIRECT);
    expect(complex.route(SENDER, address(1, true)).kind).toBe('upstream');
    downstream[0].configuration.write(PORT_ACS + ACS_EGRESS_VECTOR, 4, 0);
    expect(complex.route(SENDER, address(1, true)).kind).toBe('peer');
  });
});

describe('translated requests', () => {
  test('are blocked where the port says so, and go direct where it lets them', () => {
    const { complex, root, downstream, address } = newMachine();
    for (const port of [root, ...downstream]) turnOn(port, ACS_ISOLATION);
    const route = () => complex.route(SENDER, address(1, true), { translated: true });
    expect(route().kind).toBe('upstream');
    turnOn(downstream[0], ACS_ISOLATION | ACS_DIRECT_TRANSLATED);
    expect(route().kind).toBe('peer');
    turnOn(downstream[0], ACS_ISOLATION | ACS_TRANSLATION_BLOCKING);
    expect(route()).toMatchObject({ reason: 'translation blocking' });
    expect(complex.route(SENDER, MEMORY)).toEqual({ kind: 'upstream' });
  });
});

describe('who says it', () => {
  test('source validation blocks an id of a bus that is not below the port', () => {
    const { complex, root, downstream } = newMachine();
    const forged = (id: number) => complex.route(id, MEMORY, { sender: SENDER });
    expect(forged(0x0580)).toEqual({ kind: 'upstream' });
    turnOn(downstream[0], ACS_SOURCE_VALIDATION);
    expect(forged(0x0580)).toEqual({
      ...{ kind: 'blocked', by: 'downstream port 02:00.0', reason: 'source validation' },
    });
    // Another function on the same bus is not told apart.
    expect(forged(0x0382)).toEqual({ kind: 'upstream' });
    turnOn(downstream[0], 0);
    turnOn(root, ACS_SOURCE_VALIDATION);
    expect(forged(0x0480)).toEqual({ kind: 'upstream' });
    expect(forged(0x0580)).toMatchObject({ by: 'root port 00:01.0' });
  });

  test('bus mastering off: at the function, and at a port above it', () => {
    const { complex, root } = newMachine();
    complex.configurationWrite(SENDER, 4, 2, 0);
    expect(complex.route(SENDER, MEMORY)).toMatchObject({ reason: 'bus master disabled' });
    complex.configurationWrite(SENDER, 4, 2, 4);
    root.configuration.write(4, 2, 2);
    expect(complex.route(SENDER, MEMORY)).toMatchObject({ by: 'root port 00:01.0' });
  });

  test('an id that nothing has sends nothing', () => {
    const { complex } = newMachine();
    for (const id of [0x0384, 0x7000, 0x0008])
      expect(complex.route(id, MEMORY)).toMatchObject({ reason: 'no such requester' });
  });
});

test('a neighbour that does not answer in memory space is nobody', () => {
  const { complex, address } = newMachine();
  complex.configurationWrite(0x0400, 4, 2, 4);
  expect(complex.route(SENDER, address(1, false))).toMatchObject({
    reason: 'unsupported request',
  });
  expect(complex.route(SENDER, address(1, true)).kind).toBe('peer');
  complex.configurationWrite(0x0400, 0x168, 2, 0x11);
  expect(complex.route(SENDER, address(1, true)).kind).toBe('blocked');
});

test('completions go straight between the ports of a switch unless they are redirected', () => {
  const { complex, downstream } = newMachine();
  expect(complex.routeCompletion(0x0480, SENDER)).toBe('direct');
  turnOn(downstream[1], ACS_COMPLETION_REDIRECT);
  expect(complex.routeCompletion(0x0480, SENDER)).toBe('upstream');
  expect(complex.routeCompletion(SENDER, 0x0480)).toBe('direct');
  expect(complex.routeCompletion(0x0580, SENDER)).toBe('upstream');
});
