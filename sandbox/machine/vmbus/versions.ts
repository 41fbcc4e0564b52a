/** Versions of the VMBus protocol: major in the upper 16 bits, minor in the lower (facts, section 4.2). */
export const VERSION_WS2008 = 0x0000000d;
export const VERSION_WIN7 = 0x00010001;
export const VERSION_WIN8 = 0x00020004;
export const VERSION_WIN8_1 = 0x00030000;
export const VERSION_WIN10 = 0x00040000;
export const VERSION_WIN10_RS3 = 0x00040001;
export const VERSION_WIN10_V5 = 0x00050000;
export const VERSION_WIN10_RS4 = 0x00050001;
export const VERSION_WS2019 = 0x00050002;
export const VERSION_WS2022 = 0x00050003;
/** Its 32-bit feature flags and client id are not modelled. */
export const VERSION_COPPER = 0x00060000;

/** Every version, newest first: what a host of this model can speak. */
export const VMBUS_VERSIONS: readonly number[] = [
  VERSION_COPPER,
  VERSION_WS2022,
  VERSION_WS2019,
  VERSION_WIN10_RS4,
  VERSION_WIN10_V5,
  VERSION_WIN10_RS3,
  VERSION_WIN10,
  VERSION_WIN8_1,
  VERSION_WIN8,
  VERSION_WIN7,
  VERSION_WS2008,
];

/** What the Linux client tries, in this order: from 5.3 down to 3.0. */
export const CLIENT_VERSIONS: readonly number[] = VMBUS_VERSIONS.slice(1, 8);

/** Event flags of SINT 2 name the channel; before that, a bit of the shared interrupt page does. */
export const hasChannelFlags = (version: number) => version >= VERSION_WIN8;
/** Offers say how to signal their channel; before that, all channels have one connection for events. */
export const hasChannelConnections = (version: number) => version >= VERSION_WIN7;
/** OPEN says which processor takes the channel's interrupts. */
export const hasTargetProcessor = (version: number) => version >= VERSION_WIN8_1;
export const hasUnload = (version: number) => version >= VERSION_WIN8_1;
/** INITIATE_CONTACT carries SINT and VTL, and the response a connection for what follows. */
export const hasMessageConnection = (version: number) => version >= VERSION_WIN10_V5;
/** MODIFY_CHANNEL is answered. */
export const acknowledgesModify = (version: number) => version >= VERSION_WS2022;
