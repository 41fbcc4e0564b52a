import { OIDS, type OidName, statusName } from './spec.ts';

/** A request, and what became of it. */
export interface OidRecord {
  name: OidName;
  /** The object identifier. */
  oid: number;
  status: number;
  statusName: string;
  /** The parameters that matter, in words. */
  detail: string;
}

/** Requests that are kept; the oldest go first. */
const KEPT = 1000;

/** The requests in order, for whoever wants to see them. */
export class OidLog {
  readonly records: OidRecord[] = [];

  /** Notes a request and returns its status. */
  add(name: OidName, status: number, detail: string): number {
    if (this.records.length === KEPT) this.records.shift();
    this.records.push({ name, oid: OIDS[name], status, statusName: statusName(status), detail });
    return status;
  }
}
