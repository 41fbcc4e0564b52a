import { describe, expect, test } from 'vitest';
import { newRegisters } from '../../../../tests/support/nic-registers.ts';
import * as spec from './registers-spec.ts';

function newMailbox(vfs = 2) {
  const rig = newRegisters();
  rig.registers.enable(vfs, 0);
  rig.write(spec.VFLRE, 0xff);
  rig.read(spec.ICR);
  rig.write(spec.CTRL_EXT, spec.CTRL_EXT_PFRSTD);
  for (let n = 0; n < vfs; n++) rig.vf(n).read(spec.V2P);
  const v2p = (n: number, value: number) => rig.vf(n).write(spec.V2P, value, 0);
  return { ...rig, v2p };
}

describe('who has the words (section 7)', () => {
  test('VFU is set only while PFU is clear, and the other way round; each side sees both', () => {
    const { read, write, vf, v2p } = newMailbox();
    v2p(0, spec.VFU);
    expect([vf(0).read(spec.V2P), read(spec.P2V)]).toEqual([4, 4]);
    write(spec.P2V, spec.PFU);
    expect(read(spec.P2V)).toBe(4);
    v2p(0, spec.V2P_REQ);
    expect(read(spec.P2V)).toBe(0);
    write(spec.P2V, spec.PFU);
    v2p(0, spec.VFU);
    expect([vf(0).read(spec.V2P), read(spec.P2V), read(spec.P2V + 4)]).toEqual([8, 8, 0]);
    write(spec.P2V, spec.P2V_ACK | spec.PFU);
    expect(read(spec.P2V)).toBe(8);
    write(spec.P2V, spec.P2V_STS);
    expect(read(spec.P2V)).toBe(0);
  });

  test('RVFU takes the words and the pending bits of one VF away', () => {
    const { read, write, v2p } = newMailbox();
    v2p(0, spec.VFU | spec.V2P_REQ | spec.V2P_ACK);
    v2p(1, spec.V2P_REQ);
    expect(read(spec.MBVFICR)).toBe(0x10003);
    write(spec.P2V, spec.P2V_RVFU);
    expect([read(spec.P2V), read(spec.MBVFICR)]).toEqual([0, 2]);
  });

  test('both sides read and write the same sixteen words of a VF', () => {
    const { read, write, vf } = newMailbox();
    vf(1).write(0x083c, 0xdeadbeef, 0);
    expect(read(0x087c)).toBe(0xdeadbeef);
    write(0x0840, 5);
    expect([vf(1).read(0x0800), vf(0).read(0x0800), vf(0).read(0x083c)]).toEqual([5, 0, 0]);
    expect([vf(1).read(0x0840), vf(1).read(0x07fc)]).toEqual([0, 0]);
  });
});

describe('pulses', () => {
  test('REQ and ACK: MBVFICR bits n and 16 + n, cleared by ones, and VMMB', () => {
    const { read, write, v2p } = newMailbox();
    v2p(1, spec.V2P_REQ);
    v2p(0, spec.V2P_ACK);
    expect(read(spec.MBVFICR)).toBe(0x10002);
    expect(read(spec.ICR) & spec.ICR_VMMB).toBe(spec.ICR_VMMB);
    write(spec.MBVFICR, 0x10000);
    expect(read(spec.MBVFICR)).toBe(2);
  });

  test('MBVFIMR: a masked VF’s request waits in MBVFICR and is not told', () => {
    const { read, write, v2p } = newMailbox();
    expect(read(spec.MBVFIMR)).toBe(0xff);
    write(spec.MBVFIMR, 0xffe);
    expect(read(spec.MBVFIMR)).toBe(0xfe);
    v2p(0, spec.V2P_REQ);
    expect([read(spec.MBVFICR), read(spec.ICR)]).toEqual([1, 0]);
  });

  test('STS and ACK: PFSTS and PFACK, cleared by the VF’s read', () => {
    const { write, vf } = newMailbox();
    write(spec.P2V, spec.P2V_STS);
    write(spec.P2V, spec.P2V_ACK);
    expect([vf(0).read(spec.V2P), vf(0).read(spec.V2P)]).toEqual([0x30, 0]);
  });
});

describe('resets', () => {
  test('CTRL.RST: RSTI for everyone; PFRSTD: RSTD instead, until it is read', () => {
    const { write, vf } = newMailbox();
    write(spec.CTRL, spec.CTRL_RST);
    expect([vf(0).read(spec.V2P), vf(0).read(spec.V2P)]).toEqual([0x40, 0x40]);
    write(spec.CTRL_EXT, spec.CTRL_EXT_PFRSTD);
    expect([vf(0).read(spec.V2P), vf(0).read(spec.V2P), vf(1).read(spec.V2P)]).toEqual([
      0x80, 0, 0x80,
    ]);
  });

  test('a VF that is reset lets go of the words', () => {
    const { read, vf, v2p } = newMailbox();
    v2p(0, spec.VFU);
    vf(0).write(spec.VTCTRL, spec.VTCTRL_RST, 0);
    expect(read(spec.P2V)).toBe(0);
  });
});

test('a flood of requests by one VF costs one message, and the other VF is served', () => {
  const { engine, sent, read, write, v2p } = newMailbox();
  write(spec.GPIE, spec.GPIE_MSIX | spec.GPIE_NSICR);
  write(spec.IVAR_MISC, 0x8000);
  for (const register of [spec.EIAC, spec.EIAM, spec.EIMS]) write(register, 1);
  write(spec.IMS, spec.ICR_VMMB);
  for (let n = 0; n < 100_000; n++) v2p(0, spec.V2P_REQ | spec.V2P_ACK | spec.VFU);
  engine.run(Infinity, 10);
  expect(sent).toHaveLength(1);
  v2p(1, spec.V2P_REQ);
  expect(read(spec.MBVFICR)).toBe(0x10003);
  write(spec.P2V + 4, spec.PFU);
  expect(read(spec.P2V + 4)).toBe(spec.PFU);
});
