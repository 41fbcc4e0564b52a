/** A guest's bus over real messages: HvPostMessage, ports, slots, EOM; and guests that misuse them. */
import { describe, expect, test } from 'vitest';
import {
  CONNECTION_MESSAGE,
  MESSAGE_OPEN,
  OPEN_CHANNEL,
} from '../machine/vmbus/channel-messages.ts';
import { CLASS_SCSI } from '../machine/vmbus/guids.ts';
import { encodeMessage } from '../machine/vmbus/message-codec.ts';
import { completeConfig } from './options.ts';
import { Testbed } from './testbed.ts';

function bed(vms = 1, queues = 1): Testbed {
  return new Testbed('vmbus', completeConfig({ paths: ['vmbus'], vms, queues, frames: 200 }));
}

function parts(machine: Testbed, i = 0) {
  const { vmbus, partition } = machine.machines[i];
  return { vmbus, processor: partition.processors[0], hypervisor: machine.host.hypervisor };
}

describe('a machine that is set up', () => {
  test('agrees on 5.3, and each queue is a channel of one device', () => {
    const { vmbus } = parts(bed(1, 2));
    expect(vmbus.connection.version).toBe(0x50003);
    expect(vmbus.host.channels.map(({ state }) => state)).toEqual(['open', 'open']);
    const [first, second] = vmbus.host.channels.map(({ offer }) => offer);
    expect([first.subChannel, second.subChannel]).toEqual([0, 1]);
    expect(second.instanceId).toBe(first.instanceId);
    expect(second.connectionId).toBe(0x2000 + second.relid);
    expect([vmbus.host.ignored, vmbus.host.refused, vmbus.messages.outbox.lost]).toEqual([0, 0, 0]);
  });

  test('a list of 500 pages takes more messages than a port has buffers: the guest tries again', () => {
    const machine = bed();
    const { vmbus } = parts(machine);
    const channel = machine.adapters[0].channels?.[0];
    const end = machine.machines[0].memory.size / 4096;
    const pages = Array.from({ length: 500 }, (_, i) => end - 500 + i);
    let status = -1;
    const handle = channel?.guestControl?.establishGpadl({ pages }, (given) => {
      status = given;
    });
    expect(vmbus.messages.outbox.waiting).toBe(18);
    machine.host.engine.run();
    expect([status, vmbus.messages.outbox.waiting, vmbus.messages.outbox.lost]).toEqual([0, 0, 0]);
    expect(channel?.hostControl?.gpadl(handle ?? 0)).toEqual(pages);
  });

  test('a rescinded channel stops, and is released', () => {
    const machine = bed();
    const { vmbus } = parts(machine);
    const channel = machine.adapters[0].channels?.[0];
    channel?.close('for a test');
    machine.host.engine.run();
    expect([channel?.closedBecause, vmbus.host.channels.length]).toEqual(['for a test', 0]);
    expect([vmbus.host.gpadls.count, vmbus.connection.offers.size]).toEqual([0, 0]);
  });

  test('another device opens its channel while the first one works', () => {
    const machine = bed();
    const { vmbus } = parts(machine);
    const disk = vmbus.open({
      offer: { classId: CLASS_SCSI, instanceId: CLASS_SCSI },
      ringPages: 16,
      targetVp: () => 0,
      root: () => machine.host.root[0],
    });
    expect([disk.gpadl.length, disk.closedBecause]).toEqual([32, undefined]);
    machine.run();
    expect(machine.measurement.delivered).toBe(200);
  });
});

describe('hostile guests', () => {
  const open = (relid: number) =>
    encodeMessage(MESSAGE_OPEN, OPEN_CHANNEL, { child_relid: relid, openid: relid });

  test('10,000 channels opened: the other guest keeps its frames', () => {
    const machine = bed(2);
    const { vmbus, processor, hypervisor } = parts(machine);
    let relid = 0;
    const attack = {
      run: () => {
        for (let i = 0; i < 100; i++) {
          hypervisor.postMessage(processor, CONNECTION_MESSAGE, 1, open(++relid));
        }
        if (relid < 10_000) processor.post(attack, 0, processor.local + 1e7);
      },
    };
    processor.post(attack, 0, machine.start);
    machine.run();
    expect(machine.measurement.delivered).toBe(200);
    expect(vmbus.host.channels).toHaveLength(1);
    expect(vmbus.host.refused).toBeGreaterThan(100);
  });

  test('a guest that never empties its slot is given up, and the machine comes to rest', () => {
    const machine = bed(2);
    const { vmbus, processor, hypervisor } = parts(machine);
    machine.host.vmbusOf(processor).messages = undefined;
    const attack = {
      run: () => {
        for (let i = 0; i < 8; i++)
          hypervisor.postMessage(processor, CONNECTION_MESSAGE, 1, open(i));
        if (vmbus.host.refused < 100) processor.post(attack, 0, processor.local + 1e8);
      },
    };
    processor.post(attack, 0, machine.start);
    machine.run();
    expect(machine.measurement.delivered).toBe(200);
    expect(parts(machine, 1).vmbus.host.refused).toBe(0);
  });
});
