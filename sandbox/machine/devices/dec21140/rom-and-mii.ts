import { MiiManagement } from './mii.ts';
import type { Phy } from './phy.ts';
import { SerialRom } from './serial-rom.ts';
import * as spec from './spec.ts';

/**
 * CSR9: the lines to the serial ROM and to MII management. Bits 2:0 and the selections read back as
 * written; the ROM's output and the transceivers' are inputs. There is no boot ROM: it reads ones.
 */
export class RomAndMii {
  readonly rom: SerialRom;
  readonly mii: MiiManagement;

  constructor(serialRom: Uint16Array, phys: ReadonlyMap<number, Phy>) {
    this.rom = new SerialRom(serialRom);
    this.mii = new MiiManagement(phys);
  }

  /** @returns what the register file keeps */
  write(value: number): number {
    const select = (value & spec.SELECT_SERIAL_ROM) !== 0 && (value & spec.ROM_CHIP_SELECT) !== 0;
    this.rom.drive(select, (value & spec.ROM_CLOCK) !== 0, (value & spec.ROM_DATA_IN) >>> 2);
    const dataOut = (value & spec.MII_DATA_OUT) >>> 17;
    this.mii.drive((value & spec.MII_CLOCK) !== 0, dataOut, (value & spec.MII_READ) === 0);
    return (spec.CSR9_ONES | (value & spec.CSR9_WRITABLE)) >>> 0;
  }

  /** @param kept what the register file keeps */
  read(kept: number): number {
    let value = kept | (this.mii.dataIn * spec.MII_DATA_IN);
    if ((kept & spec.SELECT_SERIAL_ROM) !== 0)
      value = (value & ~spec.ROM_DATA_OUT) | (this.rom.dataOut * spec.ROM_DATA_OUT);
    else if ((kept & spec.SELECT_BOOT_ROM) !== 0) value |= 0xff;
    return value >>> 0;
  }
}
