import { MICROSECOND } from '../machine/engine/engine.ts';
import type { CopyPolicy } from '../machine/host/copy-policy.ts';
import { WRITE } from '../machine/memory/guest-memory.ts';
import {
  MAX_FRAME,
  macBytes,
  makeMac,
  VLAN_OFFSET,
  VLAN_PROTOCOL,
  VLAN_TAG_BYTES,
} from '../machine/net/frame.ts';
import { ACTORS, APPLICATION, GUEST_KERNEL, GUEST_USER } from '../machine/partition/ledger.ts';
import type { Task, VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import { RNDIS_DATA_OFFSET, RNDIS_HEADER } from '../machine/vmbus/rndis.ts';
import { EXPERIMENTAL, frameOf, HEADER, header, isFrom, tagOf, text } from './attack-frames.ts';
import type { AttackKind } from './copy-attacks.ts';
import { HyperVHost } from './host.ts';
import type { NetworkAdapter } from './network-adapter.ts';
import { costsOf, findProfile } from './profiles.ts';
import { queuesFor } from './shared-receive.ts';
import type { VirtualMachine } from './virtual-machine.ts';

const MEBIBYTE = 1 << 20;
const MAX_EVENTS = 3_000_000;
/** From one attempt to the next. */
const PERIOD = 50 * MICROSECOND;
/** What one turn of the second processor's loop takes, in cycles. */
const TURN = 60;
const FOREIGN_VLAN = 20;
const OUTSIDE = makeMac(2, 0);
const SECRET = 'Belongs to the other machine. ';
/** The attacker's frames: a length that a send section takes. */
const LENGTH = 400;
/** Where a frame for the victim has a second Ethernet header, and how long it is with that. */
const SECOND_HEADER = 50;

/** The second processor's loop: one write or look a turn, until it is told to stop. */
class Loop implements Task {
  #turn: (count: number) => void;
  #count = 0;
  stopped = false;

  constructor(turn: (count: number) => void) {
    this.#turn = turn;
  }

  run(processor: VirtualProcessor): void {
    this.#turn(this.#count++);
    processor.charge(processor.kernel, APPLICATION, TURN);
    if (!this.stopped) processor.post(this, 0, processor.local);
  }
}

/**
 * Two machines on one switch, a victim and an attacker with two processors, and a station outside that
 * both talk to. The attacker knows where things lie: what it could find out by trying is given to it.
 */
export class AttackBench {
  readonly host: HyperVHost;
  readonly victim: NetworkAdapter;
  readonly attacker: NetworkAdapter;
  #attackers: VirtualMachine;
  /** Frames at the far end of the wire, and those that the attacker's stack got. */
  #outside: Uint8Array[] = [];
  #received: Uint8Array[] = [];
  #cyclesBefore = 0;

  constructor(copies: Readonly<CopyPolicy>, profile = 'sandybridge-2012') {
    const variant = { copies };
    const found = findProfile(profile);
    this.host = new HyperVHost({
      costs: costsOf(found),
      lineGbps: 10,
      rootCores: 1,
      maxFrame: MAX_FRAME + VLAN_TAG_BYTES,
      guestBytes: 32 * MEBIBYTE,
      postedInterrupts: found.postedInterrupts,
      physicalQueues: queuesFor(variant, 1, 2),
    });
    const vmSwitch = this.host.newVMSwitch();
    const add = (processors: number) => this.host.newVM({ processors, memoryBytes: 10 * MEBIBYTE });
    const victim = add(1);
    this.#attackers = add(2);
    this.victim = victim.addNetworkAdapter({ switch: vmSwitch, variant });
    this.attacker = this.#attackers.addNetworkAdapter({ switch: vmSwitch, variant });
    this.#listen();
    this.host.engine.run(Infinity, MAX_EVENTS);
  }

  /** Cycles of everybody but the guests' own, since the attack began. */
  get hostCycles(): number {
    const all = ACTORS.map((_, who) => who).filter(
      (who) => who !== GUEST_KERNEL && who !== GUEST_USER,
    );
    const { ledger } = this.host;
    return all.reduce((sum, who) => sum + ledger.cyclesOf(who), 0) - this.#cyclesBefore;
  }

  /** Tries `kind` so often; returns what each attempt that succeeded got. */
  run(kind: AttackKind, attempts: number): Uint8Array[] {
    this.#plantSecret();
    this.#cyclesBefore += this.hostCycles;
    if (kind === 'read-early') return this.#readEarly(attempts);
    if (kind === 'change-early') return this.#changeEarly(attempts);
    const turn = {
      'rewrite-offset': () => this.#flipOffset(),
      'rewrite-source': () => this.#flipSource(),
      'rewrite-vlan': () => this.#flipTag(),
    }[kind]();
    this.#flood(attempts, turn);
    const secret = SECRET.charCodeAt(0);
    const wanted = {
      'rewrite-offset': (frame: Uint8Array) => text(frame).includes(SECRET) && secret > 0,
      'rewrite-source': (frame: Uint8Array) => isFrom(frame, this.victim.macAddress),
      'rewrite-vlan': (frame: Uint8Array) => tagOf(frame) === FOREIGN_VLAN,
    }[kind];
    return this.#outside.filter(wanted);
  }

  #listen(): void {
    const { memory } = this.host;
    this.host.connectPeer({
      receive: (at, length) => this.#outside.push(memory.bytes.slice(at, at + length)),
    });
    this.victim.device.stack = { received: () => {}, room: () => {} };
    this.attacker.device.stack = {
      received: (_processor, gpa, length) => {
        const frame = new Uint8Array(length);
        this.attacker.device.memory.readInto(gpa, frame, 0, length);
        this.#received.push(frame);
      },
      room: () => {},
    };
  }

  /** A frame for the victim, which stays in its receive buffer when it has been read. */
  #plantSecret(): void {
    this.#fromOutside(frameOf(this.victim.macAddress, OUTSIDE, MAX_FRAME, SECRET));
    this.#settle();
    // The attacker's own frame for the victim overwrites its start, with a second header at its end.
    const frame = frameOf(this.victim.macAddress, this.attacker.macAddress, SECOND_HEADER + HEADER);
    frame.set(header(OUTSIDE, this.attacker.macAddress), SECOND_HEADER);
    this.#send(frame);
    this.#settle();
    this.#outside.length = 0;
  }

  #settle(): void {
    this.host.engine.run(Infinity, MAX_EVENTS);
  }

  #fromOutside(frame: Uint8Array): void {
    const { lineIn, memory, engine } = this.host;
    const at = lineIn.claim();
    if (at < 0) return;
    memory.bytes.set(frame, at);
    lineIn.send(frame.length, engine.now);
  }

  /** The attacker's first processor sends a frame through its driver. */
  #send(frame: Uint8Array): void {
    const { device } = this.attacker;
    const run = () => {
      const gpa = device.claim(0);
      const at = gpa < 0 ? -1 : device.memory.span(gpa, frame.length, WRITE);
      if (at < 0) return;
      device.memory.host.bytes.set(frame, at);
      device.send(0, frame.length, false);
    };
    device.processorOf(0).post({ run }, 0, this.host.engine.now);
  }

  /** Attempts one after another, while the second processor's loop turns. */
  #flood(attempts: number, turn: (count: number) => void): void {
    const { engine } = this.host;
    const loop = this.#start(turn);
    const frame = frameOf(OUTSIDE, this.attacker.macAddress, LENGTH);
    for (let i = 0; i < attempts; i++) {
      this.#send(frame);
      // Not always at the same point of the loop.
      engine.run(engine.now + PERIOD + i * 7919, MAX_EVENTS);
    }
    this.#stop(loop);
  }

  #start(turn: (count: number) => void): Loop {
    const loop = new Loop(turn);
    this.#attackers.processors[1].post(loop, 0, this.host.engine.now);
    return loop;
  }

  #stop(loop: Loop): void {
    loop.stopped = true;
    this.#settle();
  }

  /** Guest address of the send section that the driver uses when nothing else is under way. */
  get #section(): number {
    return this.attacker.buffers?.send ?? 0;
  }

  #flipOffset(): (count: number) => void {
    const { memory } = this.attacker.device;
    const section = this.#section;
    const target = this.victim.device.memory;
    const found = (this.victim.buffers?.receive ?? 0) + RNDIS_HEADER + SECOND_HEADER;
    const [to, from] = [target.translate(found, WRITE), memory.translate(section, WRITE)];
    const evil = (to - from - 8 + 4294967296) % 4294967296;
    return (count) => memory.write32(section + 8, count % 2 === 0 ? RNDIS_DATA_OFFSET : evil);
  }

  #flipSource(): (count: number) => void {
    const own = macBytes(this.attacker.macAddress);
    return this.#flip(6, own, macBytes(this.victim.macAddress));
  }

  #flipTag(): (count: number) => void {
    const tag = [VLAN_PROTOCOL >>> 8, VLAN_PROTOCOL & 0xff, 0, FOREIGN_VLAN];
    return this.#flip(VLAN_OFFSET, Uint8Array.from([...EXPERIMENTAL, 0, 0]), Uint8Array.from(tag));
  }

  /** Writes one or the other to `offset` of the frame, in turn. */
  #flip(offset: number, good: Uint8Array, evil: Uint8Array): (count: number) => void {
    const { memory } = this.attacker.device;
    const at = this.#section + RNDIS_HEADER + offset;
    return (count) => memory.writeFrom(at, count % 2 === 0 ? good : evil, 0, good.length);
  }

  /** The second processor looks at the receive buffer for what is not in any frame it was given. */
  #readEarly(attempts: number): Uint8Array[] {
    const seen: Uint8Array[] = [];
    this.#foreignFrames(attempts, (gpa) => {
      const { memory } = this.attacker.device;
      const frame = new Uint8Array(LENGTH);
      memory.readInto(gpa, frame, 0, LENGTH);
      seen.push(frame);
    });
    return seen;
  }

  #changeEarly(attempts: number): Uint8Array[] {
    this.#foreignFrames(attempts, (gpa) => {
      const { memory } = this.attacker.device;
      memory.writeFrom(gpa + VLAN_OFFSET, Uint8Array.from(EXPERIMENTAL), 0, 2);
    });
    return this.#received.filter((frame) => text(frame).includes(SECRET));
  }

  /** Frames of another VLAN for the attacker's address; `found` when it sees one in its own memory. */
  #foreignFrames(attempts: number, found: (gpa: number) => void): void {
    const { memory } = this.attacker.device;
    const { receive = 0, receiveSectionSize = 0 } = this.attacker.buffers ?? {};
    const { engine } = this.host;
    const first = receive + RNDIS_HEADER;
    let next = 0;
    const loop = this.#start(() => {
      const gpa = first + next * receiveSectionSize;
      if (memory.read32(gpa + VLAN_OFFSET) % 65536 !== 0x0081) return;
      found(gpa);
      next++;
    });
    const frame = frameOf(this.attacker.macAddress, OUTSIDE, LENGTH, SECRET);
    const tag = [VLAN_PROTOCOL >>> 8, VLAN_PROTOCOL & 0xff, 0, FOREIGN_VLAN];
    frame.set([...tag, ...EXPERIMENTAL], VLAN_OFFSET);
    for (let i = 0; i < attempts; i++) {
      this.#fromOutside(frame);
      engine.run(engine.now + PERIOD, MAX_EVENTS);
    }
    this.#stop(loop);
  }
}
