import { probeTulip, recordedProbe } from 'two-checkboxes';

const ours = await probeTulip();
const linux = recordedProbe();
const none = { reads: 0, writes: 0 };
const rows = ['CSR6', 'CSR8', 'CSR9', 'CSR12'].map((name) => {
  const mine = ours.registers[name] ?? none;
  const theirs = linux[name] ?? none;
  return [name, mine.reads, theirs.reads, mine.writes, theirs.writes];
});
const sum = (column: number) => rows.reduce((total, row) => total + Number(row[column]), 0);

export default {
  kind: 'table',
  title: 'Register accesses while the driver is loaded',
  columns: [
    { name: 'Register' },
    { name: 'Reads, ours' },
    { name: 'Reads, Linux' },
    { name: 'Writes, ours' },
    { name: 'Writes, Linux' },
  ],
  rows: [...rows, ['all', sum(1), sum(2), sum(3), sum(4)]],
};
