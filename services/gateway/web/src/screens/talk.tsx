import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Announcer } from "../announce";
import type { State } from "../state";
import type { Visit } from "../visit";
import type { Say } from "../words";
import { Composer } from "./composer";
import { Line, Pending, aloud, who } from "./message";
import { Heading, Meanwhile } from "./parts";
import { standing } from "./standing";

/** How near the end counts as reading the newest message, in pixels. */
const NEAR = 60;

interface Props {
  t: Say;
  state: State;
  visit: Visit;
  announcer: Announcer;
}

/** Waiting and talking: one screen, since one may write while waiting. */
export function Talk({ t, state, visit, announcer }: Props) {
  const where = standing(t, state.standing, state.link);
  const waiting = state.standing?.stage !== "active";
  useEffect(() => {
    const words = `${where.title} ${where.detail}`;
    if (waiting) announcer.sayRarely(words, Date.now());
    else announcer.say(words);
  }, [waiting, where.title, where.detail]);
  return (
    <div class="talk">
      <Heading hidden>{t("conversation")}</Heading>
      <header class="standing">
        <p>
          <strong>{where.title}</strong> <span>{where.detail}</span>
        </p>
        <button type="button" class="plain-button" onClick={() => visit.considerEnding()}>
          {t("end")}
        </button>
      </header>
      <Transcript t={t} state={state} visit={visit} announcer={announcer} />
      <Composer t={t} draft={state.draft} onDraft={(text) => visit.draft(text)} onSay={() => visit.say()} />
    </div>
  );
}

function Transcript({ t, state, visit, announcer }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [below, setBelow] = useState(false);
  const atEnd = useRef(true);
  const size = useRef("");
  const { conversation } = state;
  const messages = conversation?.messages ?? [];
  const outgoing = conversation?.outgoing ?? [];
  const spoken = messages.length + outgoing.length;
  const last = messages.at(-1)?.seq ?? 0;

  const look = (): void => {
    const box = scroller.current;
    // A box that changes its size scrolls by itself: that is no wish to leave the end.
    if (!box || (size.current !== "" && size.current !== sizeOf(box))) return;
    atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    setBelow(!atEnd.current && last > visit.state.seen);
    if (atEnd.current && document.visibilityState === "visible") visit.looked(last);
  };
  const toEnd = (): void => scroller.current?.scrollTo({ top: scroller.current.scrollHeight });

  useLayoutEffect(() => {
    // Before anything is said, what stands at the top is what counts.
    if (atEnd.current && spoken > 0) toEnd();
  }, [spoken, state.typing.length]);
  useEffect(() => {
    if (outgoing.length > 0) toEnd();
  }, [outgoing.length]);
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    // A keyboard that opens, or a longer word above, takes height: the newest message stays in sight.
    const observer = new ResizeObserver(() => {
      size.current = sizeOf(box);
      if (atEnd.current && spoken > 0) toEnd();
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [spoken > 0]);
  useEffect(() => {
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [last]);
  useArrivals(t, state, announcer);

  return (
    <div class="transcript" ref={scroller} onScroll={look} tabIndex={0} role="region" aria-label={t("conversation")}>
      <Anonymity t={t} />
      <Meanwhile t={t} open={state.standing?.stage !== "active" && spoken === 0} />
      <ol>
        {conversation &&
          messages.map((message) => (
            <Line key={message.seq} t={t} message={message} conversation={conversation} />
          ))}
        {outgoing.map((message) => (
          <Pending
            key={message.cid}
            t={t}
            message={message}
            lost={state.link !== "ready"}
            onRetry={() => visit.retry(message.cid, message.body)}
            onRemove={() => visit.withdraw(message.cid)}
          />
        ))}
      </ol>
      <p class="typing">{state.typing.map((role) => t("typing", { who: who(t, role) })).join(" ")}</p>
      {below && (
        <button type="button" class="below" onClick={toEnd}>
          ↓ {t("newMessages")}
        </button>
      )}
    </div>
  );
}

const sizeOf = (box: HTMLElement): string => `${box.clientWidth} ${box.clientHeight}`;

/** Tell a screen reader of each message that arrives, once. */
function useArrivals(t: Say, state: State, announcer: Announcer): void {
  const told = useRef(state.conversation?.messages.at(-1)?.seq ?? 0);
  useEffect(() => {
    for (const message of state.conversation?.messages ?? []) {
      if (message.seq <= told.current) continue;
      told.current = message.seq;
      if (message.by !== "visitor") announcer.say(aloud(t, message));
    }
  }, [state.conversation?.messages]);
}

/** What is known, by whom, until when (V16): only what is true of the system as it stands. */
function Anonymity({ t }: { t: Say }) {
  return (
    <details>
      <summary>{t("anonymous")}</summary>
      <p>{t("anonymousSeen")}</p>
      <p>{t("anonymousKept")}</p>
      <p>{t("anonymousReload")}</p>
    </details>
  );
}
