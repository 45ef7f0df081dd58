import { typists } from "@shared/conversation";
import { useLayoutEffect, useRef } from "preact/hooks";
import { MissingStrip } from "../danger/missing-strip";
import { d } from "../danger/say";
import { DangerStrip } from "../danger/strip";
import { noticeWords, placeOf } from "../desk/announce";
import type { Snapshot } from "../desk/console";
import type { Desk } from "../desk/desk";
import type { Line } from "../desk/line";
import { LiftingButton } from "../lifting/button";
import { t } from "../lib/say";
import { hour, useNow } from "../lib/time";
import { Composer } from "./composer";
import { Psychologist } from "./psychologist";
import { Transcript } from "./transcript";
import { Handover, Turns } from "./transfer";

/** That a conversation was asked for by the operator's own act; a new object each time. */
export interface Asked {
  readonly id: string | undefined;
}

interface Props {
  line: Line;
  snapshot: Snapshot;
  /** Whether the keyboard, the context and the shortcuts are about this one. */
  active: boolean;
  /** The conversation last asked for: its composer takes the keyboard, then and never by itself. */
  asked: Asked | null;
  onFocus: () => void;
  onEnd: () => void;
  onTransfer: () => void;
}

/** One open conversation. */
export function Pane({ line, snapshot, active, asked, onFocus, onEnd, onTransfer }: Props) {
  const writing = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    if (asked?.id === line.id && matchMedia("(hover: hover)").matches) writing.current?.focus();
  }, [asked, line.id]);
  return (
    <section
      class={active ? "pane active" : "pane"}
      aria-label={t("rank", { number: line.number })}
      onFocusCapture={onFocus}
      onPointerDownCapture={onFocus}
    >
      <Head line={line} snapshot={snapshot} onEnd={onEnd} onTransfer={onTransfer} />
      <Handover line={line} snapshot={snapshot} />
      <Psychologist line={line} snapshot={snapshot} />
      <Transcript line={line} active={active} connected={snapshot.link === "ready"} reports={snapshot.reports} />
      <Writing line={line} />
      <Composer line={line} field={writing} />
    </section>
  );
}

function Head({ line, snapshot, onEnd, onTransfer }: Pick<Props, "line" | "snapshot" | "onEnd" | "onTransfer">) {
  const { held, number } = line;
  const minutes = Math.max(0, Math.floor((useNow() + snapshot.skew - held.opened_at) / 60_000));
  return (
    <header class="pane-head">
      <div class="spread">
        <h2>
          <kbd aria-hidden="true">{number}</kbd> {t(`category_${held.category}`)} · {t(`audience_${held.audience}`)}
        </h2>
        {(held.part ?? "operator") === "operator" && (
          <span class="row acts">
            {!held.missing_at && <LiftingButton conversation={line.id} disabled={line.ending} />}
            <button type="button" disabled={line.ending || Boolean(held.beside)} onClick={onTransfer}>
              {t("transfer")}
            </button>
            <button type="button" class="danger" disabled={line.ending} onClick={onEnd}>
              {t(line.ending ? "ending" : "end")}
            </button>
          </span>
        )}
      </div>
      <dl class="facts">
        <Fact name={t("factPlace")} value={placeOf(line)} />
        <Fact name={t("factForce")} value={t(`force_${held.force}`)} />
        {held.unit && <Fact name={t("factUnit")} value={held.unit} />}
        <Fact name={t("factMinutes")} value={t("minutes", { count: minutes })} />
        <Fact name={t("factLanguage")} value={languageName(held.language)} />
        {held.turn > 1 && <Fact name={t("factTurn")} value={t("turnOf", { turn: held.turn })} />}
        {held.minor && <Fact name={t("factAge")} value={d("minor")} off />}
        <Presence
          connected={snapshot.link === "ready" ? (held.visitor_connected ?? false) : null}
          back={held.back_until ?? null}
          words={Boolean(held.resumable_until)}
        />
      </dl>
      <Turns line={line} />
      {held.missing_at && (held.part ?? "operator") === "operator" ? (
        <MissingStrip line={line} snapshot={snapshot} />
      ) : (
        <DangerStrip line={line} />
      )}
    </header>
  );
}

function Fact({ name, value, off = false }: { name: string; value: string; off?: boolean }) {
  return (
    <div class={off ? "off" : ""}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface PresenceProps {
  /** Null: we are not on line ourselves. */
  connected: boolean | null;
  /** Until when somebody who is away can come back, in milliseconds of the server's clock; null: it is not known. */
  back: number | null;
  /** Whether they have words to come back by. */
  words: boolean;
}

/** Whether the visitor's page is on line, and otherwise until when it can still come back. */
function Presence({ connected, back, words }: PresenceProps) {
  const name = t("factVisitor");
  if (connected === null) return <Fact name={name} value={t("visitorUnknown")} />;
  return connected ? (
    <Fact name={name} value={`● ${t("visitorOnline")}`} />
  ) : (
    <Fact name={name} value={`⊘ ${offlineWords(back, words)}`} off />
  );
}

function offlineWords(back: number | null, words: boolean): string {
  if (back === null) return t("visitorOffline");
  return t(words ? "visitorOfflineWords" : "visitorOfflineUntil", { time: hour(back) });
}

/** Who is writing; seen, not announced: it changes too often to be read aloud. */
function Writing({ line }: { line: Line }) {
  const now = useNow();
  const who = typists(line.chat, now);
  return (
    <p class="typing" aria-hidden="true">
      {who.includes("visitor") && t("typing")} {who.includes("operator") && t("operatorTyping")}{" "}
      {who.includes("psychologist") && t("psychologistTyping")}
    </p>
  );
}

interface VacantProps {
  fresh: Line | undefined;
  desk: Desk;
  onOpen: (id: string) => void;
}

/** A free place: what left it, and the way to fill it. */
export function Vacant({ fresh, desk, onOpen }: VacantProps) {
  const left = desk.notices.findLast((notice) => notice.what !== "error");
  return (
    <div class="pane vacant">
      {left && <p class="left">{noticeWords(left)}</p>}
      {fresh ? (
        <button type="button" class="offer" onClick={() => onOpen(fresh.id)}>
          {t("paneOffer")} <kbd>Alt {fresh.number}</kbd>
        </button>
      ) : (
        <p>{desk.lines.length > 0 ? t("paneEmpty") : idleWords(desk)}</p>
      )}
    </div>
  );
}

function idleWords(desk: Desk): string {
  const status = desk.welcome?.status;
  return status ? `${t("paneIdle")} ${t(status === "paused" ? "nowPaused" : "nowAvailable")}` : t("loading");
}

function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames(t.locale, { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag; // a tag that this browser cannot read is shown as it is
  }
}
