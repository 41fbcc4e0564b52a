import * as message from '../devices/sriov-nic/mailbox-messages.ts';
import type { RegisterWindow } from '../devices/sriov-nic/register-block.ts';
import * as spec from '../devices/sriov-nic/registers-spec.ts';
import { SECOND } from '../engine/engine.ts';
import { PfFilters } from './pf-filters.ts';

/** Between two refusals of a virtual function that has not been reset, in picoseconds. */
const REFUSAL_INTERVAL = 2 * SECOND;
/** Longest frame with FCS that a virtual function may ask for. */
const LONGEST = 0x2600;
const WORDS = spec.VMBMEM_WORDS;
const VLAN_MASK = 0xfff;

/** What the driver knows of a virtual function. */
interface Client {
  /** It has asked for its reset to be taken note of: it may ask for more. */
  ready: boolean;
  address: message.StationAddress | undefined;
  /** The administrator has set the address. */
  fixed: boolean;
  /** The administrator's VLAN; 0 for none. */
  vlan: number;
  priority: number;
  refusedAt: number;
}

/**
 * The physical function's side of the mailbox, in the manner of a Linux PF driver on an 82576: what virtual
 * functions ask for is checked and written into the filters, and answered (section 7). It goes through
 * registers only. A virtual function that keeps the words, floods or writes nonsense delays its own answers.
 */
export class PfMailbox {
  /** Messages to virtual functions; requests of theirs that got none. */
  sent = 0;
  dropped = 0;
  #registers: RegisterWindow;
  #filters: PfFilters;
  #clients: Client[];

  /** @param virtualFunctions how many are enabled, 1 to 7: the physical function needs a pool too */
  constructor(registers: RegisterWindow, virtualFunctions: number) {
    this.#registers = registers;
    this.#filters = new PfFilters(registers);
    this.#clients = Array.from({ length: virtualFunctions }, () => ({
      ready: false,
      address: undefined,
      fixed: false,
      vlan: 0,
      priority: 0,
      refusedAt: -REFUSAL_INTERVAL,
    }));
  }

  /** The device has come up after a reset: virtual functions are told, and may ask. */
  start(at: number): void {
    const { read, write } = this.#access(at);
    write(spec.MBVFIMR, 0xff);
    write(spec.IMS, spec.ICR_VMMB);
    write(spec.CTRL_EXT, read(spec.CTRL_EXT) | spec.CTRL_EXT_PFRSTD);
  }

  /** Before the device is reset: everyone is told, and nobody's frames move any more. */
  stop(at: number): void {
    const { write } = this.#access(at);
    for (const client of this.#clients) client.ready = false;
    this.ping(at);
    write(spec.VFTE, 0);
    write(spec.VFRE, 0);
  }

  /** The interrupt for VMMB: resets, requests and acknowledgements of all virtual functions, each once. */
  service(at: number): void {
    const { read, write } = this.#access(at);
    for (let n = 0; n < this.#clients.length; n++) {
      const bit = 1 << n;
      if ((read(spec.VFLRE) & bit) !== 0) {
        write(spec.VFLRE, bit);
        this.#clients[n].ready = false;
        this.#clients[n].refusedAt = -REFUSAL_INTERVAL;
      }
      const pending = read(spec.MBVFICR);
      if ((pending & bit) !== 0) {
        write(spec.MBVFICR, bit);
        this.#receive(n, at);
      }
      if ((pending & (bit << 16)) !== 0) write(spec.MBVFICR, bit << 16);
    }
  }

  /** The administrator's address for a virtual function, which takes it at its next reset. */
  setAddress(n: number, address: message.StationAddress, at: number): void {
    this.#clients[n].address = address;
    this.#clients[n].fixed = true;
    this.#filters.setAddress(n, address, at);
  }

  /** The administrator's VLAN (1 to 4094, 0 for none) and priority; false when no entry is free. */
  setVlan(n: number, vlan: number, priority: number, at: number): boolean {
    this.#clients[n].vlan = vlan;
    this.#clients[n].priority = priority;
    return this.#filters.setPortVlan(n, vlan, priority, at);
  }

  /** Asks every virtual function to look at the link. */
  ping(at: number): void {
    for (const [n, client] of this.#clients.entries())
      this.#send(n, [message.CONTROL | (client.ready ? message.CLEAR_TO_SEND : 0)], at);
  }

  #receive(n: number, at: number): void {
    const { read, write } = this.#access(at);
    if (!this.#take(n, at)) {
      this.dropped++;
      return;
    }
    const words = Array.from({ length: WORDS }, (_, word) =>
      read(spec.VMBMEM + 4 * (WORDS * n + word)),
    );
    write(spec.P2V + 4 * n, spec.P2V_ACK | spec.PFU);
    const [head] = words;
    const client = this.#clients[n];
    // An answer of ours that was never overwritten is no request.
    if ((head & (message.ACCEPTED | message.REFUSED)) !== 0) {
      write(spec.P2V + 4 * n, 0);
      this.dropped++;
    } else if (head === message.RESET) this.#reset(n, client, at);
    else if (!client.ready) this.#refuse(n, client, head, at);
    else {
      const verdict = this.#act(n, client, words, at) ? message.ACCEPTED : message.REFUSED;
      this.#send(n, [(head | verdict | message.CLEAR_TO_SEND) >>> 0], at);
    }
  }

  #reset(n: number, client: Client, at: number): void {
    const { read, write } = this.#access(at);
    if (!client.fixed) client.address = undefined;
    this.#filters.resetPool(n, at);
    if (client.vlan !== 0) this.#filters.setPortVlan(n, client.vlan, client.priority, at);
    this.#filters.setAddress(n, client.address, at);
    for (const register of [spec.VFTE, spec.VFRE]) write(register, read(register) | (1 << n));
    client.ready = true;
    const { low, high } = client.address ?? { low: 0, high: 0 };
    const verdict = client.address === undefined ? message.REFUSED : message.ACCEPTED;
    this.#send(n, [(message.RESET | verdict) >>> 0, low, high], at);
  }

  /** Before RESET: one refusal in two seconds, silence in between. */
  #refuse(n: number, client: Client, head: number, at: number): void {
    if (at - client.refusedAt < REFUSAL_INTERVAL) {
      this.#registers.write(spec.P2V + 4 * n, 0, at);
      this.dropped++;
      return;
    }
    client.refusedAt = at;
    this.#send(n, [(head | message.REFUSED) >>> 0], at);
  }

  #act(n: number, client: Client, words: readonly number[], at: number): boolean {
    const [head, first, second] = words;
    const info = (head >>> message.INFO_SHIFT) & 0xff;
    const filters = this.#filters;
    switch (head & message.ID) {
      case message.SET_MAC:
        return this.#setAddress(n, client, info, { low: first, high: second & 0xffff }, at);
      case message.SET_MULTICAST:
        filters.setGroups(n, groupsOf(words, info), at);
        return true;
      case message.SET_VLAN:
        if (client.vlan !== 0) return false;
        return filters.setVlan(n, first & VLAN_MASK, info !== 0, at);
      case message.SET_LONGEST:
        if (first > LONGEST) return false;
        filters.setLongest(n, first, at);
        return true;
      case message.SET_PROMISCUOUS:
        filters.setAllGroups(n, (info & message.PROMISCUOUS_MULTICAST) !== 0, at);
        return (info & ~message.PROMISCUOUS_MULTICAST) === 0;
      default:
        return false;
    }
  }

  #setAddress(
    n: number,
    client: Client,
    info: number,
    address: message.StationAddress,
    at: number,
  ): boolean {
    if (client.fixed || !message.isStation(address)) return false;
    if (info === message.MAC_ADD) return this.#filters.addAddress(n, address, at);
    if (info === message.MAC_CLEAR) {
      this.#filters.clearAddresses(n, at);
      return true;
    }
    if (info !== 0) return false;
    client.address = address;
    this.#filters.setAddress(n, address, at);
    return true;
  }

  /** Takes the words; a virtual function that does not let go of them loses them, and its request. */
  #take(n: number, at: number): boolean {
    const { read, write } = this.#access(at);
    write(spec.P2V + 4 * n, spec.PFU);
    if ((read(spec.P2V + 4 * n) & spec.PFU) !== 0) return true;
    write(spec.P2V + 4 * n, spec.P2V_RVFU);
    return false;
  }

  #send(n: number, words: readonly number[], at: number): void {
    const { write } = this.#access(at);
    if (!this.#take(n, at)) this.#take(n, at);
    for (const [word, value] of words.entries()) write(spec.VMBMEM + 4 * (WORDS * n + word), value);
    write(spec.P2V + 4 * n, spec.P2V_STS);
    this.sent++;
  }

  #access(at: number) {
    const registers = this.#registers;
    return {
      read: (offset: number) => registers.read(offset),
      write: (offset: number, value: number) => registers.write(offset, value >>> 0, at),
    };
  }
}

/** Hashes of 16 bits, two in a word from word 1 on. */
function groupsOf(words: readonly number[], count: number): number[] {
  return Array.from(
    { length: Math.min(count, message.MOST_GROUPS) },
    (_, i) => (words[1 + (i >> 1)] >>> (16 * (i & 1))) & 0xffff,
  );
}
