/**
 * What an adapter's switch can do, as its driver reports it (NDIS_NIC_SWITCH_CAPABILITIES). Counts are of
 * the whole adapter.
 */
export interface NicSwitchCapabilities {
  /** False for a driver without the SR-IOV interface, or with it switched off (the keyword *SRIOV). */
  sriov: boolean;
  maxVfs: number;
  /** Ports of the switch, with the default one. */
  maxVPorts: number;
  maxQueuePairs: number;
  /** Queue pairs at most of a port other than the default one. */
  maxQueuePairsPerVPort: number;
  maxMacAddresses: number;
  /**
   * Whether all ports come from one pool. If so, ports of the physical function may use up those that
   * virtual functions would need; if not, a port is reserved for each virtual function.
   */
  singleVPortPool: boolean;
  /** Whether ports other than the default one may differ in their number of queue pairs. */
  asymmetricQueuePairs: boolean;
}

/** How the switch is divided when it is created. */
export interface SwitchSplit {
  vfs: number;
  /** With the default one. */
  vports: number;
  defaultQueuePairs: number;
  /** Of each other port; where ports may differ, what is set aside for each in this arithmetic. */
  queuePairsPerVPort: number;
}

/** The rules that a driver's figures must obey, and which of them these do not. Empty when all is well. */
export function contradictions(of: NicSwitchCapabilities): string[] {
  const wrong: string[] = [];
  if (of.maxVPorts < of.maxVfs + 1)
    wrong.push('MaxNumVPorts is below MaxNumVFs + 1: each VF needs a VPort, and the PF has one');
  if (of.maxQueuePairs < of.maxVPorts)
    wrong.push('MaxNumQueuePairs is below MaxNumVPorts: each VPort needs a queue pair');
  if (of.maxMacAddresses < of.maxVPorts)
    wrong.push('MaxNumMacAddresses is below MaxNumVPorts: each VPort needs an address');
  if (!isPowerOfTwo(of.maxQueuePairsPerVPort))
    wrong.push('MaxNumQueuePairsPerNonDefaultVPort is not a power of two');
  return wrong;
}

/**
 * Virtual functions that a switch divided like this can serve at once: none needs more than there is of
 * functions, ports, addresses and queue pairs.
 */
export function usableVfs(of: NicSwitchCapabilities, split: SwitchSplit): number {
  const { vfs, vports, defaultQueuePairs, queuePairsPerVPort } = split;
  const left = of.maxQueuePairs - defaultQueuePairs;
  return Math.max(
    0,
    Math.min(
      vfs,
      of.maxVfs,
      vports - 1,
      of.maxVPorts - 1,
      of.maxMacAddresses - 1,
      Math.floor(left / queuePairsPerVPort),
    ),
  );
}

export function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 2 ** 31 && (value & (value - 1)) === 0;
}

/** The number of queue pairs that a port gets for a wish: the next power of two. */
export function queuePairsFor(requested: number): number {
  let pairs = 1;
  while (pairs < requested) pairs *= 2;
  return pairs;
}
