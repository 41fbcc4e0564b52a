import type { Structure } from '../../machine/memory/structure.ts';
import { PARTITION_STRUCTURES } from '../../machine/partition/structures.ts';
import { CHANNEL_MESSAGE_STRUCTURES } from '../../machine/vmbus/channel-messages.ts';
import { NDIS_STRUCTURES } from '../../machine/vmbus/ndis-structures.ts';
import { NVSP_STRUCTURES } from '../../machine/vmbus/nvsp-structures.ts';
import { RING_STRUCTURES } from '../../machine/vmbus/ring-structures.ts';
import { RNDIS_STRUCTURES } from '../../machine/vmbus/rndis-structures.ts';
import { VPCI_STRUCTURES } from '../../machine/vmbus/vpci-structures.ts';

/** Every structure of a public interface that the machine reads or writes. */
export const STRUCTURES: readonly Structure[] = [
  ...PARTITION_STRUCTURES,
  ...CHANNEL_MESSAGE_STRUCTURES,
  ...RING_STRUCTURES,
  ...NVSP_STRUCTURES,
  ...RNDIS_STRUCTURES,
  ...NDIS_STRUCTURES,
  ...VPCI_STRUCTURES,
];
