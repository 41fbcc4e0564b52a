/** What the figures of a profile are, in words, in the order in which the page shows them. */
export const GROUPS: readonly { name: string; figures: readonly [string, string][] }[] = [
  {
    name: 'Leaving a partition',
    figures: [
      ['vmexit_rtt', 'Leaving a guest and coming back'],
      ['exit_in_hypervisor', 'An exit that the hypervisor completes'],
      ['exit_user_vmm', 'An exit that a program in user mode completes'],
      ['doorbell_kick', 'A hypercall that signals another partition'],
    ],
  },
  {
    name: 'Interrupts and waking',
    figures: [
      ['virq_inject', 'Injecting a virtual interrupt'],
      ['virq_eoi', 'Ending a virtual interrupt'],
      ['ext_irq_exit', 'The exit that a physical interrupt causes'],
      ['irq_handler', 'An interrupt handler, from entry to return'],
      ['vcpu_halt_wake', 'Waking a halted virtual processor'],
      ['root_wake', 'Waking an idle processor of the root'],
    ],
  },
  {
    name: 'Software',
    figures: [
      ['syscall_rtt', 'A system call'],
      ['thread_switch', 'A switch between threads'],
      ['memcpy_warm', 'Copying a byte that a cache holds'],
      ['memcpy_cold', 'Copying a byte that none holds'],
      ['nic_driver_pkt', 'A NIC’s driver, for a frame'],
      ['stack_udp_pkt', 'The network stack, for a datagram'],
      ['vswitch_pkt', 'The virtual switch, for a frame'],
      ['vsp_pkt', 'The service provider, for a frame'],
      ['vsc_pkt', 'The service client, for a frame'],
      ['ring_pkt', 'Writing or reading a ring packet'],
      ['worker_frame', 'The worker process, for a frame'],
    ],
  },
  {
    name: 'Hardware',
    figures: [
      ['doorbell_write', 'A register write, for the processor'],
      ['mmio_write', 'The same, until the device sees it'],
      ['pcie_read64', 'A device’s read of a descriptor'],
      ['pcie_read1520', 'A device’s read of a frame'],
      ['dma_write', 'A device’s write'],
      ['iotlb_miss', 'A miss of the IOTLB'],
      ['memory_bandwidth', 'What the memory of one socket moves'],
    ],
  },
  {
    name: 'Not charged: to compare with',
    figures: [
      ['mmio_read', 'A register read'],
      ['iommu_map_unmap', 'Mapping and unmapping; it is done once'],
      ['stack_udp_tx_pkt', 'A datagram, with driver and system call'],
      ['stack_tcp_pkt', 'A packet of TCP'],
      ['tcp_byte_tx', 'A byte of TCP sent, the whole system'],
      ['tcp_byte_rx', 'A byte of TCP received, the whole system'],
      ['host_pv_byte_tx', 'A byte that a guest sends, on the host'],
      ['host_pv_byte_rx', 'A byte that a guest receives, on the host'],
      ['host_pv_byte_rx_hyperv', 'The same under Hyper-V'],
    ],
  },
];

const WORDS = new Map(GROUPS.flatMap(({ figures }) => figures));

/** A figure in words. @throws Error for one that the page does not know */
export function wordsFor(figure: string): string {
  const words = WORDS.get(figure);
  if (words === undefined) throw new Error(`src/components/profiles/words.ts lacks '${figure}'`);
  return words;
}

export const amount = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: 3 }).replaceAll(',', '\u202f');
