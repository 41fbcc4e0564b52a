import {
  CONNECTION_MESSAGE,
  GPADL_CREATED,
  GPADL_TORNDOWN,
  MESSAGE_GPADL_CREATED,
  MESSAGE_GPADL_TORNDOWN,
  MESSAGE_MODIFY_CHANNEL_RESPONSE,
  MESSAGE_OPEN_RESULT,
  MESSAGE_RESCIND,
  MESSAGE_VERSION_RESPONSE,
  MODIFY_CHANNEL_RESPONSE,
  OPEN_RESULT,
  RESCIND_OFFER,
  VERSION_RESPONSE,
} from '../../vmbus/channel-messages.ts';
import { encodeMessage } from '../../vmbus/message-codec.ts';
import { hasMessageConnection } from '../../vmbus/versions.ts';

/** What the root says to a guest, as bytes. `version` is the one agreed on; undefined refuses. */
export function versionResponse(version: number | undefined): Uint8Array {
  const modern = version !== undefined && hasMessageConnection(version);
  return encodeMessage(MESSAGE_VERSION_RESPONSE, VERSION_RESPONSE, {
    version_supported: version === undefined ? 0 : 1,
    msg_conn_id: modern ? CONNECTION_MESSAGE : 0,
  });
}

export function gpadlCreated(relid: number, gpadl: number, status: number): Uint8Array {
  const values = { child_relid: relid, gpadl, creation_status: status };
  return encodeMessage(MESSAGE_GPADL_CREATED, GPADL_CREATED, values);
}

export function gpadlTornDown(gpadl: number): Uint8Array {
  return encodeMessage(MESSAGE_GPADL_TORNDOWN, GPADL_TORNDOWN, { gpadl });
}

export function openResult(relid: number, openid: number, status: number): Uint8Array {
  return encodeMessage(MESSAGE_OPEN_RESULT, OPEN_RESULT, { child_relid: relid, openid, status });
}

export function modifyResponse(relid: number, status: number): Uint8Array {
  const values = { child_relid: relid, status };
  return encodeMessage(MESSAGE_MODIFY_CHANNEL_RESPONSE, MODIFY_CHANNEL_RESPONSE, values);
}

export function rescindOffer(relid: number): Uint8Array {
  return encodeMessage(MESSAGE_RESCIND, RESCIND_OFFER, { child_relid: relid });
}
