import { BRIDGE_SUBORDINATE } from './bridge-space.ts';
import {
  SRIOV_CONTROL,
  SRIOV_FIRST_OFFSET,
  SRIOV_NUM_VFS,
  SRIOV_STRIDE,
  VF_ENABLE,
  VF_MEMORY_ENABLE,
} from './capabilities/sr-iov.ts';
import type { ConfigurationAccess, FoundFunction } from './enumeration.ts';
import { virtualFunctionId } from './requester-id.ts';

export type VfRefusal =
  | 'no SR-IOV capability'
  | 'more than TotalVFs'
  | 'invalid first offset or stride'
  | 'not enough MMIO resources for SR-IOV'
  | 'bus number out of range';

/** Requester ids of the functions that were enabled, or why none was. */
export type VfResult =
  | { kind: 'enabled'; ids: number[] }
  | { kind: 'refused'; reason: VfRefusal; detail: string };

/**
 * What the host's software does when it is asked for `count` virtual functions: it looks whether they have
 * memory and bus numbers before it sets VF Enable. It does not wait: the caller leaves 100 ms before the
 * first access to one of them.
 */
export function enableVirtualFunctions(
  access: ConfigurationAccess,
  pf: FoundFunction,
  count: number,
): VfResult {
  const { sriov, requesterId } = pf;
  if (sriov === undefined) return refuse('no SR-IOV capability', 'the function has none');
  if (count < 1 || count > sriov.totalVfs)
    return refuse('more than TotalVFs', `${count} of ${sriov.totalVfs}`);
  const missing = pf.regions.find(({ virtual, address }) => virtual && address === undefined);
  if (missing !== undefined)
    return refuse(
      'not enough MMIO resources for SR-IOV',
      `VF BAR ${missing.bar} wants ${missing.size} bytes`,
    );
  const read = (at: number) => access.configurationRead(requesterId, sriov.offset + at, 2);
  const write = (at: number, value: number) =>
    access.configurationWrite(requesterId, sriov.offset + at, 2, value);
  write(SRIOV_NUM_VFS, count);
  const first = read(SRIOV_FIRST_OFFSET);
  const stride = read(SRIOV_STRIDE);
  if (first === 0 || (stride === 0 && count > 1))
    return refuse('invalid first offset or stride', `offset ${first}, stride ${stride}`);
  const ids = Array.from({ length: count }, (_, n) =>
    virtualFunctionId(requesterId, first, stride, n),
  );
  const highest =
    pf.port === undefined ? 0 : access.configurationRead(pf.port, BRIDGE_SUBORDINATE, 1);
  const beyond = ids.findIndex((id) => id >>> 8 > highest || id >>> 8 < requesterId >>> 8);
  if (beyond >= 0) {
    write(SRIOV_NUM_VFS, 0);
    return refuse('bus number out of range', `VF ${beyond} needs a bus above ${highest}`);
  }
  write(SRIOV_CONTROL, read(SRIOV_CONTROL) | VF_ENABLE | VF_MEMORY_ENABLE);
  return { kind: 'enabled', ids };
}

function refuse(reason: VfRefusal, detail: string): VfResult {
  return { kind: 'refused', reason, detail };
}
