/** Units that a figure of a profile can have. */
export type FigureUnit = 'cycles' | 'cycles/byte' | 'ns' | 'GB/s';

/** What a figure of a profile must be. */
export interface FigureRule {
  unit: FigureUnit;
  /** A value above this one is taken for a slip: no machine that runs Hyper-V is near it. */
  most: number;
  /** Whether the model computes with it. The others are only compared with: see decision 0007. */
  charged: boolean;
}

const MILLION = 1e6;
const charged = (unit: FigureUnit, most: number): FigureRule => ({ unit, most, charged: true });
const compared = (unit: FigureUnit, most: number): FigureRule => ({ unit, most, charged: false });

/** Every figure that a profile can have, by the name it has in the file. */
export const FIGURES: Readonly<Record<string, FigureRule>> = {
  vmexit_rtt: charged('cycles', MILLION),
  exit_in_hypervisor: charged('cycles', MILLION),
  exit_user_vmm: charged('cycles', MILLION),
  doorbell_kick: charged('cycles', MILLION),
  virq_inject: charged('cycles', MILLION),
  virq_eoi: charged('cycles', MILLION),
  ext_irq_exit: charged('cycles', MILLION),
  irq_handler: charged('cycles', MILLION),
  vcpu_halt_wake: charged('ns', MILLION),
  root_wake: charged('ns', MILLION),
  syscall_rtt: charged('cycles', MILLION),
  thread_switch: charged('ns', MILLION),
  memcpy_warm: charged('cycles/byte', 100),
  memcpy_cold: charged('cycles/byte', 100),
  nic_driver_pkt: charged('cycles', MILLION),
  stack_udp_pkt: charged('cycles', MILLION),
  vswitch_pkt: charged('cycles', MILLION),
  vsp_pkt: charged('cycles', MILLION),
  vsc_pkt: charged('cycles', MILLION),
  ring_pkt: charged('cycles', MILLION),
  worker_frame: charged('cycles', MILLION),
  doorbell_write: charged('cycles', MILLION),
  mmio_write: charged('ns', MILLION),
  pcie_read64: charged('ns', MILLION),
  pcie_read1520: charged('ns', MILLION),
  dma_write: charged('ns', MILLION),
  iotlb_miss: charged('ns', MILLION),
  memory_bandwidth: charged('GB/s', 100_000),
  mmio_read: compared('ns', MILLION),
  iommu_map_unmap: compared('cycles', MILLION),
  stack_udp_tx_pkt: compared('cycles', MILLION),
  stack_tcp_pkt: compared('cycles', MILLION),
  tcp_byte_tx: compared('cycles/byte', 100),
  tcp_byte_rx: compared('cycles/byte', 100),
  host_pv_byte_tx: compared('cycles/byte', 100),
  host_pv_byte_rx: compared('cycles/byte', 100),
  host_pv_byte_rx_hyperv: compared('cycles/byte', 100),
};

/**
 * Payload of 1514-byte writes over a PCI Express link, Gb/s in each direction: 64-bit addresses, payloads
 * of at most 256 bytes, acknowledgements and flow control at the specified rate.
 */
export const PCIE_PAYLOAD_GBPS: Readonly<Record<string, number>> = {
  'gen1 x8': 12.4,
  'gen2 x4': 13.2,
  'gen2 x8': 26.2,
  'gen3 x8': 52.9,
  'gen3 x16': 103.8,
  'gen4 x8': 105.7,
  'gen4 x16': 207.6,
  'gen5 x16': 415.3,
};

/** Clock rates that a profile can have, GHz. */
export const CLOCK = { least: 0.1, most: 10 };
