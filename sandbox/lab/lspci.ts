import {
  CONFIG_ADDRESS,
  CONFIG_DATA,
  ConfigurationPorts,
  configurationAddress,
} from '../machine/bus/pci/configuration-ports.ts';
import { formatRequesterId, requesterId } from '../machine/bus/pci/requester-id.ts';
import { PortSpace } from '../machine/bus/port-space.ts';
import { makeConfiguration } from '../machine/devices/dec21140/configuration.ts';
import { makeSerialRom } from '../machine/devices/dec21140/serial-rom-image.ts';
import { ADAPTER_DEVICE } from '../machine/host/worker-process.ts';
import { macBytes, makeMac } from '../machine/net/frame.ts';
import { configureAdapter } from './firmware.ts';
import { buildPciMachine } from './pci-machine.ts';
import { UsageError } from './usage.ts';

/** Virtual functions of the extended part. */
export const MOST_VFS = 63;

/** Configuration space of one function, read dword by dword. */
export interface ConfigurationDump {
  device: string;
  /** Bus, device and function: `01:10.0`. */
  function: string;
  requesterId: number;
  /** As `lspci` calls it, with the names an operating system knows it by. */
  name: string;
  /** 256 bytes, or 4096 of a PCI Express function, as two hexadecimal digits each. */
  bytes: string[];
}

const NAMES = new Map([
  [0x00091011, 'Digital Equipment Corporation DECchip 21140 [FasterNet]'],
  [0x10c98086, 'Intel Corporation 82576 Gigabit Network Connection'],
  [0x10ca8086, 'Intel Corporation 82576 Virtual Function'],
  [0x10fb8086, 'Intel Corporation 82599ES 10-Gigabit SFI/SFP+ Network Connection'],
  [0x10ed8086, 'Intel Corporation 82599 Ethernet Controller Virtual Function'],
]);

/**
 * Configuration space of `device`: `21140`, `pf`, or `vfN` counted from 0, in a machine whose NIC has
 * `vfs` virtual functions enabled (0 to 63; for `vfN` as many as it takes when left out).
 * @throws UsageError for a device that this machine does not have
 */
export function dumpConfiguration(device: string, vfs?: number): ConfigurationDump {
  if (vfs !== undefined && !(Number.isInteger(vfs) && vfs >= 0 && vfs <= MOST_VFS))
    throw new UsageError(`--vfs: ${vfs} is not a whole number from 0 to ${MOST_VFS}`);
  if (device === '21140') {
    if (vfs !== undefined)
      throw new UsageError('--vfs: the 21140 has no virtual functions; leave it out');
    return dumpTulip();
  }
  const number = /^vf(0|[1-9]\d?)$/.exec(device)?.[1];
  if (device !== 'pf' && (number === undefined || Number(number) >= MOST_VFS))
    throw new UsageError(`--device: '${device}' is not 21140, pf, or vf0 to vf${MOST_VFS - 1}`);
  const n = number === undefined ? -1 : Number(number);
  const count = vfs ?? n + 1;
  if (n >= count)
    throw new UsageError(
      `--device: ${device} is not there with --vfs ${count}; ask for ${n + 1} or more`,
    );
  return dumpNic(device, n, count);
}

function dumpNic(device: string, n: number, vfs: number): ConfigurationDump {
  const { complex, nic, pf } = buildPciMachine(vfs);
  const id = n < 0 ? pf.requesterId : nic.sriov.idOf(n);
  const ids = (n < 0 ? nic.part.device : nic.part.vfDevice) * 0x10000 + nic.part.vendor;
  const read = (offset: number) => complex.configurationRead(id, offset, 4);
  return dump(device, id, NAMES.get(ids) ?? 'Device', 4096, read);
}

/** The emulated adapter as firmware leaves it, read through the ports of configuration mechanism #1. */
function dumpTulip(): ConfigurationDump {
  const ports = new PortSpace();
  const bridge = new ConfigurationPorts();
  ports.add(bridge);
  const rom = makeSerialRom({ macAddress: macBytes(makeMac(0, 1)) });
  bridge.add(ADAPTER_DEVICE, 0, makeConfiguration(rom));
  configureAdapter(ports, ADAPTER_DEVICE);
  return dump(
    '21140',
    requesterId(0, ADAPTER_DEVICE, 0),
    NAMES.get(0x00091011) ?? 'Device',
    256,
    (offset) => {
      ports.write(CONFIG_ADDRESS, 4, configurationAddress(ADAPTER_DEVICE, 0, offset));
      return ports.read(CONFIG_DATA, 4);
    },
  );
}

function dump(
  device: string,
  id: number,
  name: string,
  size: number,
  read: (offset: number) => number,
): ConfigurationDump {
  const bytes: string[] = [];
  for (let offset = 0; offset < size; offset += 4) {
    const value = read(offset);
    for (let n = 0; n < 4; n++) bytes.push(hexByte(value >>> (8 * n)));
  }
  return { device, function: formatRequesterId(id), requesterId: id, name, bytes };
}

/** As `lspci -xxxx` prints it, so that `lspci -F` reads it back. */
export function formatDump({ function: place, name, bytes }: ConfigurationDump): string {
  const lines = [`${place} Ethernet controller: ${name} (rev ${bytes[8]})`];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    const label = offset.toString(16).padStart(2, '0');
    lines.push(`${label}: ${bytes.slice(offset, offset + 16).join(' ')}`);
  }
  return `${lines.join('\n')}\n`;
}

function hexByte(value: number): string {
  return (value & 0xff).toString(16).padStart(2, '0');
}
