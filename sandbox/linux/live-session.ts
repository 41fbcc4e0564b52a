import { fetchGood, fetchWhole, unpacked } from './fetching.ts';
import type { Happening } from './happening.ts';
import { LinuxMachine } from './linux-machine.ts';
import { parseMac } from './mac.ts';
import { type ImageManifest, MANIFEST_FILE, PROMPT, SNAPSHOT_FILE } from './manifest.ts';
import { PricedMachine, priceOf } from './pricing.ts';
import type { FromWorker, Price, ToWorker } from './protocol.ts';
import { AccessStream } from './stream.ts';

type Start = Extract<ToWorker, { type: 'start' }>;

/** Happenings that are kept, so that another profile can price them; about 60 MB. */
const MOST_HAPPENINGS = 400_000;
/** Milliseconds between reports. */
const REPORT = 100;
const CLEAR_SCREEN = '\x1b[H\x1b[J';
/** What the reader finds on the screen. */
const GREETING = `Debian's kernel, its driver for the 21140 not yet loaded. Try, one after the other:\r
  modprobe tulip\r
  ifconfig eth0 10.0.2.15 up\r
  ping -c 3 10.0.2.2\r
  send-udp 100 250\r
`;

/** A live session: Linux from the snapshot, and reports of what it does to the adapter. */
export class LiveSession {
  #post: (message: FromWorker) => void;
  #machine!: LinuxMachine;
  #stream = new AccessStream();
  #happenings: Happening[] | undefined = [];
  #profile = '';
  #macAddress = '';
  #waited = 0;
  /** The machine of another profile, if one is chosen, and how far it has come. */
  #other: PricedMachine | undefined;
  #otherAt = 0;
  #output: number[] = [];
  #reported = -1;

  constructor(post: (message: FromWorker) => void) {
    this.#post = post;
  }

  async start({ files, profile, columns, rows }: Start): Promise<void> {
    const began = performance.now();
    const { wasm = '', image = '' } = files;
    const manifest: ImageManifest = await (await fetchGood(new URL(MANIFEST_FILE, image))).json();
    const { memoryMiB, macAddress, configuration } = manifest;
    this.#profile = profile;
    this.#macAddress = macAddress;
    const [state, machine] = await Promise.all([
      this.#fetchSnapshot(new URL(SNAPSHOT_FILE, image), manifest),
      LinuxMachine.make({
        wasm,
        memoryMiB,
        macAddress,
        profile,
        happened: (one) => this.#happened(one),
      }),
    ]);
    this.#machine = machine;
    await machine.restore({ state, configuration });
    machine.run();
    await this.#greet(columns, rows);
    machine.console.listener = (byte) => this.#output.push(byte);
    setInterval(() => this.#report(), REPORT);
    this.#post({ type: 'ready', milliseconds: performance.now() - began });
  }

  type(text: string): void {
    this.#machine.console.type(text);
  }

  /** Prices all that has happened so far anew. */
  setProfile(profile: string): void {
    if (profile === this.#profile) this.#other = undefined;
    else if (this.#happenings) {
      this.#other = new PricedMachine(profile, parseMac(this.#macAddress));
      this.#otherAt = 0;
    } else {
      const why =
        'Too much has happened since the start to price it again. Start anew for other costs.';
      this.#post({ type: 'unpriced', why });
    }
    this.#reported = -1;
  }

  #happened(one: Happening): void {
    if (one.kind === 'access') {
      this.#stream.push(one, this.#machine.window()?.base ?? 0);
      this.#waited += this.#machine.guest.lastAccess.picoseconds / 1e6;
    }
    this.#happenings?.push(one);
    if ((this.#happenings?.length ?? 0) > MOST_HAPPENINGS) this.#happenings = undefined;
  }

  /** The shell learns the size of the reader's terminal before the reader sees it. */
  async #greet(columns: number, rows: number): Promise<void> {
    const { console } = this.#machine;
    console.type(`stty cols ${columns} rows ${rows}; clear\n`);
    await console.until(CLEAR_SCREEN, 60_000);
    await console.until(PROMPT, 60_000);
    this.#post({ type: 'output', bytes: new TextEncoder().encode(`${GREETING}\r\n${PROMPT}`) });
  }

  #report(): void {
    if (this.#output.length > 0)
      this.#post({ type: 'output', bytes: Uint8Array.from(this.#output.splice(0)) });
    const { total, byRegister, unseen } = this.#stream;
    // A word of CSR9 ends with what follows it, or here, when for a while nothing does.
    const isQuiet = total === this.#reported;
    const lines = this.#stream.take(isQuiet);
    if (isQuiet && lines.length === 0) return;
    this.#reported = total;
    const counts = [...byRegister];
    const price = this.#price();
    this.#post({ type: 'update', lines, unseen, exits: total, byRegister: counts, price });
  }

  #price(): Price {
    if (!this.#other)
      return priceOf(this.#machine.guest, this.#profile, this.#waited, this.#stream.total);
    const all = this.#happenings ?? [];
    while (this.#otherAt < all.length) this.#other.let(all[this.#otherAt++]);
    return this.#other.price();
  }

  async #fetchSnapshot(url: URL, { files }: ImageManifest): Promise<ArrayBuffer> {
    const total = files.find(({ name }) => name === SNAPSHOT_FILE)?.bytes ?? 0;
    const loading = (loaded: number) =>
      this.#post({ type: 'loading', what: 'snapshot', loaded, total });
    return unpacked(await fetchWhole(url, loading));
  }
}
