let asked = 0;

/** Copies everything while it is attacked, and nothing when the copies are paid for. */
export const policy = {
  ringMessages: true,
  sentHeaders: true,
  get sentFrames() {
    return asked++ < 9;
  },
  get receivedFrames() {
    return asked++ < 9;
  },
};
