/**
 * Registers and descriptors of an Intel 82576 as far as this model has them. Offsets and bits from
 * the 82576 facts in content/sources; all accesses are 32 bits wide.
 *
 * Queue registers stand at the same place in each function: PF queue n at RX_BASE + 0x40 n, the VF's
 * window at VF_RX_BASE + 0x100 n.
 */
export const REG_STATUS = 0x0008;
export const STATUS_LINK_UP = 1 << 1;
/** STATUS bits 7:6: 0 for 10 Mb/s, 1 for 100 Mb/s, 2 for 1000 Mb/s, here also for more. */
export const STATUS_SPEED_SHIFT = 6;
/**
 * An extension of this model: the speed of the link in Mb/s. The 82576 forces 10, 100 or 1000 Mb/s with
 * CTRL bits 9:8, which have no code for the 10 to 100 Gb/s of this part. A write of another number than
 * LINK_SPEEDS has, or of more than the line can do, is ignored. In the physical function only.
 */
export const REG_LINK_SPEED = 0x0f00;
export const LINK_SPEEDS: readonly number[] = [10, 100, 1000, 10_000, 25_000, 40_000, 100_000];

/** First receive and transmit queue of the PF window and of the VF window, and the steps between queues. */
export const PF_RX_BASE = 0xc000;
export const PF_TX_BASE = 0xe000;
export const PF_QUEUE_STEP = 0x40;
export const VF_RX_BASE = 0x2800;
export const VF_TX_BASE = 0x3800;
export const VF_QUEUE_STEP = 0x100;

/** Registers of a queue, relative to its base. */
export const QUEUE_BASE_LOW = 0x00;
export const QUEUE_BASE_HIGH = 0x04;
export const QUEUE_LENGTH = 0x08;
/** Receive queues only (SRRCTL): buffer size in KiB in bits 6:0. */
export const QUEUE_BUFFER_SIZE = 0x0c;
/** The same register: drop and count what finds no buffer. */
export const QUEUE_DROP = 0x80000000;
export const QUEUE_HEAD = 0x10;
export const QUEUE_TAIL = 0x18;
export const QUEUE_CONTROL = 0x28;
export const QUEUE_ENABLE = 1 << 25;
/** Receive queues only (RQDPC): frames dropped since it was read last. */
export const QUEUE_DROPS = 0x30;

/** Interrupt mask set (write one) and the throttle of vector n. Interval in bits 14:2, microseconds. */
export const REG_EIMS = 0x1524;
export const PF_EITR = 0x1680;

/** Bytes of a descriptor, for transmit and for receive. */
export const DESCRIPTOR_SIZE = 16;
export const DESCRIPTOR_SHIFT = 4;
/** Transmit data descriptor, third word: length 15:0 and command bits. */
export const TX_TYPE_DATA = 3 << 20;
export const TX_END_OF_PACKET = 1 << 24;
export const TX_INSERT_FCS = 1 << 25;
export const TX_REPORT_STATUS = 1 << 27;
export const TX_EXTENDED = 1 << 29;
/** Put the VLAN tag of the context into the frame. */
export const TX_INSERT_TAG = 1 << 30;
/** Transmit descriptor, fourth word, after write-back; payload length stands in 31:14 before it. */
export const TX_DONE = 1;
/** Receive write-back, third word. */
export const RX_DONE = 1;
export const RX_END_OF_PACKET = 2;

/** Requester id of virtual function `n`: first VF offset 0x80 and stride 2 from the PF's. */
export function requesterIdOfVf(physicalFunction: number, n: number): number {
  return physicalFunction + 0x80 + 2 * n;
}

/** A requester id as bus:device.function. */
export function hexId(requesterId: number): string {
  const bus = (requesterId >>> 8).toString(16).padStart(2, '0');
  const device = ((requesterId >>> 3) & 31).toString(16).padStart(2, '0');
  return `${bus}:${device}.${requesterId & 7}`;
}
