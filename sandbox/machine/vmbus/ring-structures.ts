import { type Structure, structure } from '../memory/structure.ts';

/**
 * The structures of a VMBus ring and of the packets in it. Source: the VMBus facts in content/sources,
 * section 4.6, and the compiled layouts there.
 */

/** The control page of a ring; data follows it. */
export const RING_BUFFER = structure('hv_ring_buffer', 4096, {
  write_index: [0, 4],
  read_index: [4, 4],
  interrupt_mask: [8, 4],
  pending_send_sz: [12, 4],
  reserved1: [16, 48],
  feature_bits: [64, 4],
  'feature_bits.feat_pending_send_sz': [64, 0, 0, 1],
  'feature_bits.value': [64, 4],
  reserved2: [68, 4028],
  buffer: [4096, 0],
});

/** What every packet begins with. Offset and length count units of 8 bytes, without the trailer. */
export const PACKET_DESCRIPTOR = structure('vmpacket_descriptor', 16, {
  type: [0, 2],
  offset8: [2, 2],
  len8: [4, 2],
  flags: [6, 2],
  trans_id: [8, 8],
});

/** A descriptor with the upper half of the trailer before it: where the packet before this one starts. */
export const PACKET_HEADER = structure('vmpacket_header', 20, {
  prev_pkt_start_offset: [0, 4],
  'descriptor.type': [4, 2],
  'descriptor.offset8': [6, 2],
  'descriptor.len8': [8, 2],
  'descriptor.flags': [10, 2],
  'descriptor.trans_id': [12, 8],
});

/** Type 9: data in pages of guest memory. */
export const GPA_DIRECT = structure('vmdata_gpa_direct', 32, {
  'd.type': [0, 2],
  'd.offset8': [2, 2],
  'd.len8': [4, 2],
  'd.flags': [6, 2],
  'd.trans_id': [8, 8],
  reserved: [16, 4],
  range_cnt: [20, 4],
  range: [24, 8],
});

/** A run of bytes of a buffer that both sides know. */
export const TRANSFER_PAGE_RANGE = structure('vmtransfer_page_range', 8, {
  byte_count: [0, 4],
  byte_offset: [4, 4],
});

/** Type 7: data in a buffer that both sides know. */
export const TRANSFER_PAGES = structure('vmtransfer_page_packet_header', 24, {
  'd.type': [0, 2],
  'd.offset8': [2, 2],
  'd.len8': [4, 2],
  'd.flags': [6, 2],
  'd.trans_id': [8, 8],
  xfer_pageset_id: [16, 2],
  sender_owns_set: [18, 1],
  reserved: [19, 1],
  range_cnt: [20, 4],
  ranges: [24, 0],
});

/** Types 2 and 3: a buffer becomes known, or is forgotten. */
export const TRANSFER_PAGE_SET = structure('vmadd_remove_transfer_page_set', 24, {
  'd.type': [0, 2],
  'd.offset8': [2, 2],
  'd.len8': [4, 2],
  'd.flags': [6, 2],
  'd.trans_id': [8, 8],
  gpadl: [16, 4],
  xfer_pageset_id: [20, 2],
  reserved: [22, 2],
});

/** Type 4: a list of pages gets a handle. */
export const ESTABLISH_GPADL = structure('vmestablish_gpadl', 32, {
  'd.type': [0, 2],
  'd.offset8': [2, 2],
  'd.len8': [4, 2],
  'd.flags': [6, 2],
  'd.trans_id': [8, 8],
  gpadl: [16, 4],
  range_cnt: [20, 4],
  range: [24, 8],
});

/** Type 5: a handle is given back. */
export const TEARDOWN_GPADL = structure('vmteardown_gpadl', 24, {
  'd.type': [0, 2],
  'd.offset8': [2, 2],
  'd.len8': [4, 2],
  'd.flags': [6, 2],
  'd.trans_id': [8, 8],
  gpadl: [16, 4],
  reserved: [20, 4],
});

/** Type 8: data in pages that have a handle. */
export const GPADL_DATA = structure('vmgpadl_packet_header', 24, {
  'd.type': [0, 2],
  'd.offset8': [2, 2],
  'd.len8': [4, 2],
  'd.flags': [6, 2],
  'd.trans_id': [8, 8],
  gpadl: [16, 4],
  reserved: [20, 4],
});

/** Type 13: a further piece of a message. */
export const ADDITIONAL_DATA = structure('vmadditional_data', 33, {
  'd.type': [0, 2],
  'd.offset8': [2, 2],
  'd.len8': [4, 2],
  'd.flags': [6, 2],
  'd.trans_id': [8, 8],
  total_bytes: [16, 8],
  offset: [24, 4],
  byte_cnt: [28, 4],
  data: [32, 1],
});

/** A range of one page. */
export const PAGE_BUFFER = structure('hv_page_buffer', 16, {
  len: [0, 4],
  offset: [4, 4],
  pfn: [8, 8],
});

/** A range of any number of pages. */
export const PAGE_ARRAY = structure('hv_mpb_array', 8, {
  len: [0, 4],
  offset: [4, 4],
  pfn_array: [8, 0],
});

/** A range of up to 32 pages. */
export const MULTIPAGE_BUFFER = structure('hv_multipage_buffer', 264, {
  len: [0, 4],
  offset: [4, 4],
  pfn_array: [8, 256],
});

/** Type 9 as Linux builds it: up to 32 ranges of one page each. */
export const PAGE_BUFFER_PACKET = structure('vmbus_channel_packet_page_buffer', 536, {
  type: [0, 2],
  dataoffset8: [2, 2],
  length8: [4, 2],
  flags: [6, 2],
  transactionid: [8, 8],
  reserved: [16, 4],
  rangecount: [20, 4],
  range: [24, 512],
});

/** Type 9 as Linux builds it: one range of any number of pages. */
export const PAGE_ARRAY_PACKET = structure('vmbus_packet_mpb_array', 32, {
  type: [0, 2],
  dataoffset8: [2, 2],
  length8: [4, 2],
  flags: [6, 2],
  transactionid: [8, 8],
  reserved: [16, 4],
  rangecount: [20, 4],
  'range.len': [24, 4],
  'range.offset': [28, 4],
  'range.pfn_array': [32, 0],
});

/** Type 9 as Linux builds it: one range of up to 32 pages. */
export const MULTIPAGE_PACKET = structure('vmbus_channel_packet_multipage_buffer', 288, {
  type: [0, 2],
  dataoffset8: [2, 2],
  length8: [4, 2],
  flags: [6, 2],
  transactionid: [8, 8],
  reserved: [16, 4],
  rangecount: [20, 4],
  'range.len': [24, 4],
  'range.offset': [28, 4],
  'range.pfn_array': [32, 256],
});

/** All of them, for whoever compares them with a table. */
export const RING_STRUCTURES: readonly Structure[] = [
  RING_BUFFER,
  PACKET_DESCRIPTOR,
  PACKET_HEADER,
  GPA_DIRECT,
  TRANSFER_PAGE_RANGE,
  TRANSFER_PAGES,
  TRANSFER_PAGE_SET,
  ESTABLISH_GPADL,
  TEARDOWN_GPADL,
  GPADL_DATA,
  ADDITIONAL_DATA,
  PAGE_BUFFER,
  PAGE_ARRAY,
  MULTIPAGE_BUFFER,
  PAGE_BUFFER_PACKET,
  PAGE_ARRAY_PACKET,
  MULTIPAGE_PACKET,
];
