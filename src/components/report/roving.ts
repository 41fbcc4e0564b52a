/**
 * Makes a row of buttons one stop of the Tab key: arrows, Home and End move among them. Where the row breaks
 * into lines, up and down move like left and right.
 */
export function roving(row: HTMLElement, buttons: readonly HTMLButtonElement[]): void {
  let current = 0;
  const stop = (index: number) => {
    const [old, next] = [buttons[current], buttons[index]];
    if (!next) return;
    if (old) old.tabIndex = -1;
    next.tabIndex = 0;
    current = index;
  };
  for (const [index, button] of buttons.entries()) {
    button.tabIndex = -1;
    button.addEventListener('focus', () => stop(index));
  }
  stop(0);
  row.addEventListener('keydown', (event) => {
    const last = buttons.length - 1;
    const to = {
      ArrowLeft: current - 1,
      ArrowUp: current - 1,
      ArrowRight: current + 1,
      ArrowDown: current + 1,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(last, to))]?.focus();
  });
}
