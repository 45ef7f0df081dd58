import type { Audience, Category } from "@shared/frames";

/** When in a conversation a sentence is said, in the order of a conversation (`Moment` of the dispatcher's domain). */
export const MOMENTS = [
  "greeting",
  "first_question",
  "safety",
  "listening",
  "facts",
  "evidence",
  "procedure",
  "orientation",
  "signalement",
  "closing",
] as const;
export type Moment = (typeof MOMENTS)[number];

/** What a sheet is about. */
export const KINDS = ["offence", "procedure", "evidence"] as const;
export type Kind = (typeof KINDS)[number];

/** Where facts come from; `recalled`: no page was read. */
export interface Source {
  readonly name: string;
  readonly url?: string;
  /** YYYY, YYYY-MM or YYYY-MM-DD of the text as it was read. */
  readonly dated?: string;
  readonly recalled?: boolean;
}

/** One thing that is so, and the keys of the sources that say it. */
export interface Fact {
  readonly say: string;
  readonly from: readonly string[];
}

/** An offence, a procedure, or evidence to keep. What a sheet does not have is left out. */
export interface Sheet {
  readonly kind: Kind;
  readonly title: string;
  readonly categories: readonly Category[];
  readonly words?: readonly string[];
  readonly plain: Fact;
  readonly articles?: readonly string[];
  readonly nature?: readonly string[];
  readonly penalty?: Fact;
  readonly limitation?: readonly Fact[];
  readonly good_to_know?: readonly Fact[];
  readonly tell?: readonly Fact[];
  readonly questions?: readonly string[];
  readonly evidence?: readonly Fact[];
  readonly steps?: readonly Fact[];
  /** Keys of sheets that lead on. */
  readonly see?: readonly string[];
}

/** A ready sentence; no categories or audiences: for all of them. */
export interface ReadySentence {
  readonly key: string;
  readonly moment: Moment;
  readonly title: string;
  /** May hold `{unit}`, `{commune}` or `{force}`; then there is an `otherwise` without any. */
  readonly say: string;
  readonly otherwise?: string;
  readonly categories?: readonly Category[];
  readonly audiences?: readonly Audience[];
  readonly words?: readonly string[];
}

/** What can be wrong with a file (`Fault` of the dispatcher's domain). */
export type Fault =
  | "not_there"
  | "not_text"
  | "too_large"
  | "not_toml"
  | "twice"
  | "missing"
  | "unknown_field"
  | "unknown_value"
  | "empty"
  | "too_long"
  | "wrong_form"
  | "unknown_placeholder"
  | "no_otherwise"
  | "no_such_source"
  | "no_such_sheet";

/** A file of this installation, or a part of one, that the service left out. */
export interface Problem {
  readonly file: string;
  readonly field: string;
  readonly fault: Fault;
  readonly line?: number;
}

/** Answer of `GET /api/desk`. */
export interface Library {
  readonly sheets: Readonly<Record<string, Sheet>>;
  readonly sentences: readonly ReadySentence[];
  readonly sources: Readonly<Record<string, Source>>;
  readonly problems: readonly Problem[];
}
