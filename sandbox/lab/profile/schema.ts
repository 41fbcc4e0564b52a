import { UsageError } from '../usage.ts';
import { CLOCK, FIGURES, PCIE_PAYLOAD_GBPS } from './figures.ts';

/** How sure a figure is. `assumed` also stands for a reader's own value. */
export const STATUSES = ['verified', 'derived', 'interpolated', 'assumed'] as const;
export type FigureStatus = (typeof STATUSES)[number];

/** One figure of a profile, with where it comes from and how sure it is. */
export interface Primitive {
  value: number;
  unit: string;
  status: FigureStatus;
  /** Names of rows in content/measurements. */
  source: string[];
  note: string;
}

/** The figures that differ with the mitigations of 2018 for Spectre and Meltdown. */
export interface Mitigations {
  /** Whether the profile's own figures are those with the mitigations. */
  included: boolean;
  /** The figures in the other state. */
  p: Record<string, Primitive>;
}

/** A generation of machines: its clock, its bus, and what primitive operations cost on it. */
export interface Profile {
  id: string;
  name: string;
  ghz: number;
  pcie: string;
  apicv: boolean;
  postedInterrupts: boolean;
  p: Record<string, Primitive>;
  mitigations?: Mitigations;
}

/** What is wrong with a profile: the figure or field, and what is asked of it, in one sentence. */
export interface ProfileProblem {
  at: string;
  says: string;
}

type Fields = Record<string, unknown>;
const FIELDS = [
  ...['id', 'name', 'ghz', 'pcie', 'apicv', 'postedInterrupts', 'p', 'mitigations'],
] as const;
const ID = /^[a-z0-9][a-z0-9-]{0,39}$/i;
/** Problems that a message names; the rest it counts. */
const MOST_NAMED = 3;

/**
 * A profile from what may be anything: a file, a browser's storage, an object of a cell. Only known fields
 * are taken over; status, source and note of a figure may be left out.
 * @throws UsageError that names what is missing, unknown, negative or absurd
 */
export function checkProfile(value: unknown): Profile {
  const problems = profileProblems(value);
  if (problems.length === 0) return copyOf(value as Profile);
  const { id } = isFields(value) ? value : {};
  const whose = typeof id === 'string' && ID.test(id) ? `profile '${id}'` : 'profile';
  const named = problems.slice(0, MOST_NAMED).map(({ says }) => says);
  const rest = problems.length - named.length;
  throw new UsageError(
    `${whose}: ${named.join('; ')}${rest > 0 ? `; and ${rest} more of this kind` : ''}`,
  );
}

/** Everything that keeps `value` from being a profile; empty for one that is. */
export function profileProblems(value: unknown): ProfileProblem[] {
  if (!isFields(value)) return [{ at: '', says: 'it is not an object with id, ghz, pcie and p' }];
  const problems = [...unknownNames(value, FIELDS, 'a profile'), ...describing(value)];
  const { p, mitigations } = value;
  if (!isFields(p)) problems.push({ at: 'p', says: "'p' is not an object of figures" });
  else problems.push(...figures(p), ...missing(p));
  if (mitigations !== undefined) problems.push(...mitigated(mitigations));
  return problems;
}

function describing(value: Fields): ProfileProblem[] {
  const problems: ProfileProblem[] = [];
  const expect = (holds: boolean, at: string, what: string): void => {
    if (!holds) problems.push({ at, says: `'${at}' ${shown(value[at])} is not ${what}` });
  };
  const { id, name, ghz, pcie } = value;
  expect(typeof id === 'string' && ID.test(id), 'id', 'a word of letters, digits and hyphens');
  expect(isLine(name, 1, 100), 'name', 'a line of 1 to 100 characters');
  const { least, most } = CLOCK;
  expect(isNumber(ghz) && ghz >= least && ghz <= most, 'ghz', `a number from ${least} to ${most}`);
  const links = Object.keys(PCIE_PAYLOAD_GBPS);
  expect(links.includes(pcie as string), 'pcie', `one of ${links.join(', ')}`);
  for (const at of ['apicv', 'postedInterrupts'])
    expect(typeof value[at] === 'boolean', at, 'true or false');
  return problems;
}

function figures(p: Fields): ProfileProblem[] {
  return [
    ...unknownNames(p, Object.keys(FIGURES), "a profile's p"),
    ...Object.keys(FIGURES).flatMap((name) =>
      Object.hasOwn(p, name) ? figureProblem(name, p[name]) : [],
    ),
  ];
}

function missing(p: Fields): ProfileProblem[] {
  return Object.entries(FIGURES)
    .filter(([name, { charged }]) => charged && !Object.hasOwn(p, name))
    .map(([at]) => ({ at, says: `'${at}' is missing` }));
}

function mitigated(value: unknown): ProfileProblem[] {
  const at = 'mitigations';
  if (isFields(value) && typeof value.included === 'boolean' && isFields(value.p))
    return figures(value.p).map(({ says }) => ({ at, says: `mitigations: ${says}` }));
  return [{ at, says: "'mitigations' is not an object with included and p" }];
}

/** What is wrong with the figure called `at`, at most one thing. */
function figureProblem(at: string, figure: unknown): ProfileProblem[] {
  const { unit, most } = FIGURES[at];
  const wrong = (says: string): ProfileProblem[] => [{ at, says: `'${at}' ${says}` }];
  if (!isFields(figure) || figure.value === undefined || figure.value === null)
    return wrong('has no value');
  const { value, status, source, note } = figure;
  if (!isNumber(value)) return wrong(`has the value ${shown(value)}, which is not a number`);
  if (value < 0) return wrong(`is ${value}, and a cost is 0 or more`);
  if (value > most) return wrong(`is ${value}, and more than ${most} ${unit} cannot be meant`);
  if (at === 'memory_bandwidth' && value === 0) return wrong('is 0, and memory moves something');
  if (figure.unit !== undefined && figure.unit !== unit)
    return wrong(`is in ${unit}, not in ${shown(figure.unit)}`);
  if (status !== undefined && !(STATUSES as readonly unknown[]).includes(status))
    return wrong(`has the status ${shown(status)}, which is not one of ${STATUSES.join(', ')}`);
  const ids = source ?? [];
  if (!Array.isArray(ids) || ids.length > 20 || !ids.every((id) => isLine(id, 1, 80)))
    return wrong('has a source that is not a list of names');
  return note === undefined || isLine(note, 0, 500)
    ? []
    : wrong('has a note that is not a line of at most 500 characters');
}

function unknownNames(value: Fields, known: readonly string[], whose: string): ProfileProblem[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      at: '',
      says: `${shown(name)} is unknown: ${whose} has ${known.join(', ')}`,
    }));
}

function copyOf({
  id,
  name,
  ghz,
  pcie,
  apicv,
  postedInterrupts,
  p,
  mitigations,
}: Profile): Profile {
  const profile = { id, name, ghz, pcie, apicv, postedInterrupts, p: figuresOf(p) };
  if (mitigations === undefined) return profile;
  const { included } = mitigations;
  return { ...profile, mitigations: { included, p: figuresOf(mitigations.p) } };
}

function figuresOf(p: Record<string, Partial<Primitive>>): Record<string, Primitive> {
  const figures: Record<string, Primitive> = {};
  for (const [name, { value = 0, status = 'assumed', source = [], note = '' }] of Object.entries(p))
    figures[name] = { value, unit: FIGURES[name].unit, status, source: [...source], note };
  return figures;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Text of one line, without control characters. */
function isLine(value: unknown, least: number, most: number): boolean {
  if (typeof value !== 'string' || value.length < least || value.length > most) return false;
  return !/\p{Cc}/u.test(value);
}

/** A value as a message shows it: short, on one line. */
function shown(value: unknown): string {
  const words = typeof value === 'string' ? `'${value}'` : String(value);
  const line = words.replace(/\p{Cc}+/gu, ' ');
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}
