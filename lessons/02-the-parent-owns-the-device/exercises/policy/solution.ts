/**
 * The guest gets a VLAN of its own, so that no frame of its reaches a neighbour, and no more of the
 * line than others can spare. Only `web` may use an address that is not its own.
 */
export const policy = {
  mail: {},
  web: { macAddressSpoofing: true },
  guest: { vlan: 30, maximumBandwidth: 100e6 },
};
