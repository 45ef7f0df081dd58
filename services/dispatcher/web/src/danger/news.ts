import type { Line } from "../desk/line";
import { d } from "./say";

/** Those in danger first, longest first; the others as they stand. */
export function mostUrgentFirst(lines: readonly Line[]): Line[] {
  const at = ({ held }: Line): number => (held.danger ? (held.danger_at ?? 0) : Infinity);
  return lines
    .map((line, place) => ({ line, place }))
    .sort((one, other) => at(one.line) - at(other.line) || one.place - other.place || 0)
    .map(({ line }) => line);
}

/** What is to be said at once of the step from some lines to the next ones; null when nothing is. */
export function dangerNews(before: readonly Line[], after: readonly Line[]): string | null {
  const said = after.flatMap((line) => news(before.find(({ id }) => id === line.id), line) ?? []);
  return said.length > 0 ? said.join(" ") : null;
}

function news(before: Line | undefined, { held, number }: Line): string | null {
  if (held.missing_at && !before?.held.missing_at) return d("missingNoticed", { number });
  if (before?.held.missing_at && !held.missing_at && held.visitor_connected) return d("missingFound", { number });
  if (held.danger && !before?.held.danger) return d("noticed", { number });
  if (before?.held.danger === "visitor" && !held.danger) return d("withdrawn", { number });
  const who = held.danger_seen_by;
  return who && before && !before.held.danger_seen_by ? d("seen", { number, who }) : null;
}
