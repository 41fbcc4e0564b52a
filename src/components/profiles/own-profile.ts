import type { Profile } from '../../../sandbox/lab/profile/schema.ts';
import { part } from '../notebook/dom.ts';
import { keepProfile, keptProfile } from '../notebook/profile.ts';
import { runner } from '../notebook/runner.ts';
import { withFields } from './fields.ts';

type Problem = { at: string; says: string };

/** `<own-profile>`: a form that makes, keeps, saves and loads a reader's own cost profile. */
export class OwnProfile extends HTMLElement {
  #course: Profile[] = [];
  /** What the fields were filled from. */
  #base!: Profile;
  #form!: HTMLFormElement;

  connectedCallback(): void {
    this.#form = part<HTMLFormElement>(this, 'form');
    this.#course = JSON.parse(part(this, 'script').textContent ?? '[]');
    const [first] = this.#course;
    if (!first) return;
    this.#fill({ ...first, name: 'My machine' });
    this.hidden = false;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#keep();
    });
    this.#onClick('start', () => this.#start());
    this.#onClick('download', () => void this.#download());
    this.#onClick('forget', () => this.#forget());
    const file = part<HTMLInputElement>(this, 'input[type="file"]');
    this.#onClick('load', () => file.click());
    file.addEventListener('change', () => void this.#load(file));
    void this.#showKept();
  }

  #onClick(name: string, action: () => void): void {
    part(this, `button[name="${name}"]`).addEventListener('click', action);
  }

  #start(): void {
    const id = part<HTMLSelectElement>(this, 'select[name="base"]').value;
    const found = this.#course.find((profile) => profile.id === id);
    if (!found) return;
    this.#fill({ ...found, name: `My own, from ${found.name}` });
    this.#show([], `The form has the figures of ${id}. Nothing is kept yet.`);
  }

  async #showKept(): Promise<void> {
    const kept = keptProfile();
    if (kept === undefined) return;
    const problems = await this.#problems(kept);
    if (problems === undefined) return;
    if (problems.length > 0) return this.#show(problems, 'What this browser keeps is no profile.');
    this.#fill(kept as Profile);
    this.#show([], 'This browser keeps the profile below; cells offer it as “own”.');
  }

  async #keep(): Promise<void> {
    const profile = await this.#checked('It was not kept.');
    if (!profile) return;
    const kept = keepProfile(profile);
    this.#fill(profile);
    this.#show(
      [],
      kept
        ? 'Kept in this browser. Cells that let you choose whose costs are charged offer “own”.'
        : 'This browser does not let the page keep anything. Download it instead.',
    );
  }

  async #download(): Promise<void> {
    const profile = await this.#checked('There is nothing to download yet.');
    if (!profile) return;
    const text = `${JSON.stringify(profile, null, 2)}\n`;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = 'profile.json';
    link.click();
    URL.revokeObjectURL(link.href);
    this.#show(
      [],
      'Downloaded as profile.json. On the command line: compare --profile profile.json',
    );
  }

  async #load(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    // The same file can be chosen again.
    input.value = '';
    if (!file) return;
    const failed = `${file.name} was not loaded.`;
    if (file.size > 100_000) return this.#show([{ at: '', says: 'it is too long' }], failed);
    let profile: unknown;
    try {
      profile = JSON.parse(await file.text());
    } catch (error) {
      return this.#show([{ at: '', says: `it is not JSON: ${(error as Error).message}` }], failed);
    }
    const problems = await this.#problems(profile);
    if (problems === undefined) return;
    if (problems.length > 0) return this.#show(problems, failed);
    this.#fill(profile as Profile);
    this.#show([], `The form has the figures of ${file.name}. Nothing is kept yet.`);
  }

  #forget(): void {
    keepProfile(undefined);
    this.#show([], 'This browser keeps no profile of yours any more.');
  }

  /** The form's profile when it is one; else says what is wrong. */
  async #checked(failed: string): Promise<Profile | undefined> {
    const profile = withFields(this.#base, this.#fields());
    const problems = await this.#problems(profile);
    if (problems === undefined) return undefined;
    if (problems.length === 0) return profile as Profile;
    this.#show(problems, failed);
    return undefined;
  }

  /** What the lab's rules say; undefined when they could not be loaded. */
  async #problems(profile: unknown): Promise<Problem[] | undefined> {
    try {
      return (await runner().assets.profileRules()).profileProblems(profile);
    } catch (error) {
      this.#show([], `The rules could not be loaded: ${(error as Error).message}`);
      return undefined;
    }
  }

  #fields(): Parameters<typeof withFields>[1] {
    const { elements } = this.#form;
    const field = (name: string) => elements.namedItem(name) as HTMLInputElement;
    const number = (input: HTMLInputElement) =>
      Number.isNaN(input.valueAsNumber) ? undefined : input.valueAsNumber;
    return {
      name: field('name').value,
      ghz: number(field('ghz')),
      pcie: field('pcie').value,
      apicv: field('apicv').checked,
      postedInterrupts: field('postedInterrupts').checked,
      figures: Object.fromEntries(
        this.#figures().map((input) => [input.dataset.figure, number(input)]),
      ),
    };
  }

  #figures(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>('[data-figure]')];
  }

  #fill(profile: Profile): void {
    this.#base = profile;
    const { elements } = this.#form;
    const field = (name: string) => elements.namedItem(name) as HTMLInputElement;
    for (const name of ['name', 'ghz', 'pcie'] as const) field(name).value = String(profile[name]);
    for (const name of ['apicv', 'postedInterrupts'] as const) field(name).checked = profile[name];
    for (const input of this.#figures())
      input.value = String(profile.p[input.dataset.figure ?? '']?.value ?? '');
  }

  #show(problems: Problem[], words: string): void {
    part(this, '.status').textContent = words;
    const wrong = new Set(problems.map(({ at }) => at));
    for (const input of this.#form.querySelectorAll<HTMLInputElement>('.row input'))
      input.toggleAttribute('aria-invalid', false);
    for (const input of this.#form.querySelectorAll<HTMLInputElement>('.row input'))
      if (wrong.has(input.dataset.figure ?? input.name)) input.setAttribute('aria-invalid', 'true');
    this.#form.querySelector<HTMLElement>('[aria-invalid]')?.focus();
    const list = part(this, '.problems');
    list.hidden = problems.length === 0;
    list.replaceChildren(
      ...problems.slice(0, 12).map(({ says }) => {
        const item = document.createElement('li');
        item.textContent = says;
        return item;
      }),
    );
  }
}
