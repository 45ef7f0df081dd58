import { CardView } from "@shared/card";
import { mark, shown, type Outgoing, type Stored } from "@shared/conversation";
import { readCard } from "@shared/referral";
import type { Reading } from "@shared/sealed-link";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { isOwn, readableTo, unread, type Line } from "../desk/line";
import { t } from "../lib/say";
import { hour } from "../lib/time";
import type { View } from "../report/reports";
import { useConsole } from "./context";
import { ReportCard } from "./report/card";

/** How near the end, in pixels, still counts as looking at the end. */
const NEAR_PX = 40;

const BY = {
  own: "byOperator",
  visitor: "byVisitor",
  operator: "byOther",
  colleague: "byColleague",
  psychologist: "byPsychologist",
  service: "byService",
} as const;
const MARKS = { stored: "sent", delivered: "delivered", seen: "seen" } as const;

interface Props {
  line: Line;
  active: boolean;
  connected: boolean;
  /** Changes with what is known of signalements. */
  reports: number;
}

/** What was said; it stays at its end unless one scrolls up, and what is on screen counts as seen. */
export function Transcript({ line, active, connected, reports }: Props) {
  const { chat, id, number } = line;
  const { box, below, toEnd } = useEnd(line, reports);
  const desk = useConsole();
  const said = useMemo(() => {
    const views = desk.reports.views(line);
    return shown(chat).map((message) => <Said key={message.seq} line={line} message={message} views={views} />);
  }, [chat.messages, chat.progress, reports, line.own, line.held.part]);
  const empty = shown(chat).length + chat.outgoing.length === 0;
  return (
    <>
      <div
        ref={box}
        class="transcript"
        role="log"
        aria-label={t("transcript", { number })}
        aria-live={active ? "polite" : "off"}
        tabIndex={0}
      >
        {empty && <p class="soft">{t(line.fresh ? "transcriptWaits" : "transcriptEmpty")}</p>}
        {said}
        {chat.outgoing.map((message) => (
          <Unsaid key={message.cid} id={id} message={message} connected={connected} />
        ))}
      </div>
      {below && (
        <button type="button" class="below" onClick={toEnd}>
          {t("below")}
        </button>
      )}
    </>
  );
}

function Said({ line, message, views }: { line: Line; message: Stored; views: readonly View[] }) {
  const own = isOwn(line, message);
  const by = own ? "own" : message.by === "operator" && line.held.part !== "psychologist" ? "colleague" : message.by;
  const named = by === "psychologist" || by === "colleague" || by === "operator";
  return (
    <article class={`say ${by === "operator" ? "colleague" : by}`}>
      <span class={named ? "by" : "unseen"}>{t(BY[by])}</span>
      <Body kind={message.kind} body={message.body} views={views} />
      <span class="meta">
        <time dateTime={new Date(message.at).toISOString()}>{hour(message.at)}</time>
        {own && ` · ${t(MARKS[mark(line.chat, message)])}`}
      </span>
    </article>
  );
}

function Unsaid({ id, message, connected }: { id: string; message: Outgoing; connected: boolean }) {
  const desk = useConsole();
  return (
    <article class={message.refused ? "say own pending refused" : "say own pending"}>
      <span class="unseen">{t("byOperator")}</span>
      <Body kind={message.kind} body={message.body} views={[]} />
      {message.refused ? (
        <span class="meta">
          {t("refused")}{" "}
          <button type="button" class="plain" onClick={() => desk.retry(id, message.cid)}>
            {t("retry")}
          </button>
          <button
            type="button"
            class="plain"
            onClick={() => desk.act({ type: "withdrawn", id, cid: message.cid })}
          >
            {t("discard")}
          </button>
        </span>
      ) : (
        <span class="meta">{t(connected ? "sending" : "waitsForLine")}</span>
      )}
    </article>
  );
}

function Body({ kind, body, views }: { kind: Reading; body: string; views: readonly View[] }) {
  if (kind === "text") return <p class="body">{body}</p>;
  if (kind === "proposal" || kind === "consent" || kind === "service") return <ReportCard kind={kind} body={body} views={views} />;
  if (kind !== "card") return <p class="body closed">{t(kind === "sealed" ? "sealed" : "unreadable")}</p>;
  const card = readCard(body);
  return <div class="body">{card ? <CardView card={card} t={t} /> : t("cardBroken")}</div>;
}

/** Keep the end in sight, say whether something new is below, and mark as seen what has been on screen. */
function useEnd(line: Line, reports: number) {
  const desk = useConsole();
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [away, setAway] = useState(false);
  const { id, chat } = line;
  const newest = readableTo(line);

  const look = useCallback((): void => {
    if (!following.current || document.hidden || !box.current?.offsetParent) return;
    desk.act({ type: "seen", id, seq: newest });
  }, [desk, id, newest]);
  const latest = useRef(look);
  latest.current = look;

  const toEnd = useCallback((): void => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, []);

  useLayoutEffect(() => {
    following.current = true;
    setAway(false);
    toEnd();
  }, [id, toEnd]);
  useLayoutEffect(() => {
    if (following.current) toEnd();
    // A card grows when the answer in it is opened.
  }, [chat.messages.length, chat.outgoing.length, reports, toEnd]);
  useEffect(() => {
    if (line.seen < newest) look();
  }, [line.seen, newest, look]);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let size = "";
    const sizeNow = (): string => `${element.clientWidth} ${element.clientHeight}`;
    const scrolled = (): void => {
      // A box that changes its size scrolls by itself: that is no wish to leave the end.
      if (size !== sizeNow()) return;
      following.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      setAway(!following.current);
      latest.current();
    };
    const resized = new ResizeObserver(() => {
      size = sizeNow();
      if (following.current) toEnd();
      latest.current();
    });
    const shown = (): void => latest.current();
    element.addEventListener("scroll", scrolled, { passive: true });
    document.addEventListener("visibilitychange", shown);
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", scrolled);
      document.removeEventListener("visibilitychange", shown);
      resized.disconnect();
    };
  }, [toEnd]);

  return { box, below: away && unread(line) > 0, toEnd };
}
