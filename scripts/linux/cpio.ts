/** A member of an archive. Contents make a file, a target makes a symbolic link, neither a folder. */
export interface Member {
  /** Path without a leading slash. */
  path: string;
  mode?: number;
  data?: Uint8Array;
  target?: string;
  /** Numbers of a character device. */
  device?: readonly [major: number, minor: number];
}

const FOLDER = 0o040000;
const FILE = 0o100000;
const LINK = 0o120000;
const CHARACTER = 0o020000;

/**
 * A `newc` archive, as Linux unpacks it for its initial root (kernel documentation,
 * driver-api/early-userspace/buffer-format). Times are 0 and owners root, so that equal members make equal
 * bytes. Folders that paths need are added.
 */
export function writeCpio(members: readonly Member[]): Uint8Array {
  const all = withFolders(members);
  const parts = all.map((member, index) => encode(member, index + 1));
  return concatenate([...parts, header('TRAILER!!!', 0, 0, 0)]);
}

function withFolders(members: readonly Member[]): Member[] {
  const known = new Map<string, Member>();
  for (const member of members) {
    const steps = member.path.split('/');
    for (let depth = 1; depth < steps.length; depth++) {
      const path = steps.slice(0, depth).join('/');
      if (!known.has(path)) known.set(path, { path });
    }
    known.set(member.path, member);
  }
  return [...known.values()];
}

function encode(member: Member, inode: number): Uint8Array {
  const { path, device } = member;
  const data = member.data ?? new TextEncoder().encode(member.target ?? '');
  const mode = typeOf(member) | (member.mode ?? (member.data || device ? 0o644 : 0o755));
  return concatenate([header(path, inode, mode, data.length, device), padded(data)]);
}

function typeOf({ data, target, device }: Member): number {
  if (device) return CHARACTER;
  if (target !== undefined) return LINK;
  return data ? FILE : FOLDER;
}

function header(
  path: string,
  inode: number,
  mode: number,
  size: number,
  [major, minor]: readonly [number, number] = [0, 0],
): Uint8Array {
  const links = 1;
  const name = new TextEncoder().encode(`${path}\0`);
  const numbers = [inode, mode, 0, 0, links, 0, size, 0, 0, major, minor, name.length, 0];
  const fields = numbers.map((number) => number.toString(16).padStart(8, '0')).join('');
  return padded(concatenate([new TextEncoder().encode(`070701${fields}`), name]));
}

/** Filled with zeros to a multiple of 4 bytes. */
function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array((bytes.length + 3) & ~3);
  whole.set(bytes);
  return whole;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
