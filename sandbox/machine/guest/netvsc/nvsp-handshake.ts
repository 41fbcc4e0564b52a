import {
  CAPABILITY_8021Q,
  CAPABILITY_RSC,
  CAPABILITY_SRIOV,
  CAPABILITY_TEAMING,
  NVSP_INIT,
  NVSP_NDIS_CONFIG,
  NVSP_NDIS_VERSION,
  NVSP_RECEIVE_BUFFER,
  NVSP_REVOKE_RECEIVE_BUFFER,
  NVSP_REVOKE_SEND_BUFFER,
  NVSP_SEND_BUFFER,
  NVSP_STATUS_SUCCESS,
  NVSP_SUBCHANNEL,
  NVSP_VERSION_1,
  NVSP_VERSION_4,
  NVSP_VERSION_5,
  NVSP_VERSION_61,
  NVSP_VERSIONS,
  nvspField,
  nvspMessage,
  RECEIVE_BUFFER_ID,
  SEND_BUFFER_ID,
} from '../../vmbus/nvsp.ts';
import {
  NVSP_1_MESSAGE_REVOKE_RECEIVE_BUFFER,
  NVSP_1_MESSAGE_REVOKE_SEND_BUFFER,
  NVSP_1_MESSAGE_SEND_NDIS_VERSION,
  NVSP_1_MESSAGE_SEND_RECEIVE_BUFFER,
  NVSP_1_MESSAGE_SEND_RECEIVE_BUFFER_COMPLETE,
  NVSP_1_MESSAGE_SEND_SEND_BUFFER,
  NVSP_1_MESSAGE_SEND_SEND_BUFFER_COMPLETE,
  NVSP_1_RECEIVE_BUFFER_SECTION,
  NVSP_2_SEND_NDIS_CONFIG,
  NVSP_5_SUBCHANNEL_COMPLETE,
  NVSP_5_SUBCHANNEL_REQUEST,
  NVSP_MESSAGE_INIT,
  NVSP_MESSAGE_INIT_COMPLETE,
} from '../../vmbus/nvsp-structures.ts';
import { type Agreement, NetVscRefused, type Steps } from './agreement.ts';

/** The newest version that both know. */
export function* negotiateVersion(agreed: Agreement): Steps {
  const { at } = NVSP_MESSAGE_INIT;
  for (const version of NVSP_VERSIONS) {
    const { message } = yield {
      kind: 'nvsp',
      message: nvspMessage(NVSP_INIT, [
        [at.min_protocol_ver, version],
        [at.max_protocol_ver, version],
      ]),
    };
    if (nvspField(message, NVSP_MESSAGE_INIT_COMPLETE.at.status) !== NVSP_STATUS_SUCCESS) continue;
    agreed.version = version;
    return;
  }
  throw new NetVscRefused('no version of NVSP');
}

/** What the guest can do, and the version of NDIS. */
export function* tellNdis(agreed: Agreement, maxFrame: number): Steps {
  const { version } = agreed;
  const { mtu, capability } = NVSP_2_SEND_NDIS_CONFIG.at;
  let capabilities = CAPABILITY_8021Q;
  if (version >= NVSP_VERSION_5) capabilities |= CAPABILITY_SRIOV | CAPABILITY_TEAMING;
  if (version >= NVSP_VERSION_61) capabilities |= CAPABILITY_RSC;
  if (version !== NVSP_VERSION_1)
    yield {
      kind: 'notice',
      message: nvspMessage(NVSP_NDIS_CONFIG, [
        [mtu, maxFrame],
        [capability, capabilities],
      ]),
    };
  const { ndis_major_ver, ndis_minor_ver } = NVSP_1_MESSAGE_SEND_NDIS_VERSION.at;
  yield {
    kind: 'notice',
    message: nvspMessage(NVSP_NDIS_VERSION, [
      [ndis_major_ver, 6],
      [ndis_minor_ver, version <= NVSP_VERSION_4 ? 1 : 30],
    ]),
  };
}

export function* shareReceiveBuffer(agreed: Agreement): Steps {
  const { handle } = yield { kind: 'gpadl', buffer: 'receive' };
  const { gpadl_handle, id } = NVSP_1_MESSAGE_SEND_RECEIVE_BUFFER.at;
  const { message } = yield {
    kind: 'nvsp',
    message: nvspMessage(NVSP_RECEIVE_BUFFER, [
      [gpadl_handle, handle],
      [id, RECEIVE_BUFFER_ID],
    ]),
  };
  const { status, num_sections, sections } = NVSP_1_MESSAGE_SEND_RECEIVE_BUFFER_COMPLETE.at;
  const { offset, sub_alloc_size, num_sub_allocs } = NVSP_1_RECEIVE_BUFFER_SECTION.at;
  if (nvspField(message, status) !== NVSP_STATUS_SUCCESS)
    throw new NetVscRefused('the receive buffer');
  if (nvspField(message, num_sections) !== 1 || nvspField(message, sections + offset) !== 0)
    throw new NetVscRefused('a receive buffer in one section');
  agreed.receiveSectionSize = nvspField(message, sections + sub_alloc_size);
  agreed.receiveSections = nvspField(message, sections + num_sub_allocs);
}

export function* shareSendBuffer(agreed: Agreement): Steps {
  const { handle } = yield { kind: 'gpadl', buffer: 'send' };
  const { gpadl_handle, id } = NVSP_1_MESSAGE_SEND_SEND_BUFFER.at;
  const { message } = yield {
    kind: 'nvsp',
    message: nvspMessage(NVSP_SEND_BUFFER, [
      [gpadl_handle, handle],
      [id, SEND_BUFFER_ID],
    ]),
  };
  const { status, section_size } = NVSP_1_MESSAGE_SEND_SEND_BUFFER_COMPLETE.at;
  if (nvspField(message, status) !== NVSP_STATUS_SUCCESS)
    throw new NetVscRefused('the send buffer');
  agreed.sendSectionSize = nvspField(message, section_size);
}

/**
 * Asks for `wanted` channels beside the primary one, and waits until they are there.
 * @returns how many there are
 */
export function* askForSubchannels(wanted: number): Steps<number> {
  const { op, num_subchannels } = NVSP_5_SUBCHANNEL_REQUEST.at;
  const { message } = yield {
    kind: 'nvsp',
    message: nvspMessage(NVSP_SUBCHANNEL, [
      [op, 1],
      [num_subchannels, wanted],
    ]),
  };
  const granted = NVSP_5_SUBCHANNEL_COMPLETE.at;
  if (nvspField(message, granted.status) !== NVSP_STATUS_SUCCESS) return 0;
  const count = Math.min(nvspField(message, granted.num_subchannels), wanted);
  if (count === 0) return 0;
  yield { kind: 'subchannels', count };
  return count;
}

/** The host lets go of the receive buffer: it puts nothing there any more once this is completed. */
export function* revokeReceiveBuffer(): Steps {
  const { id } = NVSP_1_MESSAGE_REVOKE_RECEIVE_BUFFER.at;
  yield {
    kind: 'nvsp',
    message: nvspMessage(NVSP_REVOKE_RECEIVE_BUFFER, [[id, RECEIVE_BUFFER_ID]]),
  };
}

export function* revokeSendBuffer(): Steps {
  const { id } = NVSP_1_MESSAGE_REVOKE_SEND_BUFFER.at;
  yield { kind: 'nvsp', message: nvspMessage(NVSP_REVOKE_SEND_BUFFER, [[id, SEND_BUFFER_ID]]) };
}
