import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Access } from '../../sandbox/linux/happening.ts';
import { LinuxMachine } from '../../sandbox/linux/linux-machine.ts';
import { type ImageManifest, PROMPT, SNAPSHOT_FILE } from '../../sandbox/linux/manifest.ts';
import { writeCount } from '../tally.ts';
import { whatIsMissing } from './apt.ts';
import { bufferOf, IMAGE, makeImage, presentImage, WASM } from './image.ts';

/**
 * `npm run test:linux`: boots the image without a screen and lets Debian's own tulip driver drive our
 * 21140. Makes the image first where it is missing and can be made; elsewhere it is skipped.
 */

const count = { passed: 0, failed: 0, skipped: 0 };
/** Milliseconds for a boot, for one command, and for all together, on a slow and busy machine. */
const BOOT = 240_000;
const COMMAND = 120_000;
const ALL = 720_000;
const FRAMES = 100;
const ACCESSES_A_FRAME = 5;
const TOLERANCE = 0.1;

function expect(good: boolean, what: string, seen = ''): void {
  count[good ? 'passed' : 'failed'] += 1;
  console.log(`${good ? 'ok     ' : 'FAILED '} ${what}${seen ? `: ${seen}` : ''}`);
}

function say(what: string): void {
  console.log(`        ${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${what}`);
}

/** A guest whose driver is under test, and the accesses that it made. */
class Subject {
  readonly machine: LinuxMachine;
  readonly accesses: Access[];
  /** All that the guest has printed so far. */
  printed = '';

  private constructor(machine: LinuxMachine, accesses: Access[]) {
    this.machine = machine;
    this.accesses = accesses;
    machine.console.listener = (byte) => {
      this.printed += String.fromCharCode(byte);
    };
  }

  static async make(manifest: ImageManifest, boot = false): Promise<Subject> {
    const accesses: Access[] = [];
    const file = (name: string) => bufferOf(readFileSync(join(IMAGE, name)));
    const { memoryMiB, macAddress, commandLine } = manifest;
    const machine = await LinuxMachine.make({
      wasm: WASM,
      memoryMiB,
      macAddress,
      ...(boot && {
        boot: {
          bios: file('bios.bin'),
          kernel: file('bzImage'),
          initramfs: file('initramfs.cpio.gz'),
          commandLine,
        },
      }),
      happened: (one) => {
        if (one.kind === 'access') accesses.push(one);
      },
    });
    return new Subject(machine, accesses);
  }

  async run(command: string): Promise<string> {
    const result = await this.machine.console.run(command, PROMPT, COMMAND);
    say(command);
    return result;
  }
}

async function fromBoot(manifest: ImageManifest): Promise<void> {
  say(`booting Linux ${manifest.release}`);
  const subject = await Subject.make(manifest, true);
  subject.machine.run();
  await subject.machine.console.until(PROMPT, BOOT);
  say('the shell waits');
  await probe(subject);
  await subject.run('ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up');
  await ping(subject, 56);
  await ping(subject, 1400);
  await subject.run('sleep 4');
  expect(
    /Setting full-duplex based on MII#1/.test(await subject.run('dmesg')),
    'the link check after 3 s restarts both processes for full duplex',
  );
  await sendFrames(subject);
  await counters(subject);
  await subject.run('ifconfig eth0 down && rmmod tulip');
  const log = await subject.run('dmesg');
  const stuck = /tulip_stop_rxtx\(\) failed.*/.exec(log)?.[0] ?? '';
  expect(stuck === '', 'no tulip_stop_rxtx() failed', stuck);
  expect(!/Oops|BUG:|WARNING:|Call Trace/.test(log), 'the kernel has nothing to complain about');
  await subject.machine.destroy();
}

async function probe(subject: Subject): Promise<void> {
  await subject.run('modprobe tulip');
  const line = /net eth0: Digital DS21140 Tulip.*/.exec(subject.printed)?.[0] ?? '';
  expect(line !== '', 'Digital DS21140 Tulip', line.trim() || subject.printed.slice(-400));
}

async function ping(subject: Subject, bytes: number): Promise<void> {
  const result = await subject.run(`ping -c 8 -i 0.3 -W 20 -s ${bytes} 10.0.2.2`);
  const seen = /\d+ packets transmitted.*/.exec(result)?.[0] ?? result.slice(-200);
  expect(
    /^8 packets transmitted, 8 packets received/.test(seen),
    `8 pings of ${bytes} bytes`,
    seen,
  );
}

/** 100 frames at 250 a second by the kernel's packet generator, alone: no address is looked up in between. */
async function sendFrames(subject: Subject): Promise<void> {
  await subject.run('send-udp 1');
  await subject.run(`echo "count ${FRAMES}" >/proc/net/pktgen/eth0`);
  const { counts } = subject.machine.peer;
  for (let attempt = 1; ; attempt++) {
    const udpBefore = counts.udp;
    subject.accesses.length = 0;
    await subject.run('echo start >/proc/net/pktgen/pgctrl; sleep 1');
    const isAlone = subject.accesses.every((one) => registerOf(subject, one) !== 9);
    // The link is checked each minute, by way of CSR9: another attempt falls between two checks.
    if (!isAlone && attempt < 3) continue;
    const each = subject.accesses.length / FRAMES;
    expect(
      counts.udp - udpBefore === FRAMES,
      `${FRAMES} UDP frames reach the peer`,
      `${counts.udp - udpBefore}`,
    );
    expect(
      Math.abs(each - ACCESSES_A_FRAME) <= TOLERANCE,
      `${ACCESSES_A_FRAME} accesses a frame within ${TOLERANCE}`,
      each.toFixed(2),
    );
    break;
  }
  const rate = /(\d+)pps/.exec(await subject.run('grep pps /proc/net/pktgen/eth0'))?.[1];
  expect(Number(rate) >= 230 && Number(rate) <= 260, 'paced at 250 a second', `${rate}`);
}

function registerOf(subject: Subject, { port }: Access): number {
  const base = subject.machine.window()?.base ?? 0;
  return (port - base) >> 3;
}

/** The kernel's counters against what came and went at the peer, and the ledger against both. */
async function counters(subject: Subject): Promise<void> {
  const text = await subject.run('cat /proc/net/dev');
  const numbers = /eth0:(.*)/.exec(text)?.[1]?.trim().split(/\s+/).map(Number) ?? [];
  const [receivedBytes, received, receiveErrors, receiveDropped] = numbers;
  const [, sent, sendErrors, sendDropped, , collisions, carrier] = numbers.slice(8);
  const errors = [receiveErrors, receiveDropped, sendErrors, sendDropped, collisions, carrier];
  expect(
    errors.every((one) => one === 0),
    'no errors in the counters of eth0',
    errors.join(' '),
  );
  const { counts } = subject.machine.peer;
  const replies = counts.arp + counts.echoes;
  expect(sent === counts.frames, 'eth0 has sent what the peer got', `${sent} and ${counts.frames}`);
  expect(
    received === replies,
    'eth0 has received what the peer sent',
    `${received} and ${replies}`,
  );
  expect(
    receivedBytes === counts.answered,
    'as many bytes',
    `${receivedBytes} and ${counts.answered}`,
  );
  const { ledger, host } = subject.machine.guest;
  const { unclaimed } = host.hypervisor;
  expect(
    ledger.exits[0] === ledger.deviceAccesses && unclaimed === 0,
    'each access was one exit that the worker process completed',
    `${ledger.deviceAccesses} accesses, ${ledger.exits[0]} exits, ${unclaimed} without an answer`,
  );
}

/** What a reader gets: the same from the snapshot, as far as the driver's probe and one ping. */
async function fromSnapshot(manifest: ImageManifest): Promise<void> {
  const packed = readFileSync(join(IMAGE, SNAPSHOT_FILE));
  const start = performance.now();
  const subject = await Subject.make(manifest);
  const state = bufferOf(gunzipSync(packed));
  await subject.machine.restore({ state, configuration: manifest.configuration });
  subject.machine.run();
  const echo = await subject.run('echo ready');
  const seconds = ((performance.now() - start) / 1000).toFixed(2);
  expect(echo === 'ready', 'a shell from the snapshot', `after ${seconds} s`);
  await subject.run('bring-up');
  expect(/Digital DS21140 Tulip/.test(subject.printed), 'its driver binds');
  const result = await subject.run('ping -c 1 -W 20 10.0.2.2');
  expect(/1 packets received/.test(result), 'its ping is answered');
  await subject.machine.destroy();
}

async function main(): Promise<void> {
  const missing = presentImage() ? undefined : whatIsMissing();
  if (missing) {
    count.skipped = 1;
    console.log(`skipped: ${missing}`);
    return;
  }
  const manifest = whatIsMissing() ? presentImage() : await makeImage();
  if (!manifest) throw new Error('there is no image');
  await fromBoot(manifest);
  await fromSnapshot(manifest);
}

const tooLong = setTimeout(() => {
  expect(false, `all of it takes at most ${ALL / 1000} s`);
  end();
}, ALL);

function end(): void {
  clearTimeout(tooLong);
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
  console.log(`linux: ${count.passed} passed, ${count.failed} failed${skipped}`);
  writeCount(count);
  process.exit();
}

try {
  await main();
} catch (error) {
  expect(false, (error as Error).message);
}
end();
