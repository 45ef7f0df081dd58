import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type ReportRoom, sendable, type View } from "../room";
import type { Say } from "../words";
import { FieldRow } from "./field";
import { Withdraw } from "./withdraw";

interface Props {
  t: Say;
  room: ReportRoom;
  view: View;
}

type Phase = "open" | "agreed" | "replaced" | "no" | "later";

function phaseOf({ card, again }: View): Phase {
  if (card.agreed) return "agreed";
  if (card.replaced) return "replaced";
  const { decision, way } = card.decided ?? {};
  return (decision === "no" || decision === "later") && way !== "refused" && !again ? decision : "open";
}

/** A proposal in the chat: consent is asked for here, and nothing leaves without it (V10 S1). */
export function ProposalCard({ t, room, view }: Props) {
  const phase = phaseOf(view);
  const { seq } = view.card;
  switch (phase) {
    case "replaced":
      return <p class="soft">{t("replaced")}</p>;
    case "agreed":
      return (
        <Sheet seq={seq} phase={phase} title={t("agreed")}>
          <Agreed t={t} room={room} view={view} />
        </Sheet>
      );
    case "open":
      return (
        <Sheet seq={seq} phase={phase} title={t("proposed")}>
          <Open t={t} room={room} view={view} />
        </Sheet>
      );
    default:
      return (
        <Sheet seq={seq} phase={phase} title={t("proposed")}>
          <p>{t(phase === "no" ? "saidNo" : "saidLater")}</p>
          <button type="button" class="plain-button" onClick={() => room.again(seq)}>
            {t("again")}
          </button>
        </Sheet>
      );
  }
}

interface SheetProps {
  seq: number;
  phase: Phase;
  title: string;
  children: ComponentChildren;
}

/** When what she pressed is gone, the focus goes to what stands in its place. */
function Sheet({ seq, phase, title, children }: SheetProps) {
  const sheet = useRef<HTMLDivElement>(null);
  const drawn = useRef(phase);
  useEffect(() => {
    if (drawn.current === phase) return;
    drawn.current = phase;
    if (document.activeElement !== document.body && !sheet.current?.contains(document.activeElement)) return;
    sheet.current?.focus({ preventScroll: true });
    sheet.current?.scrollIntoView({ block: "nearest" });
  }, [phase]);
  return (
    <div class="report-card" role="group" ref={sheet} tabIndex={-1} aria-labelledby={`report-${seq}`}>
      <h2 id={`report-${seq}`}>{title}</h2>
      {children}
    </div>
  );
}

function Open({ t, room, view }: Props) {
  const { card, form, proof, step } = view;
  const { seq, proposal } = card;
  const fits = sendable(form, proposal);
  const ready = proof === "proved" && fits === "yes" && step !== "preparing";
  return (
    <>
      {proof === "unproved" ? (
        <p class="notice" role="alert">
          {t("unproved")}
        </p>
      ) : (
        <>
          <p>{t("proposedLead")}</p>
          <Recipient t={t} view={view} />
          <h3>{t("what")}</h3>
          <ul class="report-fields">
            {form.values.map((field) => (
              <FieldRow key={field[0]} t={t} card={seq} field={field} form={form} onAct={(act) => room.fill(seq, act)} />
            ))}
          </ul>
          <Next t={t} />
        </>
      )}
      <p class="fault" role="status">
        {fits !== "yes" ? t(fits) : step === "failed" || card.decided?.way === "refused" ? t("failed") : step === "preparing" ? t("preparing") : ""}
      </p>
      <div class="decide">
        {proof !== "unproved" && (
          <button type="button" class="plain-button" aria-disabled={!ready} onClick={() => ready && void room.yes(seq)}>
            {t("yes")}
          </button>
        )}
        <button type="button" class="plain-button" onClick={() => room.decline(seq, "no")}>
          {t("no")}
        </button>
        <button type="button" class="plain-button" onClick={() => room.decline(seq, "later")}>
          {t("later")}
        </button>
      </div>
    </>
  );
}

/** Nobody is shown as who receives it before the certificate has proved it. */
function Recipient({ t, view }: { t: Say; view: View }) {
  const { name, unit, address } = view.card.proposal.recipient;
  return (
    <>
      <h3>{t("to")}</h3>
      {view.proof === "checking" ? (
        <p>{t("checking")}</p>
      ) : (
        <p class="recipient">
          <strong>{name}</strong>
          <span class="proved">{t("proved")}</span>
          {unit && <span>{unit}</span>}
          {address && <span>{address}</span>}
        </p>
      )}
    </>
  );
}

const NEXT = ["nextWho", "nextWithdraw", "nextAnswer", "nextWhen", "nextFree"] as const;

function Next({ t }: { t: Say }) {
  return (
    <>
      <h3>{t("next")}</h3>
      <ul class="steps">
        {NEXT.map((key) => (
          <li key={key}>{t(key)}</li>
        ))}
      </ul>
    </>
  );
}

/** She said yes: what she agreed to stays in sight, and can be taken back. */
function Agreed({ t, room, view }: Props) {
  const { card } = view;
  const { name, unit } = card.proposal.recipient;
  const waiting = card.statuses.length === 0;
  const leaving = card.decided?.decision === "yes" && card.decided.way === "leaving";
  return (
    <>
      <p class="recipient">
        <strong>{name}</strong>
        {unit && <span>{unit}</span>}
      </p>
      {waiting && card.decided?.decision === "yes" && <p role="status">{t(leaving ? "leaving" : "agreedLead")}</p>}
      <details>
        <summary>{t("agreedSee")}</summary>
        <dl class="report-sent">
          {card.agreed?.fields.map(([field, value]) => (
            <div key={field}>
              <dt>{t(field)}</dt>
              <dd class="body">{value}</dd>
            </div>
          ))}
        </dl>
      </details>
      {waiting && <Withdraw t={t} room={room} view={view} />}
    </>
  );
}
