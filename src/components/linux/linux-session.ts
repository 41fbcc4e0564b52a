import type { Session } from './session.ts';

/** `<linux-session>`: does nothing until a button is pressed, and only then loads what a session needs. */
export class LinuxSession extends HTMLElement {
  #session: Session | undefined;

  connectedCallback(): void {
    const press = (selector: string, action: () => void): void =>
      this.querySelector(selector)?.addEventListener('click', action);
    press('.linux-live', () => void this.#open('live'));
    press('.linux-recorded', () => void this.#open('recorded'));
    press('.linux-stop', () => this.#close());
  }

  disconnectedCallback(): void {
    this.#close();
  }

  async #open(kind: 'live' | 'recorded'): Promise<void> {
    this.#close();
    this.dataset.state = 'loading';
    this.#say('Loading …');
    const { openSession } = await import('./session.ts');
    const room = this.querySelector<HTMLElement>('.linux-room');
    const profiles = this.querySelector<HTMLTemplateElement>('.linux-profiles');
    if (!room || !profiles) return;
    this.#show('.linux-stop', true);
    room.hidden = false;
    this.dataset.kind = kind;
    this.#session = openSession({
      kind,
      room,
      profiles: profiles.content,
      say: (text) => this.#say(text),
      state: (state) => {
        this.dataset.state = state;
      },
    });
  }

  #close(): void {
    if (!this.#session) return;
    this.#session.close();
    this.#session = undefined;
    this.dataset.state = 'idle';
    this.#show('.linux-stop', false);
    const room = this.querySelector<HTMLElement>('.linux-room');
    room?.replaceChildren();
    if (room) room.hidden = true;
    this.#say('Stopped. What it did is gone; start it again for another session.');
    this.querySelector<HTMLElement>('.linux-live, .linux-recorded')?.focus();
  }

  #show(selector: string, shown: boolean): void {
    const found = this.querySelector<HTMLElement>(selector);
    if (found) found.hidden = !shown;
  }

  #say(text: string): void {
    const status = this.querySelector('.linux-status');
    if (status && status.textContent !== text) status.textContent = text;
  }
}
