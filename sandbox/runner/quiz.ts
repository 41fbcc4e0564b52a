/** What the build computes of a lesson's questions: `sandbox/quizzes/<lesson>.json`, by name. */
export type LessonQuizzes = Record<string, QuizEntry>;

export interface QuizEntry {
  /** The cell whose run shows the answer. */
  cell: string;
  variants: QuizVariant[];
}

export interface QuizVariant {
  question: string;
  /** `why` is told to a reader who chose this and was wrong. */
  choices: { text: string; why?: string }[];
  /** Index of the choice that fits what the run showed. */
  right: number;
  /** What the run showed. */
  figures: { name: string; value: number | string; unit?: string }[];
  because?: string;
  /** How the cell's knobs stand in the run. */
  knobs: Record<string, number | string | boolean>;
}
