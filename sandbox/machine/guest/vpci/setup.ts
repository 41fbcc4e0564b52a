import { encodeMessage, getNumber } from '../../vmbus/message-codec.ts';
import {
  BARS,
  CONFIG_WINDOW_BYTES,
  NT_REVISION_MISMATCH,
  NT_SUCCESS,
  PCI_BUS_D0ENTRY,
  PCI_BUS_D0EXIT,
  PCI_QUERY_BUS_RELATIONS,
  PCI_QUERY_PROTOCOL_VERSION,
  PCI_QUERY_RESOURCE_REQUIREMENTS,
  PCI_RESOURCES_ASSIGNED_TYPE,
  PCI_RESOURCES_ASSIGNED2_TYPE,
  VPCI_VERSION_12,
} from '../../vmbus/vpci.ts';
import {
  decodeRelations,
  type FunctionDescription,
  replyStatus,
} from '../../vmbus/vpci-messages.ts';
import {
  PCI_BUS_D0_ENTRY,
  PCI_CHILD_MESSAGE,
  PCI_MESSAGE,
  PCI_Q_RES_REQ_RESPONSE,
  PCI_RESOURCES_ASSIGNED,
  PCI_RESOURCES_ASSIGNED2,
  PCI_RESPONSE,
  PCI_VERSION_REQUEST,
} from '../../vmbus/vpci-structures.ts';
import { type BarMemory, placeBars } from './bars.ts';
import type { MmioSpace } from './mmio-space.ts';

/** What the bus driver does next: a message that is completed, or one whose answer is the bus's list. */
export interface SetupRequest {
  message: Uint8Array;
  answeredBy: 'completion' | 'relations';
}

/** What came of the setup of a bus. */
export interface BusAgreement {
  version: number;
  /** Where the two pages for configuration are. */
  window: number;
  functions: { description: FunctionDescription; bars: BarMemory[] }[];
}

/** Thrown inside the bus driver when the root refuses; it ends the setup, nothing else. */
export class VpciRefused extends Error {
  override name = 'VpciRefused';
}

const PROBED = PCI_Q_RES_REQ_RESPONSE.at.probed_bar - PCI_RESPONSE.at.status;

/**
 * The order in which a guest's driver sets a virtual PCI bus up: version, list of functions, what memory
 * each needs, D0 with the place of the two configuration pages, and that the resources are assigned. The
 * ranges in that last message are zero, as those of Linux are: the registers themselves say it later.
 */
export function* setUpBus(
  agreed: BusAgreement,
  versions: readonly number[],
  space: MmioSpace,
  asksRequirements = true,
): Generator<SetupRequest, void, Uint8Array> {
  agreed.version = yield* negotiate(versions);
  const query = encodeMessage(PCI_QUERY_BUS_RELATIONS, PCI_MESSAGE);
  const list = decodeRelations(yield { message: query, answeredBy: 'relations' });
  if (list === undefined) throw new VpciRefused('a list of functions that ends too early');
  for (const description of list) {
    const probed = asksRequirements ? yield* requirementsOf(description.slot) : [];
    const bars = placeBars(probed, space);
    if (bars === undefined) throw new VpciRefused('more memory than there are addresses for');
    agreed.functions.push({ description, bars });
  }
  agreed.window = space.allocate(CONFIG_WINDOW_BYTES);
  if (agreed.window < 0) throw new VpciRefused('more memory than there are addresses for');
  yield* enterD0(agreed.window);
  for (const { description } of agreed.functions) {
    const wslot = description.slot;
    const message =
      agreed.version >= VPCI_VERSION_12
        ? encodeMessage(PCI_RESOURCES_ASSIGNED2_TYPE, PCI_RESOURCES_ASSIGNED2, { wslot })
        : encodeMessage(PCI_RESOURCES_ASSIGNED_TYPE, PCI_RESOURCES_ASSIGNED, { wslot });
    yield* demand(message, 'the resources');
  }
}

/** The newest version that both have. */
function* negotiate(versions: readonly number[]): Generator<SetupRequest, number, Uint8Array> {
  for (const version of versions) {
    const message = encodeMessage(PCI_QUERY_PROTOCOL_VERSION, PCI_VERSION_REQUEST, {
      protocol_version: version,
    });
    const status = replyStatus(yield { message, answeredBy: 'completion' });
    if (status === NT_SUCCESS) return version;
    if (status !== NT_REVISION_MISMATCH) throw new VpciRefused('the question for a version');
  }
  throw new VpciRefused('every version');
}

function* requirementsOf(slot: number): Generator<SetupRequest, number[], Uint8Array> {
  const type = PCI_QUERY_RESOURCE_REQUIREMENTS;
  const answer = yield* demand(
    encodeMessage(type, PCI_CHILD_MESSAGE, { wslot: slot }),
    'the question for resources',
  );
  return Array.from({ length: BARS }, (_, bar) => getNumber(answer, PROBED + 4 * bar, 4));
}

/** A guest that starts anew in memory of an old one finds the bus in D0 still: it leaves D0 and tries again. */
function* enterD0(window: number): Generator<SetupRequest, void, Uint8Array> {
  const enter = encodeMessage(PCI_BUS_D0ENTRY, PCI_BUS_D0_ENTRY, { mmio_base: window });
  const status = replyStatus(yield { message: enter, answeredBy: 'completion' });
  if (status === NT_SUCCESS) return;
  yield { message: encodeMessage(PCI_BUS_D0EXIT, PCI_MESSAGE), answeredBy: 'completion' };
  yield* demand(enter, 'D0');
}

function* demand(
  message: Uint8Array,
  what: string,
): Generator<SetupRequest, Uint8Array, Uint8Array> {
  const answer = yield { message, answeredBy: 'completion' };
  if (replyStatus(answer) !== NT_SUCCESS) throw new VpciRefused(what);
  return answer;
}
