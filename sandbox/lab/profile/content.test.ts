import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PROFILES } from '../profiles.ts';
import type { Primitive } from './schema.ts';

interface Row {
  source: string;
  use: string;
}

const rows: Record<string, Row> = Object.fromEntries(
  readdirSync('content/measurements').map((file) => [
    file.replace(/\.json$/, ''),
    JSON.parse(readFileSync(`content/measurements/${file}`, 'utf8')),
  ]),
);
const sources = new Set(readdirSync('content/sources').map((file) => file.replace(/\.json$/, '')));

/** Every figure of the course's profiles, with a name for messages. */
const figures: [string, Primitive][] = PROFILES.flatMap(({ id, p, mitigations }) =>
  [p, mitigations?.p ?? {}].flatMap((group, i) =>
    Object.entries(group).map(([name, figure]): [string, Primitive] => [
      `${id} ${i === 0 ? '' : 'mitigations '}${name}`,
      figure,
    ]),
  ),
);

describe('what the profiles rest on', () => {
  test('every figure names rows that exist, or is an assumption', () => {
    const wrong = figures.filter(
      ([, { source, status }]) =>
        source.some((id) => rows[id] === undefined) ||
        (source.length === 0 && status !== 'assumed'),
    );
    expect(wrong).toEqual([]);
  });

  test('a row that went into a profile is none to validate with', () => {
    const used = new Set(figures.flatMap(([, { source }]) => source));
    expect(used.size).toBeGreaterThanOrEqual(60);
    expect([...used].filter((id) => rows[id]?.use !== 'calibrate')).toEqual([]);
  });

  test('every row has its source', () => {
    expect(Object.values(rows).filter(({ source }) => !sources.has(source))).toEqual([]);
  });
});
