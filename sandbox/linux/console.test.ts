import { describe, expect, it } from 'vitest';
import { Console } from './console.ts';

/** A guest that echoes what is typed and answers commands. */
function guest(answers: Record<string, string>): Console {
  const console = new Console((text) => {
    const send = () => {
      for (const char of `${text.trim()}\r\n${answers[text.trim()] ?? ''}# `)
        console.receive(char.charCodeAt(0));
    };
    setTimeout(send, 1);
  });
  return console;
}

describe('console', () => {
  it('runs a command and gives back what it printed', async () => {
    const console = guest({ date: 'today\r\nand so on\r\n' });
    expect(await console.run('date', '# ', 1000)).toBe('today\nand so on');
    expect(await console.run('true', '# ', 1000)).toBe('');
  });

  it('takes each text once', async () => {
    const console = guest({});
    for (const char of 'one # two # ') console.receive(char.charCodeAt(0));
    expect(await console.until('# ', 10)).toBe('one ');
    expect(await console.until('# ', 10)).toBe('two ');
  });

  it('says what came when the wanted text did not', async () => {
    const console = guest({});
    for (const char of 'panic') console.receive(char.charCodeAt(0));
    await expect(console.until('# ', 10)).rejects.toThrow('"panic"');
  });
});
