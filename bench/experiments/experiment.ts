/** What an experiment of docs/experiments.md is made of. */
import type {Machine} from './machine.ts';
import type {PlotSpec} from './plot.ts';

/** `quick` is for a look, `full` for the figures that are kept. */
export type Mode = 'full' | 'quick';

export interface Tools {
  /** Says on stderr how far it is: `done` of `total` steps, and which one is over. */
  progress(done: number, total: number, what: string): void;
  /** Something that whoever reads the figures has to know, such as a peer that could not be installed. */
  note(text: string): void;
}

/** The same on a machine with more to do than it can, where that changes something. */
export interface Overloaded<Data> {
  machine: Machine;
  data: Data;
}

/** What `docs/experiments/NAME.json` holds. */
export interface Result<Data> {
  experiment: string;
  mode: Mode;
  /** Day on which it was run, such as `2026-11-25`. */
  date: string;
  seconds: number;
  machine: Machine;
  counts: unknown;
  notes: string[];
  /** Raw results: everything in tables and plots is computed from them. */
  data: Data;
  /** Kept from run to run; measured anew with `--overloaded`. */
  overloaded?: Overloaded<Data>;
}

export interface Report {
  /** What was found, with the figures filled in. */
  answer: readonly string[];
  /** The default of oneshot that follows from it. */
  consequence: string;
  /** Lines of Markdown: tables and what has to be said of them. */
  tables: readonly string[];
}

export interface Plot {
  /** What is to be seen, for those who cannot see it. */
  title: string;
  spec: PlotSpec;
}

export interface Experiment<Counts, Data> {
  name: string;
  title: string;
  question: string;
  /** Paragraphs. */
  method: readonly string[];
  counts: Readonly<Record<Mode, Counts>>;
  measure(counts: Counts, tools: Tools): Promise<Data>;
  report(result: Result<Data>): Report;
  /** By the name of their file. */
  plots(result: Result<Data>): Readonly<Record<string, Plot>>;
}

/** An experiment whatever it measures. */
export type AnyExperiment = Experiment<unknown, unknown>;

/** Forgets the types that only the experiment itself needs to know. */
export function defineExperiment<Counts, Data>(experiment: Experiment<Counts, Data>): AnyExperiment {
  return experiment as unknown as AnyExperiment;
}
