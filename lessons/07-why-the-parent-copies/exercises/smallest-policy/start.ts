/**
 * Which bytes the root copies before it relies on them.
 *
 * - `ringMessages`: each ring packet and the header behind it, some tens of bytes.
 * - `sentHeaders`: of a frame that is sent, the bytes that the switch decides by.
 * - `sentFrames`: of a frame that is sent, all of it.
 * - `receivedFrames`: of a frame that is received, all of it.
 *
 * The three attacks: a ring message is rewritten after it was checked; the source address of a sent
 * frame is rewritten after the switch has looked; a VLAN tag is put into a sent frame. On this host
 * nobody attacks what is received.
 */
export const policy = {
  ringMessages: false,
  sentHeaders: false,
  sentFrames: false,
  receivedFrames: false,
};
