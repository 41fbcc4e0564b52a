/**
 * Registers of the 82576's device, interrupt, mailbox and virtual-function groups. Offsets in the
 * physical function's window, bits and values after reset: sections 3, 4, 7 and 8 of the 82576 facts
 * (content/sources). All are 32 bits wide.
 */

/** Device. */
export const CTRL = 0x0000;
export const CTRL_ALIAS = 0x0004;
export const CTRL_RESET_VALUE = 0x00100209;
export const CTRL_MASTER_DISABLE = 1 << 2;
export const CTRL_RST = 1 << 26;
export const CTRL_FLOW = (1 << 27) | (1 << 28);
export const CTRL_PHY_RST = 0x80000000;
export const STATUS = 0x0008;
export const STATUS_FIXED = 0x80000001;
export const STATUS_LU = 1 << 1;
export const STATUS_PHYRA = 1 << 10;
export const STATUS_NUM_VFS_SHIFT = 14;
export const STATUS_IOV = 1 << 18;
export const STATUS_MASTER = 1 << 19;
export const CTRL_EXT = 0x0018;
export const CTRL_EXT_PFRSTD = 1 << 14;
/** EERD: start 0, done 1, word 15:2, data 31:16. EECD: present 8, auto read done 9, size 14:11. */
export const EECD = 0x0010;
export const EECD_VALUE = 0x00001310;
export const EECD_REQUEST = 1 << 6;
export const EECD_GRANT = 1 << 7;
export const EERD = 0x0014;
export const EERD_START = 1;
export const EERD_DONE = 2;
/** MDIC: data 15:0, register 20:16, PHY 25:21. */
export const MDIC = 0x0020;
export const MDIC_WRITE = 1 << 26;
export const MDIC_READ = 1 << 27;
export const MDIC_READY = 1 << 28;
export const MDIC_ERROR = 1 << 30;
export const EEMNGCTL = 0x1010;
export const EEMNGCTL_VALUE = 0x80040000;
export const SWSM = 0x5b50;
export const SWSM_SMBI = 1;
export const SWSM_SWESMBI = 2;
export const SW_FW_SYNC = 0x5b5c;

/** Interrupt causes of the physical function. */
export const ICR = 0x00c0;
export const ICR_TXDW = 1 << 0;
export const ICR_LSC = 1 << 2;
export const ICR_RXDW = 1 << 7;
export const ICR_VMMB = 1 << 8;
export const ICR_DOUTSYNC = 1 << 28;
export const ICR_DRSTA = 1 << 30;
export const ICR_ASSERTED = 0x80000000;
export const IMS = 0x00d0;
export const IMC = 0x00d8;
export const IAM = 0x00e0;
export const GPIE = 0x1514;
export const GPIE_NSICR = 1;
export const GPIE_MSIX = 1 << 4;

/** Extended causes; the same offsets in the window of a virtual function. */
export const EICS = 0x1520;
export const EIMS = 0x1524;
export const EIMC = 0x1528;
export const EIAC = 0x152c;
export const EIAM = 0x1530;
export const EICR = 0x1580;
export const EITR = 0x1680;
export const EITR_INTERVAL = 0x7ffc;
export const IVAR = 0x1700;
export const IVAR_REGISTERS = 8;
export const IVAR_MISC = 0x1740;
export const IVAR_VALID = 0x80;
export const IVAR_VECTOR = 0x1f;
/** Bits of EICR in MSI-X mode. */
export const EICR_BITS = 25;
/** Vectors of the physical function and of a virtual one. */
export const PF_VECTORS = 10;
export const VF_VECTORS = 3;

/** First cause bit of VF `n`'s block of three. */
export function vfCauseBit(n: number): number {
  return 22 - 3 * n;
}

/** Mailbox: V2P is the virtual function's register, P2V the physical function's for VF n. */
export const VMBMEM = 0x0800;
export const VMBMEM_WORDS = 16;
export const P2V = 0x0c00;
export const V2P = 0x0c40;
export const MBVFICR = 0x0c80;
export const MBVFIMR = 0x0c84;
export const P2V_STS = 1;
export const P2V_ACK = 2;
export const P2V_RVFU = 16;
export const V2P_REQ = 1;
export const V2P_ACK = 2;
/** In both registers. */
export const VFU = 4;
export const PFU = 8;
export const V2P_PFSTS = 16;
export const V2P_PFACK = 32;
export const V2P_RSTI = 64;
export const V2P_RSTD = 128;

/** Virtual functions. */
export const VFLRE = 0x0c88;
export const VFRE = 0x0c8c;
export const VFTE = 0x0c90;
/** Counters and VTCTRL of VF n at + 0x100 n. */
export const VF_MIRROR = 0x10000;
export const VF_MIRROR_STEP = 0x100;
export const VTCTRL = 0x0000;
export const VTCTRL_RST = 1 << 26;
export const VF_FRTIMER = 0x1048;

/** Where the physical function has what it needs for each virtual one. */
export interface ControlLayout {
  readonly p2v: number;
  readonly memory: number;
  readonly icr: number;
  readonly imr: number;
  readonly vflre: number;
  readonly vfre: number;
  readonly vfte: number;
}

const COMPATIBLE: ControlLayout = {
  p2v: P2V,
  memory: VMBMEM,
  icr: MBVFICR,
  imr: MBVFIMR,
  vflre: VFLRE,
  vfre: VFRE,
  vfte: VFTE,
};
/** An extension to more than 8 virtual functions: where the 82599 has them (section 9). */
const WIDE: ControlLayout = {
  p2v: 0x4b00,
  memory: 0x13000,
  icr: 0x0710,
  imr: 0x0720,
  vflre: 0x0600,
  vfre: 0x51e0,
  vfte: 0x8110,
};

export function controlLayout(wide: boolean): ControlLayout {
  return wide ? WIDE : COMPATIBLE;
}

/** Statistics of the port, read and cleared. */
export const STATISTICS = 0x4000;
export const STATISTICS_BYTES = 0x200;
