import { exportText } from './file.ts';

/** Gives the reader everything that is kept, as one file. */
export function downloadWork(): string {
  const now = new Date();
  const name = `two-checkboxes-${now.toISOString().slice(0, 10)}.json`;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([exportText(now)], { type: 'application/json' }));
  link.download = name;
  link.click();
  // Firefox takes the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return name;
}
