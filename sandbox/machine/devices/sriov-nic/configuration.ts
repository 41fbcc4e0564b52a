import { defineAer } from '../../bus/pci/capabilities/aer.ts';
import { defineAri } from '../../bus/pci/capabilities/ari.ts';
import { defineExpress, TYPE_ENDPOINT } from '../../bus/pci/capabilities/express.ts';
import { defineMsi } from '../../bus/pci/capabilities/msi.ts';
import { defineMsix } from '../../bus/pci/capabilities/msix.ts';
import { definePowerManagement } from '../../bus/pci/capabilities/power-management.ts';
import { defineSrIov } from '../../bus/pci/capabilities/sr-iov.ts';
import {
  COMMAND_BUS_MASTER,
  COMMAND_INTX_DISABLE,
  COMMAND_IO,
  COMMAND_MEMORY,
  COMMAND_SERR,
  ConfigurationSpace,
  HEADER_MULTIFUNCTION,
  PCI_CAPABILITIES,
  PCI_CLASS,
  PCI_COMMAND,
  PCI_DEVICE,
  PCI_HEADER_TYPE,
  PCI_INTERRUPT_LINE,
  PCI_INTERRUPT_PIN,
  PCI_REVISION,
  PCI_STATUS,
  PCI_SUBSYSTEM,
  PCI_SUBSYSTEM_VENDOR,
  PCI_VENDOR,
  STATUS_CAPABILITIES,
} from '../../bus/pci/configuration-space.ts';
import type { CardPlace, NicPart } from './configuration-spec.ts';
import * as spec from './configuration-spec.ts';

const SIZE = 4096;
const ETHERNET = 0x020000;
const STATUS_ERRORS = 0xf900;
/** A virtual function answers neither to I/O nor by its own memory bit: only this one can be set. */
const VF_COMMAND = COMMAND_BUS_MASTER;
/** Ids of a virtual function: software takes them from the physical one. */
const NO_ID = 0xffff;

/** The recorded card: one port. */
const ONLY: CardPlace = { number: 0, functions: 1 };

/** Configuration space of the physical function after a reset (82576 facts, section 1.1). */
export function makePfConfiguration(part: NicPart, place: CardPlace = ONLY): ConfigurationSpace {
  const { number, functions } = place;
  const space = new ConfigurationSpace(SIZE);
  const command =
    COMMAND_IO | COMMAND_MEMORY | COMMAND_BUS_MASTER | COMMAND_SERR | COMMAND_INTX_DISABLE;
  space.define(PCI_VENDOR, 2, part.vendor);
  space.define(PCI_DEVICE, 2, part.device);
  space.define(PCI_COMMAND, 2, 0, command);
  defineIdentity(space, part);
  space.defineBar(spec.REGISTER_BAR, 'memory', spec.REGISTER_BYTES);
  space.defineBar(spec.FLASH_BAR, 'memory', spec.FLASH_BYTES);
  space.defineBar(spec.IO_BAR, 'io', spec.IO_BYTES);
  space.defineBar(spec.MSIX_BAR, 'memory64', spec.MSIX_BYTES);
  space.define(PCI_HEADER_TYPE, 1, functions > 1 ? HEADER_MULTIFUNCTION : 0);
  space.define(PCI_CAPABILITIES, 1, spec.PF_POWER_MANAGEMENT);
  space.define(PCI_INTERRUPT_LINE, 1, 0, 0xff);
  space.define(PCI_INTERRUPT_PIN, 1, 1);
  const power = { version: 2, deviceSpecific: true };
  definePowerManagement(space, spec.PF_POWER_MANAGEMENT, spec.PF_MSI, power);
  defineMsi(space, spec.PF_MSI, spec.PF_MSIX, { vectors: 1 });
  defineMsix(space, spec.PF_MSIX, spec.PF_EXPRESS, msix(part.vectors));
  defineExpress(space, spec.PF_EXPRESS, 0, { type: TYPE_ENDPOINT, link: part.link });
  defineAer(space, spec.PF_AER, spec.PF_ARI, spec.ERROR_REGISTERS);
  defineAri(space, spec.PF_ARI, spec.PF_SRIOV, {
    nextFunction: number + 1 < functions ? number + 1 : 0,
  });
  defineSrIov(space, spec.PF_SRIOV, 0, spec.sriovOptions(part));
  return space;
}

/** Configuration space of a virtual function (section 1.2): no ids, no base addresses, no interrupt pin. */
export function makeVfConfiguration(part: NicPart): ConfigurationSpace {
  const space = new ConfigurationSpace(SIZE);
  space.define(PCI_VENDOR, 2, NO_ID);
  space.define(PCI_DEVICE, 2, NO_ID);
  space.define(PCI_COMMAND, 2, 0, VF_COMMAND);
  defineIdentity(space, part);
  space.define(PCI_CAPABILITIES, 1, spec.VF_EXPRESS);
  const express = { type: TYPE_ENDPOINT, link: part.link, virtual: true };
  defineExpress(space, spec.VF_EXPRESS, spec.VF_MSIX, express);
  defineMsix(space, spec.VF_MSIX, 0, msix(spec.VF_VECTORS));
  defineAer(space, spec.VF_AER, spec.VF_ARI, spec.ERROR_REGISTERS);
  defineAri(space, spec.VF_ARI, 0, { nextFunction: 0 });
  return space;
}

function defineIdentity(space: ConfigurationSpace, part: NicPart): void {
  space.define(PCI_STATUS, 2, STATUS_CAPABILITIES, 0, STATUS_ERRORS);
  space.define(PCI_REVISION, 1, part.revision);
  space.define(PCI_CLASS, 3, ETHERNET);
  space.define(PCI_SUBSYSTEM_VENDOR, 2, part.subsystemVendor);
  space.define(PCI_SUBSYSTEM, 2, part.subsystem);
}

function msix(vectors: number) {
  return { vectors, bar: spec.MSIX_BAR, table: 0, pending: spec.MSIX_PENDING_OFFSET };
}
