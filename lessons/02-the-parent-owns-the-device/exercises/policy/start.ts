/**
 * The policy of each port, in the words of Set-VMNetworkAdapter. A setting that you leave out is as it is
 * by default: no spoofing, no VLAN (0), no limit (0).
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
