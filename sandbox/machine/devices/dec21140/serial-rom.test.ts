import { describe, expect, test } from 'vitest';
import { newChip } from '../../../../tests/support/dec21140.ts';
import { idBlockCrc, makeSerialRom, serialRomChecksum } from './serial-rom-image.ts';

const macAddress = Uint8Array.of(0x00, 0x15, 0x5d, 1, 2, 3);
/** CSR9: serial ROM selected for reading; lines. */
const SELECTED = 0x4800;
const [CS, SK, DI, DO] = [1, 2, 4, 8];

/** Drives the serial ROM by CSR9, as a driver does. */
function wired(serialRom = makeSerialRom({ macAddress })) {
  const { csr, write, chip } = newChip({ serialRom });
  const clock = (bit: number) => {
    write(9, SELECTED | CS | (bit * DI));
    write(9, SELECTED | CS | (bit * DI) | SK);
    const out = (csr(9) & DO) !== 0 ? 1 : 0;
    write(9, SELECTED | CS | (bit * DI));
    return out;
  };
  const command = (bits: string) => [...bits].map((bit) => clock(Number(bit)));
  const deselect = () => write(9, SELECTED);
  const shift = (count: number) => Array.from({ length: count }, () => clock(0));
  const word = (bits: number[]) => bits.reduce((value, bit) => value * 2 + bit, 0);
  const read = (address: number) => {
    command(`110${address.toString(2).padStart(6, '0')}`);
    const value = word(shift(16));
    deselect();
    return value;
  };
  return { chip, csr, write, clock, command, deselect, shift, word, read };
}

describe('reading by CSR9 (section 6)', () => {
  test('every word', () => {
    const rom = makeSerialRom({ macAddress });
    const { read } = wired(rom);
    expect(Array.from({ length: 64 }, (_, n) => read(n))).toEqual([...rom]);
  });

  test('zeros before the start bit do not count', () => {
    const { command, shift, word } = wired();
    command('00');
    command('110001010');
    expect(word(shift(16))).toBe(0x1500);
  });

  test('data out is pulled up until the last address bit, then a 0: six address bits', () => {
    expect(wired().command('11011111111').slice(0, 9)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0]);
    expect(wired().command('110000000')).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0]);
  });

  test('clocked on, it gives the next word, and the first behind the last', () => {
    const rom = makeSerialRom({ macAddress });
    const { command, shift, word } = wired(rom);
    command('110111110');
    expect([0, 1, 2].map(() => word(shift(16)))).toEqual([rom[62], rom[63], rom[0]]);
  });

  test('chip select low forgets a command, and so does a selection of something else', () => {
    const { command, deselect, read, write } = wired();
    command('1100');
    deselect();
    expect(read(10)).toBe(0x1500);
    command('1100');
    write(9, 0x20000);
    expect(read(10)).toBe(0x1500);
  });
});

describe('writing', () => {
  const WRITE_ENABLE = '100110000';

  test('needs the enable command, and takes effect when chip select falls', () => {
    const { command, deselect, read } = wired();
    command(`101000011${'1010'.repeat(4)}`);
    deselect();
    expect(read(3)).toBe(0);
    command(WRITE_ENABLE);
    deselect();
    command(`101000011${'1010'.repeat(4)}`);
    deselect();
    expect(read(3)).toBe(0xaaaa);
    command('100000000');
    deselect();
    command(`101000011${'1'.repeat(16)}`);
    deselect();
    expect(read(3)).toBe(0xaaaa);
  });

  test('erase, erase all, write all; a write that is cut short is none', () => {
    const { command, deselect, read } = wired();
    for (const bits of [WRITE_ENABLE, '111001010', `101000011${'0'.repeat(15)}`]) {
      command(bits);
      deselect();
    }
    expect([read(10), read(3), read(9)]).toEqual([0xffff, 0, 0x0103]);
    command(`100010000${'0011'.repeat(4)}`);
    deselect();
    expect([read(0), read(63)]).toEqual([0x3333, 0x3333]);
    command('100100000');
    deselect();
    expect([read(0), read(63)]).toEqual([0xffff, 0xffff]);
  });

  test('a hardware reset loads the subsystem from it, a software reset does not', () => {
    const { chip, command, deselect, write } = wired();
    for (const bits of [WRITE_ENABLE, `101000000${'0001'.repeat(4)}`]) {
      command(bits);
      deselect();
    }
    write(0, 1);
    expect(chip.configuration.read(0x2c, 4)).toBe(0x21140a00);
    chip.hardwareReset();
    expect(chip.configuration.read(0x2c, 4)).toBe(0x21141111);
  });
});

describe('its contents', () => {
  test('hold address, ids, version, one controller, and the media description', () => {
    const rom = makeSerialRom({ macAddress, subsystemVendor: 0x1234, subsystem: 0x5678 });
    const bytes = new Uint8Array(rom.buffer);
    expect([...bytes.subarray(0, 4)]).toEqual([0x34, 0x12, 0x78, 0x56]);
    expect([...bytes.subarray(18, 26)]).toEqual([3, 1, ...macAddress]);
    expect([...bytes.subarray(26, 34)]).toEqual([0, 30, 0, 0, 0x00, 0x08, 0x1f, 0x01]);
  });

  test('end with the checksum of the first 126 bytes', () => {
    const bytes = new Uint8Array(makeSerialRom({ macAddress }).buffer);
    expect(bytes[126] | (bytes[127] << 8)).toBe(serialRomChecksum(bytes));
    bytes[20] ^= 1;
    expect(bytes[126] | (bytes[127] << 8)).not.toBe(serialRomChecksum(bytes));
  });

  test('the CRC-8 of the identification block is that of the recorded adapter', () => {
    const recorded = new Uint8Array(32);
    recorded.set([0x3c, 0x10, 0x4f, 0x10]);
    recorded.set([0x47, 0x08, 0x04, 0x01], 16);
    expect(idBlockCrc(recorded)).toBe(0x47);
  });

  test('a media description that is too long is cut, not written over the checksum', () => {
    const rom = makeSerialRom({ macAddress, leaf: new Uint8Array(200).fill(7) });
    const bytes = new Uint8Array(rom.buffer);
    expect([bytes[125], bytes[126] | (bytes[127] << 8)]).toEqual([7, serialRomChecksum(bytes)]);
  });
});
