import type { ConfigurationSpace } from '../configuration-space.ts';
import { defineCapability } from './header.ts';

/** PCI Bus Power Management 1.2, section 3.2. Offsets from the capability. */
export const POWER_MANAGEMENT_ID = 0x01;
export const PM_CAPABILITIES = 0x02;
export const PM_CONTROL = 0x04;
/** Control: power state D0 to D3hot in 1:0, events enabled in 8; an event in 15, cleared by one. */
export const PM_STATE = 0x3;
const PM_EVENT_ENABLE = 1 << 8;
const PM_EVENT = 1 << 15;

/** @param options `deviceSpecific`: the function wants its driver before its class driver (DSI) */
export function definePowerManagement(
  space: ConfigurationSpace,
  offset: number,
  next: number,
  options: { version: number; deviceSpecific: boolean },
): void {
  defineCapability(space, offset, POWER_MANAGEMENT_ID, next);
  space.define(offset + PM_CAPABILITIES, 2, options.version | (options.deviceSpecific ? 0x20 : 0));
  space.define(offset + PM_CONTROL, 2, 0, PM_STATE | PM_EVENT_ENABLE, PM_EVENT);
}
