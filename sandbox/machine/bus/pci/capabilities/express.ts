import type { ConfigurationSpace } from '../configuration-space.ts';
import { defineCapability } from './header.ts';

/** PCI Express 3.0, section 7.8. Offsets from the capability. */
export const EXPRESS_ID = 0x10;
export const EXPRESS_FLAGS = 0x02;
export const DEVICE_CAPABILITIES = 0x04;
export const DEVICE_CONTROL = 0x08;
export const DEVICE_STATUS = 0x0a;
export const LINK_CAPABILITIES = 0x0c;
export const LINK_CONTROL = 0x10;
export const LINK_STATUS = 0x12;
export const DEVICE_CAPABILITIES_2 = 0x24;
export const DEVICE_CONTROL_2 = 0x28;

/** Device/port types in bits 7:4 of the flags. */
export const TYPE_ENDPOINT = 0;
export const TYPE_ROOT_PORT = 4;
export const TYPE_UPSTREAM_PORT = 5;
export const TYPE_DOWNSTREAM_PORT = 6;

export const EXTENDED_TAG = 1 << 5;
export const ROLE_BASED_ERRORS = 1 << 15;
export const FUNCTION_LEVEL_RESET = 1 << 28;
/** Device control: bit 15 starts a function-level reset and reads 0. */
export const INITIATE_FUNCTION_RESET = 1 << 15;
/** Errors, relaxed ordering, payload, tags, no snoop, read request: what an endpoint's software sets. */
const DEVICE_CONTROL_WRITABLE = 0x79ff;
const PAYLOAD_SIZE = 0xe0;
const DEVICE_ERRORS = 0xf;
/** Link control: ASPM, common clock, extended synch. */
const LINK_CONTROL_WRITABLE = 0xc3;
const ASPM_L0S = 1 << 10;
/** Device capabilities 2 and control 2 of a port: it forwards requests to any device number. */
export const ARI_FORWARDING = 1 << 5;
/** Device capabilities 2: extended format, four end-to-end TLP prefixes. */
const FOUR_PREFIXES = 3 << 20;

/** Speed 1 to 4 for 2.5, 5, 8, 16 GT/s; width in lanes. */
export interface Link {
  speed: number;
  width: number;
}

/** What kind of function it is. A virtual one has nothing to set but its own reset. */
export interface ExpressOptions {
  type: number;
  link: Link;
  virtual?: boolean;
  /** For a root or downstream port: whether it can forward ARI. */
  ari?: boolean;
}

/** A capability of version 2, 60 bytes. */
export function defineExpress(
  space: ConfigurationSpace,
  offset: number,
  next: number,
  options: ExpressOptions,
): void {
  const { type, link, virtual = false, ari = false } = options;
  const endpoint = type === TYPE_ENDPOINT;
  const width = link.speed | (link.width << 4);
  const control = virtual ? 0 : DEVICE_CONTROL_WRITABLE;
  const linkControl = virtual ? 0 : LINK_CONTROL_WRITABLE;
  defineCapability(space, offset, EXPRESS_ID, next);
  space.define(offset + EXPRESS_FLAGS, 2, 2 | (type << 4));
  const reset = endpoint ? FUNCTION_LEVEL_RESET : 0;
  space.define(offset + DEVICE_CAPABILITIES, 4, reset | ROLE_BASED_ERRORS | EXTENDED_TAG);
  const startReset = endpoint ? INITIATE_FUNCTION_RESET : 0;
  space.define(offset + DEVICE_CONTROL, 2, 0, control | startReset);
  space.define(offset + DEVICE_STATUS, 2, 0, 0, DEVICE_ERRORS);
  space.define(offset + LINK_CAPABILITIES, 4, ASPM_L0S | width);
  space.define(offset + LINK_CONTROL, 2, 0, linkControl);
  space.define(offset + LINK_STATUS, 2, width);
  const leads = type === TYPE_ROOT_PORT || type === TYPE_DOWNSTREAM_PORT;
  const forwards = ari && leads ? ARI_FORWARDING : 0;
  space.define(offset + DEVICE_CAPABILITIES_2, 4, endpoint ? FOUR_PREFIXES : forwards);
  // Without completion timeout ranges an endpoint's field is hardwired to 0 (section 7.8.16).
  space.define(offset + DEVICE_CONTROL_2, 2, 0, forwards);
  space.keepOverFunctionReset(offset + DEVICE_CONTROL, 2, PAYLOAD_SIZE);
  space.keepOverFunctionReset(offset + LINK_CONTROL, 2, linkControl);
}
