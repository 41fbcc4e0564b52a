/** The path through the course. A lesson exists when its folder does; the others are announced, not linked. */
export interface LessonPlan {
  number: number;
  title: string;
  /** The one question that the lesson answers. */
  about: string;
}

const PLAN: readonly (readonly [string, string])[] = [
  ['The ledger', 'Four meters, and one frame down each path.'],
  ['The parent owns the device', 'Who may touch the hardware, and who only thinks so.'],
  ['A chip made of software', 'A DEC 21140 that never existed, register by register.'],
  ['Meet a real driver', 'An unmodified Linux driver talks to our chip.'],
  ['A bus made of memory', 'VMBus: two rings, a page of control, a signal.'],
  ['Four reasons', 'Why VMBus beats the chip, one reason at a time.'],
  ['Why the parent copies', 'A neighbour that changes its mind after the check.'],
  ['Scaling software', 'Queues, cores, and the flow that sticks to one.'],
  ['Five to seven what?', 'What one core carries, in bits and in bytes.'],
  ['When software cannot keep up', 'Line rates grow; cycles per frame do not shrink.'],
  ['Two checkboxes', 'What each of them does, and what both need.'],
  ['Virtual functions by hand', 'Capabilities, BARs, and a function that appears.'],
  ['Who may touch memory', 'The IOMMU between a device and everyone else.'],
  ['The switch inside the NIC', 'Frames that never reach the wire.'],
  ['Leaving and coming back', 'Failover and migration without a lost frame.'],
  ['What “works well” means', 'Four promises, each with its measurement.'],
];

export const COURSE: readonly LessonPlan[] = PLAN.map(([title, about], index) => ({
  number: index + 1,
  title,
  about,
}));
