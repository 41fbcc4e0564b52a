/**
 * Registers of the switch inside the NIC: sections 3 and 6 of the 82576 facts in content/sources. What is
 * marked as the extension has offsets of this model's own, in a part of the window that the 82576 leaves
 * free, and holds what its fields have no bits for: pools 8 to 63, and entries after the last.
 */
export const REG_RCTL = 0x0100;
export const RCTL_ENABLE = 1 << 1;
export const RCTL_UNICAST_PROMISCUOUS = 1 << 3;
export const RCTL_MULTICAST_PROMISCUOUS = 1 << 4;
export const RCTL_LONG_FRAMES = 1 << 5;
/** Which 12 bits of a group's address choose its bit in MTA. */
export const RCTL_HASH_SHIFT = 12;
export const RCTL_BROADCAST = 1 << 15;
export const RCTL_VLAN_FILTER = 1 << 18;
export const RCTL_STRIP_CRC = 1 << 26;
export const REG_TCTL = 0x0400;
export const TCTL_ENABLE = 1 << 1;
export const TCTL_RESET = 0xa40400f8;
/** Queues that drop and count when they have no buffer, a bit for each of the first 16. */
export const REG_QDE = 0x2408;
/** Longest frame with FCS while there are no pools and RCTL lets frames be long. */
export const REG_RLPML = 0x5004;

/** Receive addresses 0-15 and 16-23; RAH: address 15:0, pools 25:18, valid 31. */
export const REG_RAL = 0x5400;
export const REG_RAL_16 = 0x54e0;
export const COMPATIBLE_ADDRESSES = 24;
export const ADDRESSES = 128;
export const RAH_POOL_SHIFT = 18;
export const RAH_VALID = 0x80000000;
/** Hash tables of 4096 bits: groups, and unicast. */
export const REG_MTA = 0x5200;
export const REG_UTA = 0xa000;
/** VLANs that any pool may have, a bit for each. */
export const REG_VFTA = 0x5600;
export const TABLE_WORDS = 128;
/** VLANs with their pools: VLAN 11:0, pools 19:12, enable 31. */
export const REG_VLVF = 0x5d00;
export const COMPATIBLE_VLANS = 32;
export const VLANS = 64;
export const VLVF_POOL_SHIFT = 12;
export const VLVF_ENABLE = 0x80000000;

/** Default pool 9:7 (the extension: 12:7), no default pool 29, replication 30. */
export const REG_VT_CTL = 0x581c;
export const VT_POOL_SHIFT = 7;
export const VT_NO_DEFAULT = 1 << 29;
export const VT_REPLICATION = 1 << 30;
/** What pool p wants: longest frame with FCS 13:0, and bits. */
export const REG_VMOLR = 0x5ad0;
export const VMOLR_RESET = 0x80002600;
export const VMOLR_LONGEST = 0x3fff;
export const VMOLR_LONG_FRAMES = 1 << 16;
export const VMOLR_RSS = 1 << 17;
export const VMOLR_ALL_VLANS = 1 << 23;
export const VMOLR_UNTAGGED = 1 << 24;
export const VMOLR_GROUP_HASH = 1 << 25;
export const VMOLR_UNICAST_HASH = 1 << 26;
export const VMOLR_BROADCAST = 1 << 27;
export const VMOLR_ALL_GROUPS = 1 << 28;
export const VMOLR_ALL_UNICAST = 1 << 29;
export const VMOLR_STRIP_VLAN = 1 << 30;
export const VMOLR_STRIP_CRC = 0x80000000;
/** The same two bits for frames for groups, which are replicated. */
export const REG_RPLOLR = 0x5af0;
/** Tag of what pool p sends: VLAN and priority 15:0, always 30, never 31. */
export const REG_VMVIR = 0x3700;
export const VMVIR_ALWAYS = 1 << 30;
export const VMVIR_NEVER = 0x80000000;
/** Anti-spoofing by address 7:0 and by VLAN 15:8, own frames back 23:16, loopback 31. */
export const REG_DTXSWC = 0x3500;
export const DTXSWC_LOOPBACK = 0x80000000;
/** Bit p: a frame of the first queue of pool p was stopped; p + 8: of its second. Cleared by reading. */
export const REG_WVBR = 0x3554;

/** Mode 2:0: pools in 3 and 5, RSS in 2 and 5; fields that are hashed from 16 on. */
export const REG_MRQC = 0x5818;
export const MRQC_MODE = 7;
export const MRQC_RSS = 2;
export const MRQC_POOLS = 3;
export const MRQC_POOLS_RSS = 5;
export const REG_RETA = 0x5c00;
export const RETA_WORDS = 32;
export const REG_RSSRK = 0x5c80;
export const RSSRK_WORDS = 10;

/**
 * Filters by type: type 15:0, enable 26. That bit 29 makes it one for sent frames is of later parts of the
 * family (82599 and X550); the 82576 has no such filter.
 */
export const REG_ETQF = 0x5cb0;
export const TYPE_FILTERS = 8;
export const ETQF_ENABLE = 1 << 26;
export const ETQF_STOP_SENT = 1 << 29;
export const TYPE_MAC_CONTROL = 0x8808;

/** The extension: receive addresses 24-127 as RAL/RAH; pools 8-63 of each; its queue. */
export const EXT_RAL = 0x18000;
export const EXT_ADDRESS_POOLS = 0x18400;
/** Queue of the pool for an address: queue 7:0, by flow 30, valid 31. Stands for several pools of one function. */
export const EXT_ADDRESS_QUEUE = 0x18800;
export const QUEUE_BY_FLOW = 1 << 30;
export const QUEUE_VALID = 0x80000000;
/** The extension: VLANs 32-63 as VLVF; pools 8-63 of each. */
export const EXT_VLVF = 0x18a00;
export const EXT_VLAN_POOLS = 0x18b00;
/** The extension: VMOLR and VMVIR of pools 8-63, at their pool's place. */
export const EXT_VMOLR = 0x18d00;
export const EXT_VMVIR = 0x18e00;
/** The extension: pools 8-63 of DTXSWC's fields, two words each; all pools for sent types; WVBR by pool. */
export const EXT_ADDRESS_SPOOF = 0x18f00;
export const EXT_VLAN_SPOOF = 0x18f08;
export const EXT_LOCAL_LOOPBACK = 0x18f10;
export const EXT_TYPE_SPOOF = 0x18f18;
export const EXT_WVBR = 0x18f20;

/** Offset of RAL of entry `i`; RAH stands 4 bytes after it. */
export function addressRegister(i: number): number {
  if (i >= COMPATIBLE_ADDRESSES) return EXT_RAL + 8 * i;
  return i < 16 ? REG_RAL + 8 * i : REG_RAL_16 + 8 * (i - 16);
}

export function vlanRegister(i: number): number {
  return i < COMPATIBLE_VLANS ? REG_VLVF + 4 * i : EXT_VLVF + 4 * i;
}

/** Offset of pool `p`'s word among 8 of the part's own at `own`, or at its place in the extension. */
export function poolRegister(own: number, extended: number, p: number): number {
  return (p < 8 ? own : extended) + 4 * p;
}
