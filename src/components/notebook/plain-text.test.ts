import { describe, expect, it } from 'vitest';
import { findNext, indent, insert, nameAt, newLine, outdent } from './plain-text.ts';

/** A text with the selection between two bars. */
function at(words: string) {
  const start = words.indexOf('|');
  const end = words.lastIndexOf('|') - (words.lastIndexOf('|') > start ? 1 : 0);
  return { text: words.replaceAll('|', ''), start, end };
}

describe('keys of the plain editor', () => {
  it('inserts in the place of a selection', () => {
    expect(insert(at('a|bc|d'), '{')).toEqual(at('a{|d'));
  });

  it('begins a line where the one before begins, further after a bracket', () => {
    expect(newLine(at('  x|'))).toEqual(at('  x\n  |'));
    expect(newLine(at('if (a) {|\n}'))).toEqual(at('if (a) {\n  |\n}'));
    expect(newLine(at('|'))).toEqual(at('\n|'));
  });

  it('indents at the caret, or every line of a selection', () => {
    expect(indent(at('a|'))).toEqual(at('a  |'));
    expect(indent(at('|a\n\nb|'))).toEqual({ text: '  a\n\n  b', start: 2, end: 8 });
  });

  it('leaves the line alone that a selection only touches', () => {
    expect(indent(at('|a\n|b')).text).toBe('  a\nb');
  });

  it('outdents as far as there is something to take', () => {
    expect(outdent(at('    a|'))).toEqual(at('  a|'));
    expect(outdent(at('| a\nb\n   c|')).text).toBe('a\nb\n c');
    expect(outdent(at('x\n|  a'))).toEqual(at('x\n|a'));
  });

  it('knows the name at the caret', () => {
    expect(nameAt('await compare({', 8)).toBe('compare');
    expect(nameAt('compare(', 7)).toBe('compare');
    expect(nameAt('a + 15', 6)).toBeUndefined();
    expect(nameAt('( )', 1)).toBeUndefined();
  });

  it('finds what comes next, and goes round', () => {
    expect(findNext('Frame frame', 'frame', 1)).toBe(6);
    expect(findNext('Frame frame', 'frame', 7)).toBe(0);
    expect(findNext('x', '', 0)).toBe(-1);
    expect(findNext('x', 'y', 0)).toBe(-1);
  });
});
