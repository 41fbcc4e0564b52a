import { INITIATE_CONTACT } from '../../vmbus/channel-messages.ts';
import { getField } from '../../vmbus/message-codec.ts';
import { hasMessageConnection, VMBUS_VERSIONS } from '../../vmbus/versions.ts';

/** SINT and trust level on which a guest may want its messages. */
const MESSAGE_SINT = 2;
const MESSAGE_VTL = 0;

/** The guest's side of a contact: version and the pages that it shares. */
export interface Contact {
  version: number;
  targetVp: number;
  /** Guest-physical address of the interrupt page; 0 from version 5.0 on. */
  interruptPage: number;
  monitorPages: readonly [toGuest: number, toHost: number];
}

/** What a contact is checked against. */
interface ContactLimits {
  processors: number;
  /** Newest version that the host admits to; every one when left out. */
  newest?: number;
}

/** A contact as the guest proposes it; undefined when the host does not take it. */
export function readContact(bytes: Uint8Array, limits: ContactLimits): Contact | undefined {
  const { fields } = INITIATE_CONTACT;
  const value = (name: keyof typeof fields) => getField(bytes, fields[name]);
  const version = value('vmbus_version_requested');
  const targetVp = value('target_vcpu');
  const known = VMBUS_VERSIONS.includes(version) && version <= (limits.newest ?? version);
  if (!known || targetVp >= limits.processors) return undefined;
  const modern = hasMessageConnection(version);
  const place = value('msg_sint') === MESSAGE_SINT && value('msg_vtl') === MESSAGE_VTL;
  if (modern && !place) return undefined;
  return {
    version,
    targetVp,
    interruptPage: modern ? 0 : value('interrupt_page'),
    monitorPages: [value('monitor_page1'), value('monitor_page2')],
  };
}
