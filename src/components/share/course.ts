import { runner } from '../notebook/runner.ts';

/** The lesson's text of a cell as it is now, with its hash; undefined for a cell that there is not. */
export async function cellOfCourse(
  lesson: string,
  cell: string,
): Promise<{ text: string; hash: string } | undefined> {
  const { assets } = runner();
  const { lessons } = await assets.manifest();
  if (!Object.hasOwn(lessons, lesson)) return undefined;
  const { cells } = await assets.lesson(lesson);
  const entry = cells.find(({ file }) => file === `${cell}.ts`);
  if (!entry) return undefined;
  return { text: (await assets.lessonTexts(lesson)).cells[entry.file] ?? '', hash: entry.hash };
}

/** Names the state of the machine's files. */
export async function machineHash(): Promise<string> {
  const { sources } = await runner().assets.manifest();
  return sources.replace(/^.*\//, '').slice(0, 80);
}

export function machineFiles(): Promise<Record<string, string>> {
  return runner().assets.sources();
}
