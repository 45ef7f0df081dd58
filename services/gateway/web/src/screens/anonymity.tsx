import { type Translator, translator } from "@shared/i18n";
import { readKept } from "./kept";
import { resumable, type State } from "../state";
import { fr, type Key } from "../words/anonymity.fr";
import { clock } from "./words";

type Say = Translator<Key>;

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

/** What is known, by whom, until when (V16): only what is true of this installation and of this conversation. */
export interface Facts {
  /** How long a sealed address is kept at most, in seconds; 0: none is. */
  readonly addressS: number;
  /** How long a request to read it is kept at most, in days. */
  readonly liftingDays: number;
  /** How long resume words work, in seconds; 0: they are not offered. */
  readonly resumeS: number;
  /** How long a conversation waits for somebody who vanished while in danger, in seconds. */
  readonly missingS: number;
  /** Until when this conversation's own words work, in ms since 1970; null: there are none. */
  readonly resumableUntil: number | null;
  /** Null: whoever came back by words gave it elsewhere, or did not. */
  readonly postalCode: boolean | null;
  /** A report was handed in, and not taken back. */
  readonly reported: boolean;
}

/** One thing that is known, or not: what it is, and sentences about it. */
export type Entry = readonly [title: Key, ...sentences: string[]];

/** Return what this page says, in order. */
export function entries(t: Say, facts: Facts): Entry[] {
  const { resumableUntil, resumeS } = facts;
  const missing = t("anonymousMissing", { missing: duration(t, facts.missingS) });
  const back = resumableUntil === null ? null : t("anonymousResumable", { time: clock(t.locale, resumableUntil) });
  const place = facts.postalCode === false ? [t("anonymousPlaceNone")] : [];
  return [
    ["anonymousName", t("anonymousNameIs")],
    ["anonymousWords", t("anonymousSealed"), t("anonymousKept"), ...(back === null ? [t("anonymousReload")] : []), missing],
    ["anonymousPlace", t("anonymousSeen"), ...place, t("anonymousSaid"), t("anonymousPlaceUntil")],
    ["anonymousAddress", ...address(t, facts), t("anonymousAddressCounted")],
    ...(back === null && resumeS === 0
      ? []
      : ([["anonymousBack", back ?? t("anonymousBackOffered", { resume: duration(t, resumeS) })]] as Entry[])),
    ["anonymousReport", t(facts.reported ? "anonymousReportSent" : "anonymousReportNone")],
    ["anonymousFigures", t("anonymousFiguresAre")],
    ["anonymousStaff", t("anonymousStaffIs")],
    ["anonymousDevice", t("anonymousDeviceIs")],
  ];
}

function address(t: Say, { addressS, liftingDays }: Facts): string[] {
  if (addressS === 0) return [t("anonymousAddressNone")];
  const values = { kept: duration(t, addressS), days: t("days", { n: liftingDays }) };
  return [
    t("anonymousAddressSealed"),
    t("anonymousAddressLifted"),
    t("anonymousAddressUntil", values),
    t("anonymousAddressUntold"),
  ];
}

/** `24 heures`, `7 jours`: in days from two on, so that a day is 24 hours. */
export function duration(t: Say, seconds: number): string {
  if (seconds >= 2 * DAY_S) return t("days", { n: Math.ceil(seconds / DAY_S) });
  if (seconds >= HOUR_S) return t("hours", { n: Math.ceil(seconds / HOUR_S) });
  return t("minutes", { n: Math.ceil(seconds / MINUTE_S) });
}

/** Fetch the words of a language. */
export async function words(locale: string): Promise<Say> {
  return locale === "en" ? translator("en", (await import("../words/anonymity.en")).en) : translator("fr", fr);
}

export function Known({ t, state }: { t: Say; state: State }) {
  return (
    <>
      {entries(t, factsOf(state)).map(([title, ...sentences]) => (
        <p key={title}>
          <strong>{t(title)}.</strong> {sentences.join(" ")}
        </p>
      ))}
    </>
  );
}

function factsOf(state: State): Facts {
  const { category, postalCode } = state.choice;
  return {
    ...readKept(),
    resumableUntil: resumable(state, Date.now()),
    postalCode: category === null ? null : postalCode !== "",
    reported: reported(state),
  };
}

/** Whether a report was handed in, by what the service itself last said of it. */
function reported({ conversation }: State): boolean {
  const last = conversation?.messages.findLast(({ by }) => by === "service");
  return last !== undefined && !last.body.includes('"withdrawn"');
}
