import { shown } from "@shared/conversation";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Announcer } from "../announce";
import type { DangerBar } from "../danger";
import type { Say as DangerSay } from "../danger/words";
import { SHOWN_AGAIN } from "../hide";
import { resumable, type State } from "../state";
import type { Visit } from "../visit";
import type { Say } from "../words";
import type * as anonymity from "./anonymity";
import { Composer } from "./composer";
import { Line, Pending, aloud, who } from "./message";
import { Heading, Helplines, Meanwhile } from "./parts";
import { standing } from "./standing";
import { clock } from "./words";

/** How near the end counts as reading the newest message, in pixels. */
const NEAR = 60;

interface Props {
  t: Say;
  state: State;
  visit: Visit;
  announcer: Announcer;
  /** Whether resume words are offered here. */
  words: boolean;
}

/** Waiting and talking: one screen, since one may write while waiting. */
export function Talk(props: Props) {
  const { t, state, visit, announcer, words } = props;
  const where = standing(t, state.standing, state.link, state.unverified);
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
        {words && <Keep t={t} state={state} onKeep={() => visit.drawWords()} />}
        <Danger {...props} />
      </header>
      <Transcript {...props} />
      {state.unverified && <Unverified t={t} />}
      <Composer t={t} draft={state.draft} onDraft={(text) => visit.draft(text)} onSay={() => visit.say()} />
    </div>
  );
}

/** That one is in danger now; it comes as soon as there is a network to bring it, and comes back by itself. */
function Danger({ t, state, visit, announcer }: Props) {
  const [parts, setParts] = useState<{ t: DangerSay; Bar: typeof DangerBar } | null>(null);
  useEffect(() => {
    if (parts || state.link !== "ready") return;
    void import("../danger")
      .then(async ({ DangerBar: Bar, openDanger }) => setParts({ t: await openDanger(t.locale), Bar }))
      .catch(() => undefined);
  }, [state.link]);
  if (!parts) return null;
  const { standing: where, link } = state;
  return (
    <parts.Bar
      t={parts.t}
      state={where}
      link={link}
      onSay={(on) => visit.sayDanger(on)}
      onTold={(told) => announcer.say(told)}
    />
  );
}

/** How to ask for words, and whether there are some already. */
function Keep({ t, state, onKeep }: { t: Say; state: State; onKeep: () => void }) {
  const until = resumable(state, Date.now());
  return (
    <button type="button" class="link-button keep" onClick={onKeep}>
      {until === null ? t("keep") : t("keepUntil", { time: clock(t.locale, until) })}
    </button>
  );
}

/** Somebody was to read who could not be proved to be staff: they got no key (it falls closed), and this is said. */
function Unverified({ t }: { t: Say }) {
  return (
    <div class="notice unverified" role="alert">
      <p>{t("unverified")}</p>
      <Helplines t={t} />
    </div>
  );
}

function Transcript({ t, state, visit, announcer }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [below, setBelow] = useState(false);
  const atEnd = useRef(true);
  const size = useRef("");
  const { conversation } = state;
  // What she decided about a proposal stands on its card.
  const messages = conversation ? shown(conversation).filter(({ kind }) => kind !== "consent") : [];
  const outgoing = conversation?.outgoing.filter(({ kind }) => kind !== "consent") ?? [];
  const spoken = messages.length + outgoing.length;
  const last = messages.at(-1);
  const lastSeq = last?.seq ?? 0;

  const look = (): void => {
    const box = scroller.current;
    // A box that changes its size scrolls by itself: that is no wish to leave the end.
    // Hidden, nothing is on screen.
    if (!box?.isConnected || (size.current !== "" && size.current !== sizeOf(box))) return;
    const bottom = box.scrollTop + box.clientHeight;
    atEnd.current = box.scrollHeight - bottom < NEAR;
    // A card may be higher than the screen: it is there when its top is.
    const newest = box.querySelector<HTMLElement>("ol > :last-child");
    const there = atEnd.current || (newest !== null && newest.offsetTop + NEAR <= bottom);
    setBelow(!there && lastSeq > visit.state.seen);
    if (there && document.visibilityState === "visible") visit.looked(lastSeq);
  };
  const toEnd = (): void => {
    const box = scroller.current;
    // Who presses or writes in a card must find it under the finger; a card is read from its top.
    if (box?.querySelector(".report :is(button, textarea):focus")) return;
    if (last?.kind === "proposal" || last?.kind === "service") box?.querySelector("ol > :last-child")?.scrollIntoView();
    else box?.scrollTo({ top: box.scrollHeight });
  };

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
      if (!box.isConnected) return;
      size.current = sizeOf(box);
      if (atEnd.current && spoken > 0) toEnd();
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [spoken > 0]);
  useEffect(() => {
    look();
    document.addEventListener("visibilitychange", look);
    addEventListener(SHOWN_AGAIN, look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      removeEventListener(SHOWN_AGAIN, look);
    };
  }, [lastSeq]);
  useArrivals(t, state, announcer);

  return (
    <div class="transcript" ref={scroller} onScroll={look} tabIndex={0} role="region" aria-label={t("conversation")}>
      <p class="soft">{t("hideHow")}</p>
      <p class="soft keyboard-only">{t("hideKeys")}</p>
      <Anonymity t={t} state={state} />
      <Meanwhile t={t} open={state.standing?.stage !== "active" && spoken === 0} />
      <ol>
        {conversation &&
          messages.map((message) => (
            <Line key={message.seq} t={t} message={message} conversation={conversation} reports={state.reports} />
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
      if (message.by !== "visitor" && message.kind !== "keys") announcer.say(aloud(t, message, state.reports));
    }
  }, [state.conversation?.messages]);
}

/** What is known, by whom, until when (V16): fetched when it is opened, and tried again when it is opened again. */
function Anonymity({ t, state }: { t: Say; state: State }) {
  const [room, enter] = useState<{ Known: typeof anonymity.Known; say: Parameters<typeof anonymity.Known>[0]["t"] }>();
  const open = async (): Promise<void> => {
    const { Known, words } = await import("./anonymity");
    enter({ Known, say: await words(t.locale) });
  };
  return (
    <details onToggle={() => void open().catch(() => undefined)}>
      <summary>{t("anonymous")}</summary>
      {room ? <room.Known t={room.say} state={state} /> : <p>{t("connecting")}</p>}
    </details>
  );
}
