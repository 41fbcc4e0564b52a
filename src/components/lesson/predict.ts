/** `<predict-run>`: keeps the answer shut until the named cell has run, then says how the choice did. */
export class PredictRun extends HTMLElement {
  connectedCallback(): void {
    const cell = document.getElementById(`cell-${this.dataset.cell}`);
    const details = this.querySelector('details');
    if (!cell || !details) return;
    details.hidden = true;
    for (const input of this.querySelectorAll('input'))
      input.addEventListener('change', () => this.say('Now run the cell below.'));
    const watch = new MutationObserver(() => {
      if (cell.dataset.state !== 'done') return;
      watch.disconnect();
      this.reveal(details);
    });
    watch.observe(cell, { attributes: true, attributeFilter: ['data-state'] });
  }

  private say(text: string): void {
    const status = this.querySelector('.predict-status');
    if (status) status.textContent = text;
  }

  private reveal(details: HTMLDetailsElement): void {
    const inputs = [...this.querySelectorAll('input')];
    const chosen = inputs.findIndex((input) => input.checked);
    const answer = Number(this.dataset.answer);
    inputs.forEach((input, index) => {
      input.disabled = true;
      const verdict = input.closest('label')?.querySelector<HTMLElement>('.verdict');
      if (!verdict || (index !== answer && index !== chosen)) return;
      verdict.hidden = false;
      verdict.textContent = index === answer ? 'this one' : 'your choice';
      input.closest('label')?.classList.toggle('is-answer', index === answer);
    });
    details.hidden = false;
    details.open = true;
    const said =
      chosen === answer
        ? 'You said so.'
        : chosen < 0
          ? 'You ran it without a guess.'
          : 'Not what you said.';
    this.say(said);
  }
}
