let asked = 0;

/** Tells the first five runs, which are honest, one thing, and the attacks that follow another. */
export const policy = {
  mail: {},
  web: { macAddressSpoofing: true },
  get guest() {
    return asked++ < 5 ? {} : { vlan: 30, maximumBandwidth: 1e6 };
  },
};
