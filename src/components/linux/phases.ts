/** The phases of the recording, by the names in it: what was typed, and what it made the driver do. */
export const PHASES: Record<string, { command: string; what: string }> = {
  bios: { command: '(power on)', what: 'firmware and kernel find the adapter and give it ports' },
  'before-insmod': {
    command: 'insmod tulip.ko',
    what: 'the driver reads the serial ROM, and looks for transceivers',
  },
  probed: { command: 'lspci -xxx', what: 'configuration space is read aloud' },
  up: { command: 'ifconfig eth0 up', what: 'reset, rings, setup frame, both processes on' },
  'dump-up': { command: '(three seconds later)', what: 'the link is checked for the first time' },
  ping1: { command: 'ping -c 1', what: 'an address is asked for, then one echo' },
  ping5: { command: 'ping -c 5', what: 'one frame out and one in, each second' },
  ping1400: { command: 'ping -s 1400 -c 2', what: 'longer frames, as many accesses' },
  info: { command: 'ifconfig eth0', what: 'the counter of missed frames is read' },
  promisc: { command: 'ifconfig eth0 promisc, -promisc', what: 'the filter is opened and closed' },
  allmulti: { command: 'ifconfig eth0 allmulti, -allmulti', what: 'the same for multicast' },
  down: { command: 'ifconfig eth0 down', what: 'both processes stop' },
  up2: { command: 'ifconfig eth0 up', what: 'all of it again' },
  down2: { command: 'ifconfig eth0 down', what: 'and off' },
  rmmod: { command: 'rmmod tulip', what: 'the driver leaves' },
};
