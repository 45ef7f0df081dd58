import type { Force } from "@shared/frames";
import { translator } from "@shared/i18n";
import type { Cell, Patrol, Person, Queue } from "./api";
import { fr } from "./fr";

/** Every sentence of the supervisors' page. */
export const t = translator("fr", fr);

const clock = new Intl.DateTimeFormat(t.locale, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(t.locale, { weekday: "long", hour: "2-digit", minute: "2-digit" });
const share = new Intl.NumberFormat(t.locale, { style: "percent", maximumFractionDigits: 0 });
const SECOND_MS = 1_000;

export const hour = (at: number): string => clock.format(at);
export const weekday = (at: number): string => day.format(at);
export const percent = (value: number): string => share.format(value);

/** `0:42`, `1:02:05`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  const pad = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${pad(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(seconds % 60)}`;
}

/** `Police · Couple`, of a queue's name. */
export function queueName(name: string): string {
  const [force, category] = name.split(".") as [Force, Queue["category"]];
  return `${t(`force_${force}`)} · ${t(`queue_${category}`)}`;
}

/** The first characters of a conversation's id: enough to speak of it. */
export const shortId = (conversation: string): string => conversation.slice(0, 8);

/** What an operator does, in words. */
export function standing(person: Person, now: number): string {
  if (!person.present) return t("lost");
  if (person.drained) return t("drained");
  if (person.rests_until > now) return t("resting", { time: hour(person.rests_until) });
  return t(person.status);
}

/** Where a patrol stands, in words. */
export function patrolStanding({ status, taken_at: taken, called_by: called, reason }: Patrol): string {
  if (status === "taken") return t("patrolTaken", { time: hour(taken) });
  if (called) return t("patrolCalledBy", { who: called });
  if (status === "refused") return t("patrolRefused", { reason: reason ?? "?" });
  return t(status === "withdrawn" ? "patrolWithdrawn" : "patrolWaits");
}

const months = new Intl.DateTimeFormat(t.locale, { month: "long", year: "numeric", timeZone: "UTC" });

/** `novembre 2026`, of `2026-11`. */
export const month = (name: string): string => months.format(new Date(`${name}-01T00:00:00Z`));

/** A count in words: it may be "fewer than", or "at least". */
export function count(shown: string): string {
  if (shown.startsWith("<")) return t("figuresFew", { n: shown.slice(1) });
  return shown.startsWith(">=") ? t("figuresAtLeast", { n: shown.slice(2) }) : shown;
}

export const figureOf = (cell: Cell): string => t(`figure_${cell.figure}`);

/** `Police · Couple`, of a figure. */
export function whose(cell: Cell): string {
  const force = FORCES.find((one) => one === cell.force);
  const category = CATEGORIES.find((one) => one === cell.category);
  return `${force ? t(`force_${force}`) : t("figuresUnknown")} · ${category ? t(`queue_${category}`) : t("figuresUnknown")}`;
}

/** How it ended, or what became of it. */
export function outcomeOf(cell: Cell): string {
  const known = OUTCOMES.find((one) => one === cell.outcome);
  return known ? t(`outcome_${known}`) : cell.outcome;
}

const FORCES = ["police", "gendarmerie"] as const;
const CATEGORIES = ["sexual", "domestic", "discrimination"] as const;
const OUTCOMES = [
  "visitor",
  "red_button",
  "operator",
  "silence",
  "received",
  "submitted",
  "taken",
  "refused",
  "withdrawn",
] as const;

const FAILURES = ["gone", "theirs", "absent", "paused", "drained", "resting", "full", "untrained", "round", "none"] as const;

/** Why a decision was not carried out, in words. */
export function failure(why: string): string {
  const known = FAILURES.find((one) => one === why);
  if (known) return t(`failed_${known}`);
  return why === "unavailable" ? t("failed_unavailable") : t("failed_other", { why });
}
