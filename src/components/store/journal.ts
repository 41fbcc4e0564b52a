import { replace, type Stamp, stamp, text, writeAlso } from './area.ts';

/**
 * A second copy of what is kept, in IndexedDB. localStorage reaches the disk some seconds late, so that a
 * browser that is killed loses them; a transaction here is written out when it completes. It also holds what
 * a full localStorage does not take. See content/decisions/0026.
 */

interface Record extends Stamp {
  name: string;
  text: string | null;
}

const DATABASE = 'two-checkboxes';
const STORE = 'kept';

let opening: Promise<IDBDatabase> | undefined;

/** From now on every text is written here too; what only this copy has is given back first. */
export async function startJournal(): Promise<void> {
  writeAlso((name, text, stamp) => void record({ name, text, ...stamp }).catch(() => {}));
  for (const { name, text: kept, when, seen } of await records()) {
    if (!(when > stamp(name).when) || kept === text(name)) continue;
    if (kept === null || typeof kept === 'string') replace(name, kept, 'recovered', { when, seen });
  }
}

async function record(entry: Record): Promise<void> {
  const kept = (await open()).transaction(STORE, 'readwrite', { durability: 'strict' });
  const store = kept.objectStore(STORE);
  const before = store.get(entry.name) as IDBRequest<Record | undefined>;
  before.onsuccess = () => {
    if (!before.result || before.result.when <= entry.when) store.put(entry);
  };
}

async function records(): Promise<Record[]> {
  const all = (await open()).transaction(STORE).objectStore(STORE).getAll();
  return new Promise((resolve, reject) => {
    all.onsuccess = () => resolve(all.result as Record[]);
    all.onerror = () => reject(all.error);
  });
}

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'name' });
    request.onsuccess = () => {
      // Another tab may want to delete or upgrade it.
      request.result.onversionchange = () => {
        request.result.close();
        opening = undefined;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opening;
}
