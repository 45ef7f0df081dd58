import type { RefObject } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { PatrolBoard } from "../danger/patrol-board";
import { DangerTeller } from "../danger/strip";
import { titleOf } from "../desk/announce";
import type { Snapshot } from "../desk/console";
import { activeLine, lineOf, pressing, type View } from "../desk/desk";
import type { Line } from "../desk/line";
import type { Side } from "../desk/panes";
import { t } from "../lib/say";
import { ChatButton } from "../staff/button";
import { Chat } from "../staff/chat";
import { Notes } from "../staff/notes";
import { notesOf } from "../staff/place";
import { StaffTeller } from "../staff/teller";
import { useBackroom } from "../staff/use";
import { Announcer } from "./announcer";
import { atOnce } from "./at-once";
import { Bar, Lost } from "./bar";
import { useConsole } from "./context";
import { Help } from "./help";
import { ReportPanel } from "./report/panel";
import { SheetsPanel } from "./sheets/panel";
import { Tabs, type Tab } from "./sheets/tabs";
import { useLibrary } from "./sheets/use-library";
import { useCommands, type Command } from "./keys";
import { Pane, Vacant, type Asked } from "./pane";
import { OverdueTeller } from "./patience";
import { Question, type Asking } from "./question";
import { Rail } from "./rail";
import { Renewal } from "./renewal";

const WIDE = "(width >= 1440px)";
const VIEWS: readonly { view: View; name: "viewList" | "viewChat" | "viewHelp" }[] = [
  { view: "list", name: "viewList" },
  { view: "chat", name: "viewChat" },
  { view: "help", name: "viewHelp" },
];

/** The console at work: bar, list, open conversations, context. */
export function DeskPage({ snapshot }: { snapshot: Snapshot }) {
  const desk = useConsole();
  const state = snapshot.desk;
  const [asking, setAsking] = useState<Asking | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [aside, setAside] = useState("");
  const [tab, setTab] = useState<Tab>("help");
  const place = useRef<HTMLInputElement>(null);
  const words = useRef<HTMLInputElement>(null);
  const recipient = useRef<HTMLSelectElement>(null);
  const note = useRef<HTMLTextAreaElement>(null);
  const chat = useRef<HTMLTextAreaElement>(null);
  const [chatting, setChatting] = useState(false);
  const active = activeLine(state);

  useWide();
  useEffect(() => {
    document.title = titleOf(state);
  }, [state]);

  const open = useCallback(
    (id: string, beside: boolean): void =>
      atOnce(() => {
        desk.act({ type: "open", id, beside });
        setAsked({ id });
      }),
    [desk],
  );
  const lookBeside = useCallback(
    (at: Tab | "chat"): void =>
      atOnce(() => {
        setChatting(at === "chat");
        if (at !== "chat") setTab(at);
        desk.act({ type: "view", view: "help" });
      }),
    [desk],
  );
  const obey = useCallback(
    (command: Command): void => {
      const { desk: now } = desk.snapshot;
      const mine = activeLine(now);
      switch (command.do) {
        case "open": {
          const wanted = now.lines.find((line) => line.number === command.number);
          if (wanted) open(wanted.id, command.beside);
          return;
        }
        case "pressing": {
          const [first] = pressing(now);
          if (first) open(first.line.id, false);
          return;
        }
        case "swap":
          atOnce(() => {
            desk.act({ type: "swap" });
            setAsked({ id: activeLine(desk.snapshot.desk)?.id });
          });
          return;
        case "pause":
          desk.status(now.welcome?.status === "available" ? "paused" : "available");
          return;
        case "chat":
          lookBeside("chat");
          chat.current?.focus();
          return;
        case "notes":
          if (!mine) return;
          lookBeside("notes");
          note.current?.focus();
          return;
        case "help":
        case "sheets":
          lookBeside(command.do);
          if (command.do === "help") place.current?.select();
          else toSheets(words.current);
          return;
        case "report":
          if (mine?.held.part === "psychologist") return;
          lookBeside("report");
          toReport(recipient.current);
          return;
        case "end":
          if (mine && !mine.ending && (mine.held.part ?? "operator") === "operator") setAsking({ what: "end", id: mine.id });
          return;
        case "escape":
          atOnce(() => {
            setChatting(false);
            if (now.view === "help") desk.act({ type: "view", view: "chat" });
            setAsked({ id: mine?.id });
          });
          return;
        case "shortcuts":
          setAsking({ what: "shortcuts" });
      }
    },
    [desk, open, lookBeside],
  );
  useCommands(obey);

  return (
    <div class="console" data-view={state.view}>
      <Bar
        snapshot={snapshot}
        colleagues={
          snapshot.account && (
            <ChatButton
              room={desk.staff}
              forces={[snapshot.account.force]}
              open={chatting}
              onToggle={() => (chatting ? setChatting(false) : obey({ do: "chat" }))}
            />
          )
        }
        onPressing={() => obey({ do: "pressing" })}
        onShortcuts={() => setAsking({ what: "shortcuts" })}
        onLogout={() => (state.lines.length > 0 ? setAsking({ what: "logout" }) : void desk.session.logout())}
      />
      {snapshot.lostAt !== null && <Lost since={snapshot.lostAt} />}
      <Renewal snapshot={snapshot} />
      <PatrolBoard snapshot={snapshot} />
      <main class="work">
        <Rail snapshot={snapshot} onOpen={open} />
        <Panes snapshot={snapshot} asked={asked} onOpen={open} onAsk={setAsking} />
        <section class="context" aria-label={t("viewHelp")}>
          {chatting && snapshot.account && (
            <Chat
              room={desk.staff}
              forces={[snapshot.account.force]}
              first="supervisors"
              subjects={state.lines.map(({ id, number }) => ({ id, name: t("rank", { number }) }))}
              field={chat}
              onClose={() => obey({ do: "escape" })}
            />
          )}
          <div class="beside" hidden={chatting}>
            <Context
              snapshot={snapshot}
              active={active}
              tab={tab}
              onTab={setTab}
              place={place}
              words={words}
              recipient={recipient}
              note={note}
              hidden={chatting}
              onDone={setAside}
            />
          </div>
        </section>
      </main>
      <Views view={state.view} />
      <Announcer snapshot={snapshot} aside={aside} />
      <OverdueTeller snapshot={snapshot} />
      <DangerTeller snapshot={snapshot} />
      <StaffTeller room={desk.staff} held={new Map(state.lines.map(({ id, number }) => [id, number]))} />
      {asking && <Question asking={asking} snapshot={snapshot} onClose={() => setAsking(null)} />}
    </div>
  );
}

interface PanesProps {
  snapshot: Snapshot;
  asked: Asked | null;
  onOpen: (id: string, beside: boolean) => void;
  onAsk: (asking: Asking) => void;
}

function Panes({ snapshot, asked, onOpen, onAsk }: PanesProps) {
  const desk = useConsole();
  const box = useRef<HTMLDivElement>(null);
  const { panes, wide, lines } = snapshot.desk;
  const fresh = lines.find((line) => line.fresh);
  const filled = panes.ids.filter((id) => id !== null).length;
  const two = wide && filled > 0 && (lines.length > 1 || panes.ids[1] !== null || panes.active === 1);
  const sides: readonly Side[] = two ? [0, 1] : [panes.active];

  useEffect(() => {
    // What had the keyboard may have left with its conversation.
    if (document.activeElement === document.body) box.current?.focus({ preventScroll: true });
  }, [lines.length]);

  return (
    <div ref={box} class={two ? "panes two" : "panes"} tabIndex={-1}>
      {sides.map((side) => {
        const line = lineOf(snapshot.desk, panes.ids[side]);
        if (!line) return <Vacant key={side} fresh={fresh} desk={snapshot.desk} onOpen={(id) => onOpen(id, false)} />;
        const active = panes.active === side;
        return (
          <Pane
            key={line.id}
            line={line}
            snapshot={snapshot}
            active={active}
            asked={asked}
            onFocus={() => !active && desk.act({ type: "focus", side })}
            onEnd={() => onAsk({ what: "end", id: line.id })}
            onTransfer={() => onAsk({ what: "transfer", id: line.id })}
          />
        );
      })}
    </div>
  );
}

interface ContextProps {
  snapshot: Snapshot;
  active: Line | undefined;
  tab: Tab;
  onTab: (tab: Tab) => void;
  place: RefObject<HTMLInputElement | null>;
  words: RefObject<HTMLInputElement | null>;
  recipient: RefObject<HTMLSelectElement | null>;
  note: RefObject<HTMLTextAreaElement | null>;
  /** Whether something else stands in its place. */
  hidden: boolean;
  onDone: (words: string) => void;
}

/** Searches of each open conversation, so that going from one to the other loses none. */
function Context({ snapshot, active, tab, onTab, place, words, recipient, note, hidden, onDone }: ContextProps) {
  const { staff } = useConsole();
  useBackroom(staff);
  const unused = useMemo(() => ({ current: null }), []);
  const [loaded, again] = useLibrary();
  const open = snapshot.desk.panes.ids.flatMap((id) => lineOf(snapshot.desk, id) ?? []);
  if (!active) return <p class="empty">{t("helpNone")}</p>;
  return open.map((line) => (
    <div key={line.id} class="help-of" hidden={line !== active}>
      <Tabs
        tab={tab}
        onTab={onTab}
        counts={{ notes: staff.held(notesOf(line.id)).lines.length }}
        without={line.held.part === "psychologist" ? "report" : undefined}
      >
        {{
          sheets: (
            <SheetsPanel
              line={line}
              loaded={loaded}
              onRetry={again}
              field={line === active ? words : unused}
              onDone={onDone}
            />
          ),
          help: <Help line={line} field={line === active ? place : unused} onSent={onDone} />,
          report: (
            <ReportPanel
              line={line}
              shown={tab === "report" && line === active}
              first={line === active ? recipient : unused}
              onDone={onDone}
            />
          ),
          notes: (
            <Notes
              room={staff}
              conversation={line.id}
              number={line.number}
              shown={tab === "notes" && line === active && !hidden}
              field={line === active ? note : unused}
            />
          ),
        }}
      </Tabs>
    </div>
  ));
}

/** Bring the keyboard to the search, or, while there is nothing to search, to where it will be or can be asked for. */
function toSheets(field: HTMLInputElement | null): void {
  const panel = document.querySelector(".help-of:not([hidden]) .sheets");
  if (field) field.select();
  else (panel?.querySelector("button") ?? panel?.querySelector("h2"))?.focus();
}

/** Bring the keyboard to the form, or to what stands there instead of it. */
function toReport(field: HTMLSelectElement | null): void {
  const heading = document.querySelector<HTMLElement>(".help-of:not([hidden]) .report h2");
  (field ?? heading)?.focus();
}

function Views({ view }: { view: View }) {
  const desk = useConsole();
  return (
    <nav class="views" aria-label={t("views")}>
      {VIEWS.map((one) => (
        <button
          key={one.view}
          type="button"
          class={`to-${one.view}`}
          aria-pressed={view === one.view}
          onClick={() => desk.act({ type: "view", view: one.view })}
        >
          {t(one.name)}
        </button>
      ))}
    </nav>
  );
}

/** Tell the desk whether two conversations have room side by side. */
function useWide(): void {
  const desk = useConsole();
  useEffect(() => {
    const query = matchMedia(WIDE);
    const tell = (): void => desk.act({ type: "wide", wide: query.matches });
    tell();
    query.addEventListener("change", tell);
    return () => query.removeEventListener("change", tell);
  }, [desk]);
}
