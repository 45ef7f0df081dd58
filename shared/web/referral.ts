import type { Audience, Category } from "./frames";

/** What sort of help it is (`StructureKind` of shared/contracts/referral.py). */
export const KINDS = [
  "association",
  "cidff",
  "victim_support",
  "social_worker",
  "psychosocial_centre",
  "forensic_unit",
  "commissariat",
  "brigade",
  "helpline",
] as const;
export type StructureKind = (typeof KINDS)[number];

export type OpenState = "open" | "closed" | "unknown";

/** A place where, or a line on which, someone helps (`Structure` of shared/contracts/referral.py). */
export interface Structure {
  readonly id: string;
  readonly kind: StructureKind;
  readonly name: string;
  readonly categories: readonly Category[];
  readonly audiences: readonly Audience[];
  readonly languages: readonly string[];
  readonly wheelchair: "yes" | "limited" | "no" | "unknown";
  readonly address: string | null;
  readonly commune: string | null;
  readonly commune_name: string | null;
  /** Great-circle kilometres from the place asked; null: a helpline. */
  readonly distance_km: number | null;
  readonly across_the_sea: boolean;
  /** Only its commune's point is known, not its own. */
  readonly approximate: boolean;
  readonly phone: string | null;
  readonly web: string | null;
  /** OpenStreetMap opening_hours syntax, local time. */
  readonly hours: string | null;
  readonly open_now: OpenState;
  readonly note: string | null;
  readonly source: string;
  /** YYYY, YYYY-MM or YYYY-MM-DD. */
  readonly as_of: string;
}

/** Answer of `GET /api/help` (`NearbyReply`): nearest first, then the helplines, always. */
export interface Nearby {
  readonly place: string | null;
  readonly structures: readonly Structure[];
  readonly helplines: readonly Structure[];
}

/** What a card shows: the part of a structure that the reader can use. */
export interface Card {
  readonly kind: StructureKind;
  readonly name: string;
  readonly address: string | null;
  readonly phone: string | null;
  readonly web: string | null;
  readonly hours: string | null;
  readonly openNow: OpenState;
  readonly distanceKm: number | null;
  readonly acrossTheSea: boolean;
  readonly approximate: boolean;
  readonly wheelchair: boolean;
  readonly note: string | null;
  readonly source: string | null;
  readonly asOf: string | null;
}

/**
 * Read the body of a message of kind `card`: the JSON text of one structure. Returns null for anything else.
 *
 * The body comes from the other end of the conversation: every field is checked, and one that is missing or of another
 * type is shown as not known.
 */
export function readCard(body: string): Card | null {
  let fields: Partial<Record<keyof Structure, unknown>>;
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null) return null;
    fields = value;
  } catch {
    return null;
  }
  const kind = KINDS.find((known) => known === fields.kind);
  const name = text(fields.name);
  if (!kind || !name) return null;
  return {
    kind,
    name,
    address: text(fields.address),
    phone: phone(fields.phone),
    web: text(fields.web),
    hours: text(fields.hours),
    openNow: fields.open_now === "open" || fields.open_now === "closed" ? fields.open_now : "unknown",
    distanceKm: typeof fields.distance_km === "number" ? fields.distance_km : null,
    acrossTheSea: fields.across_the_sea === true,
    approximate: fields.approximate === true,
    wheelchair: fields.wheelchair === "yes",
    note: text(fields.note),
    source: text(fields.source),
    asOf: text(fields.as_of),
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

/** A number that can be dialled, or null: it becomes a `tel:` link. */
function phone(value: unknown): string | null {
  const number = text(value);
  return number && /^\+?[0-9][0-9 .]{1,24}$/.test(number) ? number : null;
}
