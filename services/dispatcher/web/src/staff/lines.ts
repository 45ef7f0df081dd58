import { isNotes, type Place } from "./place";
import type { Opened, Said, SealedLine } from "./seal";

/** A line on this page. `opened`: null when none of this page's keys opens it. */
export interface Line {
  readonly sealed: SealedLine;
  readonly opened: Opened | null;
}

/** A line that the server does not have yet, or refused. `why`: the refusal's word; null while it is on its way. */
export interface Pending extends Said {
  readonly place: Place;
  readonly cid: string;
  readonly why: string | null;
}

/** What this page holds of one place. */
export interface Held {
  readonly lines: readonly Line[];
  /** The number up to which somebody has had it before their eyes. */
  readonly seen: number;
}

export const NOTHING: Held = { lines: [], seen: 0 };

/** A line in the one list of all rooms. */
export interface Told {
  readonly place: Place;
  readonly line: Line;
}

/** The lines that were held, with those that came: a line that came again is what it is now. */
export function merged(held: Held, came: readonly Line[]): Held {
  const all = new Map(held.lines.map((line) => [line.sealed.seq, line]));
  for (const line of came) all.set(line.sealed.seq, line);
  const lines = [...all.values()].sort((one, other) => one.sealed.seq - other.sealed.seq);
  return { ...held, lines };
}

/** From which number on to ask: notes that did not open may since have been sealed for this page. */
export function askAfter(place: Place, { lines }: Held): number {
  const closed = isNotes(place) ? lines.find((line) => line.opened === null) : undefined;
  return closed ? closed.sealed.seq - 1 : (lines.at(-1)?.sealed.seq ?? 0);
}

/** How many lines of others nobody has looked at on this page yet; what does not open is no news. */
export function unread({ lines, seen }: Held, me: string): number {
  return lines.filter(({ sealed, opened }) => sealed.seq > seen && sealed.by !== me && opened !== null).length;
}

/** Everything up to now has been before somebody's eyes. */
export function seenAll(held: Held): Held {
  const seen = held.lines.at(-1)?.sealed.seq ?? 0;
  return seen === held.seen ? held : { ...held, seen };
}

/** What was said in several rooms, in the order in which it was said; nothing that was said before `since` (ms). */
export function together(rooms: ReadonlyMap<Place, Held>, since: number): Told[] {
  const told = [...rooms].flatMap(([place, { lines }]) => lines.map((line) => ({ place, line })));
  const of = ({ line }: Told): SealedLine => line.sealed;
  return told
    .filter((one) => of(one).at >= since)
    .sort((one, other) => of(one).at - of(other).at || one.place.localeCompare(other.place) || of(one).seq - of(other).seq);
}

/** The newest line of another that is new between two looks; null when there is none. */
export function newest(before: Held, after: Held, me: string): Line | null {
  const last = before.lines.at(-1)?.sealed.seq ?? 0;
  return after.lines.findLast(({ sealed, opened }) => sealed.seq > last && sealed.by !== me && opened !== null) ?? null;
}
