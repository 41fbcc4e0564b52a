import type { NicFunction } from '../../sandbox/machine/devices/sriov-nic/function.ts';
import type { SriovNic } from '../../sandbox/machine/devices/sriov-nic/nic.ts';
import * as spec from '../../sandbox/machine/devices/sriov-nic/registers-spec.ts';
import type { Engine } from '../../sandbox/machine/engine/engine.ts';
import { VfMailbox } from '../../sandbox/machine/guest/vf-mailbox.ts';
import { PfMailbox } from '../../sandbox/machine/host/pf-mailbox.ts';
import { newRegisters } from './nic-registers.ts';

/** An 82576 with `count` virtual functions and a driver on each side of every mailbox. */
export function newMailboxes(count: number) {
  const rig = newRegisters();
  const { engine, registers, write } = rig;
  registers.enable(count, 0);
  const pf = new PfMailbox(registers.file, count);
  rig.onMessage = (fn) => {
    if (fn !== 0) return;
    rig.read(spec.ICR);
    pf.service(engine.now);
    write(spec.EIMS, 1);
  };
  write(spec.GPIE, spec.GPIE_MSIX | spec.GPIE_NSICR);
  write(spec.IVAR_MISC, 0x8000);
  for (const register of [spec.EIAC, spec.EIAM, spec.EIMS]) write(register, 1);
  pf.start(0);
  const vfs = Array.from({ length: count }, (_, n) => new VfMailbox(engine, registers.window(n)));
  return Object.assign(rig, { pf, vfs });
}

interface NicRig {
  engine: Engine;
  nic: SriovNic;
  vfs: readonly { target: NicFunction }[];
}

/** Mailbox drivers for a NIC of the compatible layout; the physical function's is asked when it is time. */
export function mailboxesOf({ engine, nic, vfs }: NicRig) {
  const [physical] = nic.functions;
  const pf = new PfMailbox(physical, vfs.length);
  pf.start(0);
  const drivers = vfs.map(({ target }) => new VfMailbox(engine, target));
  /** What each virtual function, or `only` one, is answered. */
  const asking = <T>(
    ask: (vf: VfMailbox, done: (answer: T) => void) => void,
    only?: number,
  ): T[] => {
    const answers: T[] = [];
    for (const vf of only === undefined ? drivers : [drivers[only]])
      ask(vf, (answer) => answers.push(answer));
    engine.run(engine.now);
    pf.service(engine.now);
    engine.run();
    return answers;
  };
  return { pf, drivers, asking };
}
