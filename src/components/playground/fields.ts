import type { Field, Panel, Panels, Value } from './settings/field.ts';
import { HOST } from './settings/host.ts';
import { ADAPTER, MACHINES, SWITCH } from './settings/machine.ts';
import { BESIDE, WORKLOAD } from './settings/workload.ts';

export type { Field, Panels, Value } from './settings/field.ts';

/** All settings, panel by panel, and the checks of values for them. */

export const PANELS: readonly Panel[] = [HOST, SWITCH, MACHINES, ADAPTER, WORKLOAD, BESIDE];
export const FIELDS: readonly Field[] = PANELS.flatMap(({ fields }) => fields);

/** The panels as they stand at first. */
export function usualPanels(): Panels {
  return Object.fromEntries(FIELDS.map(({ name, usual }) => [name, usual]));
}

/** What is wrong with a value for a field, in words; undefined for nothing. */
export function problemOf(field: Field, value: unknown): string | undefined {
  const { label } = field;
  if (field.type === 'number') {
    const { min, max, unit = '' } = field;
    const good = Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
    const range = `${min.toLocaleString('en')} to ${max.toLocaleString('en')} ${unit}`.trim();
    return good ? undefined : `${label}: a whole number from ${range}.`;
  }
  if (field.type === 'box') return typeof value === 'boolean' ? undefined : `${label}: on or off.`;
  if (field.type === 'choice')
    return field.choices.some(([choice]) => choice === value)
      ? undefined
      : `${label}: one of the choices.`;
  const text = typeof value === 'string' ? value.trim() : '';
  const good = text !== '' && text.length <= field.longest && !/[\p{Cc}\p{Cf}]/u.test(text);
  return good ? undefined : `${label}: 1 to ${field.longest} characters.`;
}

/** Panels from what was kept or came with a link: what is no value of a field is as usual. */
export function panelsFrom(value: unknown): Panels {
  const given = typeof value === 'object' && value !== null ? value : {};
  const panels = usualPanels();
  for (const field of FIELDS) {
    if (!Object.hasOwn(given, field.name)) continue;
    const own = (given as Record<string, unknown>)[field.name];
    if (problemOf(field, own) === undefined) panels[field.name] = own as Value;
  }
  return panels;
}
