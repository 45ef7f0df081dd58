import type { GeneralJWE } from "jose";
import { ask, type Answer } from "../lib/ask";
import type { Place } from "./place";
import type { SealedLine } from "./seal";

/** A key for which a line is to be sealed, as the server tells of it: believed only once it is verified. */
export interface TrustedBy {
  readonly kid: string;
  readonly credential: string;
  readonly role: "duty" | "operator" | "psychologist" | "supervisor";
  readonly force: string;
}

/** Lines of a place in order, and the last number that there is. */
export interface Found {
  readonly last: number;
  readonly lines: readonly SealedLine[];
}

interface Body {
  readonly place: Place;
  readonly mark: string;
  readonly sealed: GeneralJWE;
}

/** What the back room asks of the dispatcher; a test has its own. */
export interface Calls {
  readonly lines: (place: Place, after: number) => Promise<Answer<Found>>;
  readonly readers: (place: Place) => Promise<Answer<{ readonly readers: readonly TrustedBy[] }>>;
  readonly write: (body: Body & { readonly cid: string }) => Promise<Answer<{ readonly seq: number }>>;
  readonly reseal: (body: Body & { readonly seq: number }) => Promise<Answer<null>>;
  readonly present: (credential: string) => Promise<Answer<null>>;
}

const AT = "/api/staff";
const asked = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();

export const calls: Calls = {
  lines: (place, after) => ask(`${AT}/lines?${asked({ place, after: String(after) })}`),
  readers: (place) => ask(`${AT}/readers?${asked({ place })}`),
  write: (body) => ask(`${AT}/lines`, body),
  reseal: (body) => ask(`${AT}/reseal`, body),
  present: (credential) => ask(`${AT}/present`, { credential }),
};
