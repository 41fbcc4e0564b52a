import type { Structure } from '../../machine/memory/structure.ts';
import { PARTITION_STRUCTURES } from '../../machine/partition/structures.ts';
import { CHANNEL_MESSAGE_STRUCTURES } from '../../machine/vmbus/channel-messages.ts';
import { RING_STRUCTURES } from '../../machine/vmbus/ring-structures.ts';

/** Every structure of a public interface that the machine reads or writes. */
export const STRUCTURES: readonly Structure[] = [
  ...RING_STRUCTURES,
  ...PARTITION_STRUCTURES,
  ...CHANNEL_MESSAGE_STRUCTURES,
];
