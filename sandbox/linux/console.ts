/** The serial line of a guest, for those who type by program. */
export class Console {
  #type: (text: string) => void;
  #text = '';
  #waiting: (() => void) | undefined;
  /** Called with each byte as it comes. */
  listener: ((byte: number) => void) | undefined;

  constructor(type: (text: string) => void) {
    this.#type = type;
  }

  /** A byte has come from the guest. */
  receive(byte: number): void {
    this.listener?.(byte);
    this.#text += String.fromCharCode(byte);
    this.#waiting?.();
  }

  type(text: string): void {
    this.#type(text);
  }

  /**
   * Waits until `text` has come, and takes all before and with it away.
   * @param milliseconds how long to wait
   * @returns what came before it
   * @throws Error with the end of what did come
   */
  async until(text: string, milliseconds: number): Promise<string> {
    const found = () => this.#text.indexOf(text);
    if (found() < 0)
      await new Promise<void>((done, fail) => {
        const timer = setTimeout(() => {
          this.#waiting = undefined;
          const end = JSON.stringify(this.#text.slice(-500));
          fail(
            new Error(
              `no ${JSON.stringify(text)} within ${milliseconds / 1000} s; the line ends ${end}`,
            ),
          );
        }, milliseconds);
        this.#waiting = () => {
          if (found() < 0) return;
          clearTimeout(timer);
          this.#waiting = undefined;
          done();
        };
      });
    const before = this.#text.slice(0, found());
    this.#text = this.#text.slice(before.length + text.length);
    return before;
  }

  /** Types a command. @returns what it printed, once `prompt` is back */
  async run(command: string, prompt: string, milliseconds: number): Promise<string> {
    this.#text = '';
    this.#type(`${command}\n`);
    const printed = await this.until(`\n${prompt}`, milliseconds);
    const [, ...lines] = printed.replaceAll('\r', '').split('\n');
    return lines.join('\n');
  }
}
