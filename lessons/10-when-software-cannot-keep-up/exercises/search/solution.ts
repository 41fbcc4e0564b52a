/**
 * Finds the highest load, in frames a second, that a path carries without loss: to within two per cent, with
 * at most 15 trials. `holds` tries a load on a machine; the line has room for `most`.
 */
export function highestLoad(holds: (load: number) => boolean, most: number): number {
  if (holds(most)) return most;
  let low = 1; // holds, or nothing does
  let high = most; // does not hold
  while (high > low * 1.02) {
    const middle = Math.round((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
