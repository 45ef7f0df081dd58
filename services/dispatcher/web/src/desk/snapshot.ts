import type { LinkStatus } from "@shared/socket";
import type * as api from "../lib/api";
import { EMPTY, type Desk } from "./desk";

/** Which screen there is. `locked`: there is a session, and the key to read with has to be opened. */
export type Mode = "loading" | "login" | "locked" | "keyless" | "desk" | "superseded";

/** Why the login screen is shown. */
export type LoginReason = "start" | "expired" | "ended" | "left";

/** Why one did not come to the desk. `key`: the account's key does not open with that. */
export type EntryFailure = api.Failure | "key";

/** As what one sits at a console. */
export type Sits = "operator" | "psychologist";

/** Whoever is both sits as an operator. */
export function sitsAs(account: Pick<api.Account, "roles"> | null): Sits {
  const roles = account?.roles ?? [];
  return roles.includes("psychologist") && !roles.includes("operator") ? "psychologist" : "operator";
}

export interface Snapshot {
  readonly mode: Mode;
  readonly reason: LoginReason;
  readonly account: api.Account | null;
  readonly desk: Desk;
  readonly link: LinkStatus;
  /** How often what is known of signalements has changed: `Console.reports` tells what it is. */
  readonly reports: number;
  /** Since when the connection is lost, by this machine's clock; null when it is there. */
  readonly lostAt: number | null;
  /** What to add to this machine's clock to have the server's, in milliseconds. */
  readonly skew: number;
}

/** Before anything is known. */
export const START: Snapshot = {
  mode: "loading",
  reason: "start",
  account: null,
  desk: EMPTY,
  link: "closed",
  reports: 0,
  lostAt: null,
  skew: 0,
};
