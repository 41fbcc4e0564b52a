/**
 * Finds the highest load, in frames a second, that a path carries without loss: to within two per cent, with
 * at most 15 trials. `holds` tries a load on a machine; the line has room for `most`.
 */
export function highestLoad(holds: (load: number) => boolean, most: number): number {
  let load = most;
  // Half of it, and half of that, until it holds. The highest that holds lies above.
  while (load > 1 && !holds(load)) load = Math.round(load / 2);
  return load;
}
