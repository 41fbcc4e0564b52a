/** What a setting of the panels is: what it is called, what it takes, and when it matters. */

export type Value = string | number | boolean;
/** A value for each field, by its name. */
export type Panels = Record<string, Value>;

interface Common {
  name: string;
  label: string;
  /** A sentence below it. */
  note?: string;
  /** Whether it matters with these settings; always when left out. */
  when?: (panels: Panels) => boolean;
}
export type NumberField = Common & {
  type: 'number';
  usual: number;
  min: number;
  max: number;
  unit?: string;
};
export type ChoiceField = Common & {
  type: 'choice';
  usual: string;
  choices: readonly (readonly [value: string, words: string])[];
};
export type BoxField = Common & { type: 'box'; usual: boolean };
export type TextField = Common & { type: 'text'; usual: string; longest: number };
export type Field = NumberField | ChoiceField | BoxField | TextField;

export interface Panel {
  name: string;
  title: string;
  open: boolean;
  fields: readonly Field[];
}
