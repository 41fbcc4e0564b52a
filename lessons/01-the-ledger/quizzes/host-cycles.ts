import { about, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'compare',
  variants: [
    { path: 'emulated', from: 1514, to: 60 },
    { path: 'vmbus', from: 1514, to: 60 },
  ],
  question: ({ path, from, to }) =>
    `Frames over ${path === 'vmbus' ? 'VMBus' : 'the emulated path'} shrink from ${from} bytes to ${to}, a twenty-fifth. What becomes of the host cycles for a frame?`,
  async run({ path, from, to }) {
    const host = async (frame: number): Promise<number> => {
      const { paths } = await compare({ paths: [path], frame, frames: 200 });
      const { cores, cyclesPerFrame } = paths[path]!;
      const spent = cores.hypervisor + cores.rootKernel + cores.rootUser;
      return (cyclesPerFrame * spent) / (spent + cores.guest);
    };
    const [long, short] = [await host(from), await host(to)];
    return { long, short, share: short / long };
  },
  choices: () => [
    {
      text: 'They stay nearly as they were',
      fits: ({ share }) => about(share, 1, 0.2),
    },
    {
      text: 'They fall by half',
      fits: ({ share }) => about(share, 0.5),
      why: 'The bytes became fewer. The questions did not, nor the bookkeeping for a frame.',
    },
    {
      text: 'They fall to a twenty-fifth',
      fits: ({ share }) => about(share, 0.04),
      why: 'That would be so if bytes were what costs. It is frames.',
    },
  ],
  figures: ({ long, short }, { from, to }) => [
    { name: `A frame of ${from} bytes`, value: Math.round(long), unit: 'host cycles' },
    { name: `A frame of ${to} bytes`, value: Math.round(short), unit: 'host cycles' },
  ],
  because: () =>
    'Exits, wake-ups, the switch: all of that is done once for each frame, however long it is. Only a copy grows with the bytes.',
  knobs: ({ to }) => ({ 'Frame size': to }),
});
