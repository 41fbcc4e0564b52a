import type { Assets } from './assets.ts';
import { SandboxFrame } from './frame.ts';

interface Spare {
  frame: SandboxFrame;
  lab: string;
  /** Whether the frame has come up. */
  ready: boolean;
}

/** Keeps one frame ready that has never run anything, with the lab that was asked for last. */
export class FramePool {
  #assets: Assets;
  #lab: string | undefined;
  #spare: Spare | undefined;

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

  async take(lab: string): Promise<SandboxFrame> {
    this.#lab = lab;
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
