import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLES } from '../samples.ts';
import { toCsv } from './csv.ts';
import { sheetOf } from './sheets.ts';

/** A reader of RFC 4180 that knows nothing of the writer. */
function parse(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length) {
    let field = '';
    if (text[at] === '"') {
      at += 1;
      for (;;) {
        if (at >= text.length) throw new Error('a quote that never ends');
        if (text[at] === '"' && text[at + 1] === '"') {
          field += '"';
          at += 2;
        } else if (text[at] === '"') {
          at += 1;
          break;
        } else field += text[at++];
      }
    } else
      while (at < text.length && text[at] !== ',' && !text.startsWith('\r\n', at)) {
        if (text[at] === '"') throw new Error('a quote in a field that is not quoted');
        field += text[at++];
      }
    record.push(field);
    if (text.startsWith('\r\n', at)) {
      records.push(record);
      record = [];
      at += 2;
    } else if (text[at] === ',') at += 1;
    else throw new Error(`neither comma nor end of line at ${at}`);
  }
  if (record.length > 0) throw new Error('the last record does not end');
  return records;
}

describe('CSV', () => {
  it('quotes what would end a field or a record, and doubles quotes', () => {
    const rows = [['a,b', 'say "x"', 'two\r\nlines', ' blank']];
    expect(toCsv({ columns: ['1', '2', '3', '4'], rows })).toBe(
      '1,2,3,4\r\n"a,b","say ""x""","two\r\nlines"," blank"\r\n',
    );
  });

  it('writes numbers as they are, and none for what is no number', () => {
    const rows = [[1514, -0.25, 1e21, 1 / 3, Number.NaN, Number.POSITIVE_INFINITY]];
    expect(toCsv({ columns: [...'abcdef'], rows })).toBe(
      'a,b,c,d,e,f\r\n1514,-0.25,1e+21,0.3333333333333333,,\r\n',
    );
  });

  it.each([
    '=1+1',
    '+1+1',
    '-1+1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '  =1',
    '＝1',
    '-2+3+cmd|" /C calc"!A0',
  ])('lets no spreadsheet run %j', (text) => {
    const [[field = '']] = parse(toCsv({ columns: [text], rows: [] })) as [string[]];
    expect(field).toBe(`'${text}`);
  });

  it('leaves text that is a number, and text with a sign inside, alone', () => {
    expect(toCsv({ columns: ['-5', '+2.5', 'p99-1', 'a=b'], rows: [] })).toBe(
      '-5,+2.5,p99-1,a=b\r\n',
    );
  });

  it('is read back as what was written, whatever it was', () => {
    const cell = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.double(), fc.integer());
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
        fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 5 }),
        (columns, rows) => {
          const read = parse(toCsv({ columns, rows }));
          expect(read.length).toBe(rows.length + 1);
          for (const record of read) expect(record.length).toBe(columns.length);
          for (const [r, row] of rows.entries())
            for (const [c] of columns.entries()) {
              const wrote = row[c] ?? '';
              const got = read[r + 1]?.[c] ?? '';
              if (typeof wrote === 'string') expect([wrote, `'${wrote}`]).toContain(got);
              else expect(got).toBe(Number.isFinite(wrote) ? String(wrote) : '');
            }
        },
      ),
    );
  });
});

describe('the table behind each kind', () => {
  it.each(Object.entries(SAMPLES))('%s has rows, each as wide as its head', (name, sample) => {
    const { columns, rows } = sheetOf(sample);
    expect(columns.length).toBeGreaterThan(1);
    expect(new Set(columns).size).toBe(columns.length);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.length, name).toBe(columns.length);
  });

  it('has every segment, point, field and function', () => {
    const { bars, chart, 'bus-map': bus, hexdump } = SAMPLES;
    if (bars?.kind !== 'bars' || chart?.kind !== 'chart') throw new Error('no such sample');
    if (bus?.kind !== 'bus-map' || hexdump?.kind !== 'hexdump') throw new Error('no such sample');
    expect(sheetOf(bars).rows).toHaveLength(bars.bars.flatMap(({ segments }) => segments).length);
    expect(sheetOf(bus).rows).toHaveLength(bus.functions.length);
    expect(sheetOf(hexdump).rows[0]?.[3]).toBe('00 15 5d 01 02 03');
    const [first] = sheetOf(chart).rows;
    expect(first).toEqual([64, ...chart.series.map(({ points }) => points[0]?.y)]);
  });
});
