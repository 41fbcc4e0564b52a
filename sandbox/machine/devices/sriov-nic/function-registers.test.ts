import { describe, expect, test } from 'vitest';
import { mailboxesOf } from '../../../../tests/support/mailbox.ts';
import {
  ENTRIES,
  enableRx,
  enableTx,
  frameTo,
  nicWithVfs,
  sendFrame,
} from '../../../../tests/support/nic.ts';
import { macBytes, makeMac } from '../../net/frame.ts';
import { stationOf } from './mailbox-messages.ts';
import * as spec from './registers-spec.ts';
import { hexId } from './spec.ts';

const PEER = makeMac(2, 0);
const WIDE = spec.controlLayout(true);

describe('a function of a NIC in use', () => {
  test('VTCTRL.RST stops it until the physical function sets VFRE and VFTE again', () => {
    const { engine, nic, wire, vfs, arrive } = nicWithVfs(2);
    const [vf, other] = vfs;
    const [pf] = nic.functions;
    for (const one of vfs) enableTx(one);
    vf.target.write(spec.VTCTRL, spec.VTCTRL_RST, 0);
    expect(pf.read(WIDE.vflre)).toBe(1);
    enableTx(vf);
    enableRx(vf, 4);
    sendFrame(vf, 0, frameTo(PEER, 100));
    sendFrame(other, 0, frameTo(PEER, 200, 0, makeMac(1, 1)));
    arrive(frameTo(makeMac(1, 0), 100));
    engine.run();
    expect(wire.map(({ length }) => length)).toEqual([200]);
    expect(vf.target.read(0xf10)).toBe(0);
    for (const register of [WIDE.vfre, WIDE.vfte]) pf.write(register, 0xffffffff, engine.now);
    engine.run();
    arrive(frameTo(makeMac(1, 0), 100));
    engine.run();
    expect(wire.map(({ length }) => length)).toEqual([200, 100]);
    expect(vf.target.read(0xf10)).toBe(1);
  });

  test('CTRL.RST of the physical function stops the queues of every function', () => {
    const { nic, vfs } = nicWithVfs(2);
    for (const vf of vfs) enableTx(vf);
    nic.functions[0].write(spec.CTRL, spec.CTRL_RST, 0);
    expect(vfs.map(({ target }) => target.tx[0].registers.enabled)).toEqual([false, false]);
    expect(vfs.map(({ target }) => target.read(spec.V2P))).toEqual([spec.V2P_RSTI, spec.V2P_RSTI]);
  });

  test('frames are counted for the port and for the function, octets with FCS', () => {
    const { engine, nic, vfs, arrive } = nicWithVfs(2);
    const [a, b] = vfs;
    for (const vf of vfs) enableTx(vf);
    for (const vf of vfs) enableRx(vf, ENTRIES - 1);
    sendFrame(a, 0, frameTo(PEER, 98));
    sendFrame(a, 1, frameTo(makeMac(1, 1), 196));
    arrive(frameTo(makeMac(1, 1), 60));
    engine.run();
    const [pf] = nic.functions;
    const port = [0x4080, 0x4090, 0x40dc, 0x4074, 0x4088, 0x405c].map((at) => pf.read(at));
    expect(port).toEqual([1, 102, 1, 1, 64, 1]);
    expect([0xf14, 0xf34, 0xf44, 0xf50].map((at) => a.target.read(at))).toEqual([1, 102, 1, 200]);
    expect([0xf10, 0xf18, 0xf40, 0xf48].map((at) => b.target.read(at))).toEqual([1, 64, 1, 200]);
  });

  test('a queue without IVAR sends no message; with it and without an index, its MSI-X entry', () => {
    const sent: [string, number, number][] = [];
    const message = (id: number, address: number, data: number) =>
      sent.push([hexId(id), address, data]);
    const { engine, vfs } = nicWithVfs(1, {}, { message });
    const [vf] = vfs;
    const { target } = vf;
    target.messages.length = 0;
    enableTx(vf);
    target.write(spec.IVAR, 0, 0);
    sendFrame(vf, 0, frameTo(PEER, 60));
    engine.run();
    expect(target.read(spec.EICR)).toBe(0);
    target.write(spec.IVAR, 0x8200, engine.now);
    target.write(spec.EIMS, 4, engine.now);
    for (const [word, value] of [0xfee01000, 0, 0x4029, 0].entries())
      target.msix.write32(2 * 16 + 4 * word, value);
    target.msix.functionEnable(true, false);
    sendFrame(vf, 1, frameTo(PEER, 60), engine.now);
    engine.run();
    expect(sent).toEqual([['01:10.0', 0xfee01000, 0x4029]]);
  });
});

describe('the compatible part', () => {
  test('a VF asks for its address by mailbox, and gets the frames for it, also from another VF', () => {
    const rig = nicWithVfs(2, {}, { compatible: true });
    const { engine, nic, vfs, arrive } = rig;
    const own = makeMac(3, 7);
    const { asking } = mailboxesOf(rig);
    expect(asking((vf, done) => vf.reset(done))).toEqual(['none', 'none']);
    const address = stationOf(macBytes(own));
    expect(asking((vf, done) => vf.setAddress(address, done), 1)).toEqual([true]);
    const [a, b] = vfs;
    enableTx(a);
    enableRx(b, 4);
    arrive(frameTo(own, 100));
    sendFrame(a, 0, frameTo(own, 200), engine.now);
    engine.run();
    expect(b.target.rx[0].registers.head).toBe(2);
    expect(nic.functions[0].read(spec.VFRE)).toBe(0xff);
    expect([b.target.read(0xf10), b.target.read(0xf40)]).toEqual([1, 1]);
  });

  test('has seven virtual functions beside the physical one', () => {
    const { nic } = nicWithVfs(7, {}, { compatible: true });
    expect(() => nic.enableVf(1)).toThrow(RangeError);
  });
});
