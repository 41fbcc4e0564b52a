import type { Saved } from '../notebook/store.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A map, since a key of storage may be called `constructor`. */
const CHECKS = new Map<string, Check>(
  Object.entries({
    text: isText,
    hash: isText,
    files: (value) => isObject(value) && Object.values(value).every(isText),
    knobs: (value) => Array.isArray(value) && value.every(isKnob),
    hints: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
    passed: (value) => typeof value === 'boolean',
    given: isObject,
    baseline: isObject,
    before: (value: unknown) => isObject(value) && asSaved(value).sound,
  }),
);

/**
 * What of a value has the shape of `Saved`, and whether all of it had: storage may hold anything. Checked by
 * hand, since every lesson's page needs it at once and a schema library is larger than its share of the page.
 */
export function asSaved(value: unknown): { saved: Saved; sound: boolean } {
  if (!isObject(value)) return { saved: {}, sound: value === undefined };
  const parts = Object.entries(value);
  const fit = parts.filter(
    ([key, part]) => key !== '__proto__' && (CHECKS.get(key)?.(part) ?? true),
  );
  return { saved: Object.fromEntries(fit), sound: fit.length === parts.length };
}

function isKnob(value: unknown): boolean {
  if (!isObject(value) || !isText(value.label)) return false;
  const { type, choices, dialog } = value;
  if (type === 'choice') return Array.isArray(choices) && choices.every(isPlain);
  if (type === 'switch')
    return dialog === undefined || (isObject(dialog) && Object.values(dialog).every(isText));
  return type === 'number' && ['value', 'min', 'max', 'step'].every((key) => isNumber(value[key]));
}

function isPlain(value: unknown): boolean {
  return isText(value) || isNumber(value);
}

function isNumber(value: unknown): boolean {
  return Number.isFinite(value);
}
