import type { Assets } from './assets.ts';
import { SandboxFrame } from './frame.ts';

interface Spare {
  frame: SandboxFrame;
  lab: string;
  /** Whether the frame has come up. */
  ready: boolean;
}

/** A frame that has run a piece of the site's own code and nothing else. */
interface Warm {
  frame: SandboxFrame;
  lab: string;
  code: string;
  timer: ReturnType<typeof setTimeout>;
}

/** Milliseconds that a warm frame waits for its code to be asked for again; it holds memory. */
const WARM_MS = 120_000;

/**
 * Keeps one frame ready that has never run anything, with the lab that was asked for last; and the one that
 * last ran a piece of the site's own code, to run it again with other knobs.
 */
export class FramePool {
  #assets: Assets;
  #lab: string | undefined;
  #spare: Spare | undefined;
  #warm: Warm | undefined;

  constructor(assets: Assets) {
    this.#assets = assets;
  }

  /** `lab` is the name of a file; without it the one of the last run. */
  async warm(lab = this.#lab): Promise<void> {
    if (lab === undefined) return;
    this.#lab = lab;
    const parts = await this.#assets.frameParts(lab);
    // Another run may have begun meanwhile, with another lab.
    if (this.#lab !== lab) return;
    if (this.#spare?.lab !== lab || this.#spare.frame.lostBecause !== undefined) {
      this.#spare?.frame.drop();
      this.#spare = { frame: new SandboxFrame(document.body, parts), lab, ready: false };
    }
    const spare = this.#spare;
    await spare.frame.ready;
    spare.ready = true;
  }

  /** The frame has run `code` of the site's own to its end. */
  keep(frame: SandboxFrame, lab: string, code: string): void {
    this.#cool()?.drop();
    frame.rest();
    const timer = setTimeout(() => this.#cool()?.drop(), WARM_MS);
    this.#warm = { frame, lab, code, timer };
  }

  /** The frame that was kept, which is no longer kept. */
  #cool(): SandboxFrame | undefined {
    clearTimeout(this.#warm?.timer);
    const frame = this.#warm?.frame;
    this.#warm = undefined;
    return frame;
  }

  /** A frame with `lab`. It is one that nothing has run in; or, for `own` code of the site's, only that. */
  async take(lab: string, own?: string): Promise<SandboxFrame> {
    this.#lab = lab;
    const same = own !== undefined && this.#warm?.code === own && this.#warm.lab === lab;
    const warm = this.#cool();
    if (warm && same && warm.lostBecause === undefined && (await warm.answers())) return warm;
    warm?.drop();
    const parts = await this.#assets.frameParts(lab);
    const spare = this.#spare;
    this.#spare = undefined;
    // Frames of a site share a process: a run in another frame can have ended it under the spare one. A frame
    // that is still coming up cannot answer, and says by itself when it does not.
    if (spare?.lab === lab && spare.frame.lostBecause === undefined)
      if (!spare.ready || (await spare.frame.answers())) return spare.frame;
    spare?.frame.drop();
    return new SandboxFrame(document.body, parts);
  }
}
