/**
 * Two of the attacks are on what the switch decides by: some bytes at the front of a sent frame. One is
 * on the message itself. Nothing else has to stand still for these three.
 */
export const policy = {
  ringMessages: true,
  sentHeaders: true,
  sentFrames: false,
  receivedFrames: false,
};
