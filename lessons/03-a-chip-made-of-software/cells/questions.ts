import { probeTulip, runTulip } from 'two-checkboxes';

const probe = await probeTulip();
const single = await runTulip({ load: 'paced', frames: 200 });
const received = await runTulip({ load: 'paced', frames: 200, direction: 'rx' });
const burst = await runTulip({ load: 'max', frames: 800, direction: 'rx' });

const { serialRom, mii } = probe.purposes;
const words = 64;
const all = serialRom.reads + serialRom.writes;

export default {
  kind: 'table',
  title: 'Register accesses, each of which is an exit',
  columns: [{ name: 'For' }, { name: 'Accesses' }, { name: 'Bytes learned or moved' }],
  rows: [
    ['one word of the serial ROM, on average', all / words, 2],
    ['the whole serial ROM', all, 2 * words],
    ['finding the transceiver', mii.reads + mii.writes, 2],
    ['a frame that is sent alone', single.perFrame.deviceAccesses, 1514],
    ['a frame that is received alone', received.perFrame.deviceAccesses, 1514],
    ['a frame of many that are received', burst.perFrame.deviceAccesses, 1514],
  ],
};
