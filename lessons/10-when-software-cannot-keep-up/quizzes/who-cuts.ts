import { about, bulkSend, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'larger',
  variants: [
    { segmentation: true, profile: 'icelake-zen3-2021' },
    { segmentation: false, profile: 'icelake-zen3-2021' },
  ],
  question: ({ segmentation }) =>
    `A stream of TCP leaves a machine over VMBus, and ${segmentation ? 'the NIC cuts it into segments' : 'the guest’s stack cuts it into segments itself'}. For a hundred frames on the wire, how many packets go through the ring?`,
  run({ segmentation, profile }) {
    const { packetsPerWireFrame, cyclesPerByte, wireFrames } = bulkSend({
      segmentation,
      profile,
      line: '100G',
      bytes: 1 << 20,
    });
    return { packets: packetsPerWireFrame * 100, cyclesPerByte, wireFrames };
  },
  choices: () => [
    {
      text: 'Four or five',
      fits: ({ packets }) => about(packets, 4.5, 0.2),
      why: 'That is what a NIC that cuts makes possible. Here the stack hands over what will be on the wire.',
    },
    {
      text: 'About fifty',
      fits: ({ packets }) => about(packets, 50, 0.2),
      why: 'A long packet is up to 64 KiB, a frame is 1514 bytes. How many of these are in it?',
    },
    {
      text: 'A hundred',
      fits: ({ packets }) => about(packets, 100, 0.1),
      why: 'The guest hands over long packets, and they are cut behind the ring.',
    },
  ],
  figures: ({ packets, cyclesPerByte, wireFrames }) => [
    { name: 'Frames on the wire', value: wireFrames },
    { name: 'Packets for a hundred of them', value: packets },
    { name: 'All processors spend', value: cyclesPerByte, unit: 'cycles a byte' },
  ],
  because: ({ cyclesPerByte }, { segmentation }) =>
    segmentation
      ? `What is done once for a packet is shared by more than twenty frames: ${cyclesPerByte.toFixed(2)} cycles a byte.`
      : `Everything is done for each frame, so a byte costs ${cyclesPerByte.toFixed(2)} cycles, more than ten times as much.`,
  knobs: ({ profile }) => ({ 'Costs of': profile }),
});
