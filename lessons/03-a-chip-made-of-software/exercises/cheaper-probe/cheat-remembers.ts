import { TulipDriver } from 'two-checkboxes';

let remembered: Uint16Array | undefined;

/** Reads a ROM once, in the usual way, and takes that of every other adapter for the same. */
export class MyDriver extends TulipDriver {
  protected override *readSerialRom() {
    remembered ??= yield* super.readSerialRom();
    return remembered;
  }
}
