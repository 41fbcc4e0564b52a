import { expect, test } from 'vitest';
import { NDIS_OFFLOAD, NDIS_OFFLOAD_PARAMS } from '../../vmbus/ndis-structures.ts';
import { NO_OFFLOADS } from '../offload-device.ts';
import { chooseOffloads, isVerified } from './offload.ts';

type Field = keyof typeof NDIS_OFFLOAD.fields;

function can(fields: Partial<Record<Field, number>>): DataView {
  const view = new DataView(new ArrayBuffer(NDIS_OFFLOAD.size));
  for (const [field, value] of Object.entries(fields))
    view.setUint32(NDIS_OFFLOAD.fields[field as Field][0], value, true);
  return view;
}

const { at } = NDIS_OFFLOAD_PARAMS;
const ON = (parameters: Uint8Array) => [
  parameters[at.ip_v4_csum],
  parameters[at.tcp_ip_v4_csum],
  parameters[at.udp_ip_v4_csum],
  parameters[at.tcp_ip_v6_csum],
  parameters[at.udp_ip_v6_csum],
  parameters[at.lso_v2_ipv4],
  parameters[at.lso_v2_ipv6],
];

test('a host that says nothing, or says it too short, gets nothing turned on', () => {
  for (const bytes of [0, 4, 40]) {
    const { parameters, offloads } = chooseOffloads(new DataView(new ArrayBuffer(bytes)), 0x60001);
    expect(ON(parameters)).toEqual([1, 0, 0, 0, 0, 0, 0]);
    expect(offloads).toEqual(NO_OFFLOADS);
  }
});

test('TCP without its options is not taken, and then no LSO either', () => {
  const { parameters, offloads } = chooseOffloads(
    can({ 'csum.ip4_txcsum': 0x50, 'lsov2.ip4_encap': 2, 'lsov2.ip4_maxsz': 0xf500 }),
    0x60001,
  );
  expect(ON(parameters)).toEqual([1, 0, 0, 0, 0, 0, 0]);
  expect(offloads.segment4).toBe(0);
});

test('the host of the recordings: TCP and UDP over IPv4, and LSO of 62,720 bytes', () => {
  const answer = can({
    'csum.ip4_txenc': 2,
    'csum.ip4_txcsum': 0x55,
    'lsov2.ip4_encap': 2,
    'lsov2.ip4_maxsz': 0xf500,
    'lsov2.ip4_minsg': 2,
  });
  const { parameters, offloads } = chooseOffloads(answer, 0x60001);
  expect(ON(parameters)).toEqual([1, 4, 4, 0, 0, 2, 0]);
  expect(offloads).toMatchObject({ tcp4: true, tcp6: false, segment4: 62_720, leastSegments: 2 });
  expect(ON(chooseOffloads(answer, 0x40000).parameters)).toEqual([1, 4, 0, 0, 0, 2, 0]);
});

test('LSO over IPv6 is taken only with extension headers and TCP’s options', () => {
  const six = { 'csum.ip6_txcsum': 0x54, 'lsov2.ip6_encap': 2, 'lsov2.ip6_maxsz': 9000 } as const;
  const lso = (options: number) =>
    ON(chooseOffloads(can({ ...six, 'lsov2.ip6_opts': options }), 0x60001).parameters)[6];
  expect([0, 1, 4, 5].map(lso)).toEqual([0, 0, 0, 2]);
});

test('a received frame is verified when its checksum information says so, and only then', () => {
  const verified = (...words: number[]) => isVerified(Uint32Array.from(words));
  expect(verified(16, 0, 12, 1 << 3)).toBe(true);
  expect(verified(16, 0, 12, 1 << 4)).toBe(true);
  expect(verified(16, 0, 12, (1 << 5) | 1)).toBe(false);
  expect(verified(16, 6, 12, 0xff, 16, 0, 12, 1 << 3)).toBe(true);
  expect(verified()).toBe(false);
  expect(verified(0, 0, 12, 8)).toBe(false);
  expect(verified(16, 0, 12)).toBe(false);
  expect(verified(0xffffffff, 6, 12, 8, 16, 0, 12, 8)).toBe(false);
});
