/**
 * The policy of each port: `macAddressSpoofing` (true or false), `vlan` (1 to 4094), and
 * `maximumBandwidth` (bits a second). What you leave out is as by default: no spoofing, no VLAN, no
 * limit.
 *
 * What is honest:
 * - `mail` and `web` talk to each other, and all three talk to the outside.
 * - `web` also answers in the name of a cluster address that it shares with another host.
 * - `web` needs 700 of the line's 1000 Mb/s when many people read it.
 * - `guest` needs 50 Mb/s at most.
 */
export const policy = {
  mail: {},
  web: {},
  guest: {},
};
