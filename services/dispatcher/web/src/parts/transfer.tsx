import type { Offer } from "@shared/frames";
import { useEffect, useState } from "preact/hooks";
import type { Snapshot } from "../desk/console";
import type { Line } from "../desk/line";
import { t } from "../lib/say";
import { hour, span, useNow } from "../lib/time";
import { offer, receivers, step, type Colleague, type Receivers, type Step, type To } from "../lib/transfer";
import { Modal } from "./modal";

const REASONS = ["absent", "paused", "drained", "resting", "full"] as const;
const FAILURES = ["full", "gone", "nobody"] as const;

/** Choose who is asked to take a conversation over. */
export function Transfer({ line, onClose }: { line: Line; onClose: () => void }) {
  const [found, setFound] = useState<Receivers | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    void receivers(line.id).then((answer) => (answer.ok ? setFound(answer.value) : setFailed(answer.why)));
  }, [line.id]);
  const ask = async (to: To): Promise<void> => {
    const answer = await offer(line.id, to);
    if (answer.ok) onClose();
    else setFailed(answer.why);
  };
  const { category, force } = line.held;
  return (
    <Modal title={t("transferTitle", { number: line.number })} onClose={onClose}>
      <p>{t("transferLead")}</p>
      {failed !== null && <p role="alert">{failureWords(failed)}</p>}
      {!found && failed === null && <p role="status">{t("transferBusy")}</p>}
      {found && (
        <div class="receivers">
          <h3>{t("transferTo")}</h3>
          {found.operators.length === 0 && <p class="soft">{t("transferNobody")}</p>}
          <ul>
            {found.operators.map((one) => (
              <Person key={one.operator} person={one} onAsk={() => void ask({ operator: one.operator })} />
            ))}
          </ul>
          <h3>{t("transferToQueue")}</h3>
          <ul>
            {found.queues
              .filter((one) => one.force !== force || one.category !== category || one.serving > 1)
              .map((one) => (
                <li key={one.queue}>
                  <button type="button" disabled={one.serving === 0} onClick={() => void ask({ queue: one.queue })}>
                    {queueWords(one)}
                    <span class="soft">{t("transferServing", { n: one.serving })}</span>
                  </button>
                </li>
              ))}
          </ul>
          <p class="soft">{t("transferForce")}</p>
        </div>
      )}
      <div class="choices">
        <button type="button" onClick={onClose}>
          {t("cancel")}
        </button>
      </div>
    </Modal>
  );
}

function Person({ person, onAsk }: { person: Colleague; onAsk: () => void }) {
  const { operator, load, limit } = person;
  const why = REASONS.find((known) => known === person.why);
  return (
    <li>
      <button type="button" disabled={person.why !== ""} onClick={onAsk}>
        {operator}
        <span class="soft">
          {t("transferLoad", { load, limit })}
          {why && ` · ${t(`transferWhy_${why}`)}`}
        </span>
      </button>
    </li>
  );
}

/** What is offered to this operator, above their own conversations. */
export function Offered({ snapshot }: { snapshot: Snapshot }) {
  const { desk, account } = snapshot;
  const [failed, setFailed] = useState<string | null>(null);
  const mine = desk.offers.filter((one) => one.giver !== account?.operator);
  const now = useNow() + snapshot.skew;
  return (
    <section class="offers" aria-label={t("offers")} aria-live="polite">
      {failed !== null && <p class="bad">{failureWords(failed)}</p>}
      {mine.map((one) => (
        <div key={one.conversation} class="offered">
          <p>{t("offerFrom", { giver: one.giver, ...goalOf(one) })}</p>
          <p class="soft" aria-hidden="true">
            {t("offerLeft", { time: span(one.until - now) })}
          </p>
          <div class="choices">
            <Act what="accept" id={one.conversation} onFailed={setFailed} label={t("offerAcceptThis", { giver: one.giver })}>
              {t("offerAccept")}
            </Act>
            <Act what="refuse" id={one.conversation} onFailed={setFailed} label={t("offerRefuseThis", { giver: one.giver })}>
              {t("offerRefuse")}
            </Act>
          </div>
        </div>
      ))}
    </section>
  );
}

/** How it stands with handing this conversation over; nothing while it does not. */
export function Handover({ line, snapshot }: { line: Line; snapshot: Snapshot }) {
  const now = useNow() + snapshot.skew;
  const [failed, setFailed] = useState<string | null>(null);
  const { part = "operator", beside, until } = line.held;
  const open = snapshot.desk.offers.find((one) => one.conversation === line.id);
  if (part === "psychologist" || (part === "operator" && !beside && !open)) return null;
  return (
    <div class="handover" role="status">
      {open && part === "operator" && (
        <>
          <span>{offerWords(open, now)}</span>
          <Act what="take-back" id={line.id} onFailed={setFailed}>
            {t(open.refused ? "offerSeen" : "offerTakeBack")}
          </Act>
        </>
      )}
      {beside && until && (
        <span>{t(part === "colleague" ? "handoverGiving" : "handoverTaking", { other: beside, time: hour(until) })}</span>
      )}
      {part === "colleague" && (
        <Act what="leave" id={line.id} onFailed={setFailed}>
          {t("handoverLeave")}
        </Act>
      )}
      {failed !== null && <span class="bad">{failureWords(failed)}</span>}
    </div>
  );
}

/** Who has followed a conversation, once it is more than one. */
export function Turns({ line }: { line: Line }) {
  const { turns = [] } = line.held;
  if (turns.length < 2) return null;
  return (
    <details class="turns">
      <summary>{t("turns")}</summary>
      <ol>
        {turns.map(({ at, account, why }) => (
          <li key={at}>{t("turn", { time: hour(at), account, why: whyWords(why) })}</li>
        ))}
      </ol>
    </details>
  );
}

interface ActProps {
  what: Step;
  id: string;
  label?: string;
  onFailed: (why: string | null) => void;
  children: string;
}

function Act({ what, id, label, onFailed, children }: ActProps) {
  const [busy, setBusy] = useState(false);
  const act = async (): Promise<void> => {
    setBusy(true);
    const answer = await step(what, id);
    onFailed(answer.ok ? null : answer.why);
    setBusy(false);
  };
  return (
    <button type="button" aria-label={label} disabled={busy} onClick={() => void act()}>
      {children}
    </button>
  );
}

function offerWords(one: Offer, now: number): string {
  if (one.refused) return t("offerRefused", { to: one.to ?? "" });
  const time = span(one.until - now);
  return one.to ? t("offerMine", { to: one.to, time }) : t("offerMineAll", { ...goalOf(one), time });
}

function goalOf({ category, force }: Pick<Offer, "category" | "force">): { category: string; force: string } {
  return { category: t(`categoryShort_${category}`), force: t(`force_${force}`) };
}

function queueWords(one: Pick<Offer, "category" | "force">): string {
  return t("transferQueue", goalOf(one));
}

function failureWords(why: string): string {
  return t(`transferFailed_${FAILURES.find((known) => known === why) ?? "other"}`);
}

function whyWords(why: string): string {
  const known = (["assigned", "taken_over", "reassigned", "transferred", "called"] as const).find((one) => one === why);
  return known ? t(`turnWhy_${known}`) : why;
}
