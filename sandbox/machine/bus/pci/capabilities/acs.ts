import type { ConfigurationSpace } from '../configuration-space.ts';
import { defineExtendedCapability } from './header.ts';

/** Access control services (PCI Express 3.0, section 7.16). */
export const ACS_ID = 0x000d;
export const ACS_CAPABILITY = 0x04;
export const ACS_CONTROL = 0x06;
export const ACS_EGRESS_VECTOR = 0x08;

export const ACS_SOURCE_VALIDATION = 1 << 0;
export const ACS_TRANSLATION_BLOCKING = 1 << 1;
export const ACS_REQUEST_REDIRECT = 1 << 2;
export const ACS_COMPLETION_REDIRECT = 1 << 3;
export const ACS_UPSTREAM_FORWARDING = 1 << 4;
export const ACS_EGRESS_CONTROL = 1 << 5;
export const ACS_DIRECT_TRANSLATED = 1 << 6;
export const ACS_ALL = 0x7f;
/** What Linux wants at every port before it calls what is below isolated. */
export const ACS_ISOLATION =
  ACS_SOURCE_VALIDATION | ACS_REQUEST_REDIRECT | ACS_COMPLETION_REDIRECT | ACS_UPSTREAM_FORWARDING;

/** @param options `services`: ACS bits that the port can do; `ports`: size of its egress vector, to 32 */
export function defineAcs(
  space: ConfigurationSpace,
  offset: number,
  next: number,
  options: { services: number; ports: number },
): void {
  const { services, ports } = options;
  defineExtendedCapability(space, offset, ACS_ID, 1, next);
  const vector = (services & ACS_EGRESS_CONTROL) !== 0 ? ports : 0;
  space.define(offset + ACS_CAPABILITY, 2, services | (vector << 8));
  space.define(offset + ACS_CONTROL, 2, 0, services);
  space.define(offset + ACS_EGRESS_VECTOR, 4, 0, vector === 0 ? 0 : 0xffffffff >>> (32 - vector));
}
