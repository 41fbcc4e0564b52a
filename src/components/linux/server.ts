import { existsSync, readFileSync } from 'node:fs';

/** What the built site can offer, as the build finds it in public/. */
export interface Offer {
  /** Bytes to download for a live session; undefined where no image has been made. */
  live?: number;
  recorded: number;
  release: string;
  profiles: { id: string; name: string }[];
}

const SESSION = 'public/linux-session';
const IMAGE = 'public/linux';

/** @throws Error that says what to run first */
export function offer(): Offer {
  if (!existsSync(`${SESSION}/manifest.json`))
    throw new Error(`there is no ${SESSION}: run \`npm run build:sandbox\` first`);
  const session = JSON.parse(readFileSync(`${SESSION}/manifest.json`, 'utf8'));
  const size = (name: string): number => readFileSync(`${SESSION}/${name}`).length;
  const recorded = size(session.recorded) + size(session.recording);
  if (!session.live || !existsSync(`${IMAGE}/manifest.json`))
    return { recorded, release: '', profiles: session.profiles };
  const { release, files } = JSON.parse(readFileSync(`${IMAGE}/manifest.json`, 'utf8'));
  const snapshot = files.find(({ name }: { name: string }) => name.startsWith('snapshot'));
  const live = size(session.live) + size(session.wasm) + snapshot.bytes;
  return { live, recorded, release, profiles: session.profiles };
}

/** As in `11.8 MB`. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
