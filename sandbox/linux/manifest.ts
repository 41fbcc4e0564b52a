/** One file beside the manifest. */
export interface ImageFile {
  name: string;
  bytes: number;
  /** Of the file as it lies there. */
  sha256: string;
  /** Size when unpacked, where it is packed. */
  unpackedBytes?: number;
}

/** A Debian package in the image, with the source packages that it was made from. */
export interface ImagePackage {
  name: string;
  version: string;
  sha256: string;
  sources: { name: string; version: string }[];
}

/** `manifest.json` of an image: what is in it, and what a computer needs to run it. */
export interface ImageManifest {
  /** Hash of all that the image was made from; equal ones need not be made again. */
  recipe: string;
  /** Of the kernel, such as 6.1.0-50-686. */
  release: string;
  /** Version of v86 that saved the snapshot; another one may not read it. */
  emulator: string;
  memoryMiB: number;
  commandLine: string;
  /** Station address of the adapter. */
  macAddress: string;
  /** The adapter's configuration space at the snapshot, as hex. Its registers are at reset. */
  configuration: string;
  packages: ImagePackage[];
  files: ImageFile[];
}

/** What stands at the end of the serial line when the shell waits for a command. */
export const PROMPT = '/root # ';
export const SNAPSHOT_FILE = 'snapshot.bin.gz';
export const MANIFEST_FILE = 'manifest.json';
