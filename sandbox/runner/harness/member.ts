import { describeThrown } from './describe.ts';
import { carriedLab, type Lab } from './evaluate.ts';
import type { MemberMessage } from './pool.ts';

/** One task at a time, each answered once. */
export class MemberTasks {
  #lab: Promise<Lab>;
  #post: (message: MemberMessage) => void;
  #id = 0;

  /** @param code the bundle that carries the lab, where it is not `lab` */
  constructor(lab: Lab, code: string | undefined, post: (message: MemberMessage) => void) {
    this.#post = post;
    this.#lab = code === undefined ? Promise.resolve(lab) : carriedLab(code, lab);
    // The task that needs the lab says why there is none.
    this.#lab.catch(() => {});
  }

  async take({ id, task }: { id: number; task: unknown }): Promise<void> {
    this.#id = id;
    try {
      const lab = await this.#lab;
      if (typeof lab.runTask !== 'function') throw new TypeError('this lab has no tasks');
      const result = await lab.runTask(task);
      this.#answer({ type: 'result', id, result });
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** Something was thrown, in the task or by what it left behind. */
  fail(thrown: unknown): void {
    this.#answer({ type: 'thrown', id: this.#id, thrown: describeThrown(thrown, 0) });
  }

  #answer(message: MemberMessage): void {
    this.#post(message);
  }
}
