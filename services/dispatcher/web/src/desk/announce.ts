import { t } from "../lib/say";
import { span } from "../lib/time";
import type { Snapshot } from "./console";
import { pressing, type Desk, type Notice } from "./desk";
import type { Line } from "./line";

/** The tab's title: danger first, then what is new, then who waits; it never names anyone or any place. */
export function titleOf(desk: Desk): string {
  const endangered = desk.lines.filter((line) => line.held.danger).length;
  if (endangered > 0) return t("titleDanger", { count: endangered });
  const fresh = desk.lines.filter((line) => line.fresh).length;
  if (fresh > 0) return t("titleNew", { count: fresh });
  const waiting = pressing(desk).length;
  return waiting > 0 ? t("titleWaiting", { count: waiting }) : t("title");
}

/** What a screen reader is told of the step from one state to the next; null when nothing is worth a word. */
export function announcement(before: Snapshot, after: Snapshot): string | null {
  const known = new Set(before.desk.lines.filter((line) => line.fresh).map((line) => line.id));
  const arrived = after.desk.lines.find((line) => line.fresh && !known.has(line.id));
  if (arrived) return freshWords(arrived);
  if (before.lostAt !== null && after.lostAt === null && after.link === "ready") return t("back");
  const notice = after.desk.notices.at(-1);
  if (notice && notice !== before.desk.notices.at(-1) && !before.desk.notices.includes(notice)) return noticeWords(notice);
  const status = after.desk.welcome?.status;
  if (before.desk.welcome && status && status !== before.desk.welcome.status) {
    return t(status === "available" ? "nowAvailable" : "nowPaused");
  }
  return null;
}

/** A notice in one line; it names a conversation by its number on this screen alone. */
export function noticeWords(notice: Notice): string {
  switch (notice.what) {
    case "erased":
      return t(`noticeErased_${notice.by}`, { number: notice.number });
    case "released":
      return t("noticeReleased", { number: notice.number });
    case "quit":
      return t("noticeQuit", { number: notice.number });
    case "uncalled":
      return t("noticeUncalled", { number: notice.number });
    case "untaken":
      return t("offerLapsed", { number: notice.number });
    case "forgotten":
      return t("forgotten");
    case "error":
      switch (notice.code) {
        case "too_fast":
        case "unavailable":
        case "not_found":
        case "forbidden":
          return t(`noticeError_${notice.code}`);
        default:
          return t("noticeError_other", { code: notice.code });
      }
  }
}

/** Where the visitor is, as far as they said. */
export function placeOf({ held }: Line): string {
  if (held.commune_name) return held.postal_code ? `${held.commune_name} (${held.postal_code})` : held.commune_name;
  if (held.postal_code) return held.postal_code;
  return held.department ? t("department", { code: held.department }) : t("placeUnknown");
}

/** How many wait for an answer, and how long the first has waited at `now` (server's clock); null when nobody does. */
export function pressingWords(desk: Desk, now: number): string | null {
  const [first, ...others] = pressing(desk);
  return first ? t("pressing", { n: others.length + 1, time: span(now - first.since) }) : null;
}

function freshWords(line: Line): string {
  const what = t(`category_${line.held.category}`);
  return t("freshArrived", { number: line.number, what, place: placeOf(line) });
}
