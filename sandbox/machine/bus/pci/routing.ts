import {
  ACS_DIRECT_TRANSLATED,
  ACS_EGRESS_CONTROL,
  ACS_REQUEST_REDIRECT,
  ACS_SOURCE_VALIDATION,
  ACS_TRANSLATION_BLOCKING,
  ACS_UPSTREAM_FORWARDING,
} from './capabilities/acs.ts';
import { ERROR_ACS_VIOLATION, ERROR_UNSUPPORTED_REQUEST } from './capabilities/aer.ts';
import type { PciFunction } from './pci-function.ts';
import type { Port } from './port.ts';

/** Why a request ends at a port. */
export type BlockReason =
  | 'no such requester'
  | 'bus master disabled'
  | 'source validation'
  | 'translation blocking'
  | 'egress control'
  | 'unsupported request';

/** Where a memory request of a device goes. Only what goes upstream meets the IOMMU. */
export type Route =
  | { kind: 'upstream' }
  | { kind: 'peer'; target: PciFunction; bar: number; offset: number }
  | { kind: 'blocked'; by: string; reason: BlockReason };

/** A memory request on its way up. */
export interface Request {
  requesterId: number;
  address: number;
  /** The device says the address is translated already (address type, as a device with ATS does). */
  translated: boolean;
}

type Decision = 'direct' | 'redirect' | 'violation';

/**
 * Follows a request from `port`, the one above the device that sends it, towards the root, by the access
 * control services that software has turned on at each port (PCI Express 3.0, section 6.12).
 * @param siblings of a port: the ports on the same bus, a root complex's root ports among them
 */
export function routeUp(
  port: Port,
  request: Request,
  siblings: (port: Port) => readonly Port[],
): Route {
  let redirected = false;
  for (let here: Port | undefined = port; here !== undefined; here = here.parent) {
    if (here.kind === 'upstream port') continue;
    const blocked = refuseAt(here, request, here === port);
    if (blocked !== undefined) return blocked;
    const own = here.forwardsAddress(request.address);
    const egress = siblings(here).find(
      (other) => other !== here && other.forwardsAddress(request.address),
    );
    if (egress !== undefined && !redirected) {
      const decision = decide(here, egress, request);
      if (decision === 'violation') return violation(here, 'egress control');
      if (decision === 'direct') return peer(egress, request.address);
      redirected = true;
    } else if (own && here.kind === 'root port') {
      // Turned round at the root port, unless it hands what was redirected to the root complex.
      if ((here.services & ACS_UPSTREAM_FORWARDING) === 0) return peer(here, request.address);
    } else if (own && (here.services & ACS_UPSTREAM_FORWARDING) === 0) {
      here.logError(ERROR_UNSUPPORTED_REQUEST);
      return { kind: 'blocked', by: here.name, reason: 'unsupported request' };
    }
  }
  return { kind: 'upstream' };
}

/** What a port refuses whatever the address is. */
function refuseAt(port: Port, request: Request, first: boolean): Route | undefined {
  const services = port.services;
  if (!port.configuration.busMaster)
    return { kind: 'blocked', by: port.name, reason: 'bus master disabled' };
  if ((services & ACS_SOURCE_VALIDATION) !== 0 && !port.forwardsBus(request.requesterId >>> 8))
    return violation(port, 'source validation');
  if (first && request.translated && (services & ACS_TRANSLATION_BLOCKING) !== 0)
    return violation(port, 'translation blocking');
  return undefined;
}

/** A request for a sibling of the port (section 6.12.3: how redirect and egress control interact). */
function decide(port: Port, egress: Port, request: Request): Decision {
  const { services } = port;
  if (request.translated && (services & ACS_DIRECT_TRANSLATED) !== 0) return 'direct';
  const redirects = (services & ACS_REQUEST_REDIRECT) !== 0;
  if ((services & ACS_EGRESS_CONTROL) === 0) return redirects ? 'redirect' : 'direct';
  if (!port.blocksEgressTo(egress.index)) return 'direct';
  return redirects ? 'redirect' : 'violation';
}

function violation(port: Port, reason: BlockReason): Route {
  port.logError(ERROR_ACS_VIOLATION);
  return { kind: 'blocked', by: port.name, reason };
}

function peer(port: Port, address: number): Route {
  const claim = port.claim(address);
  if (claim !== undefined) return { kind: 'peer', ...claim };
  port.logError(ERROR_UNSUPPORTED_REQUEST);
  return { kind: 'blocked', by: port.name, reason: 'unsupported request' };
}
