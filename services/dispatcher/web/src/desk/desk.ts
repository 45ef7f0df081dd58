import { reduce as reduceChat, type Happening } from "@shared/conversation";
import type {
  EndedBy,
  ErrorCode,
  HeldFrame,
  Offer,
  OffersFrame,
  PsychologistsFrame,
  QueueLine,
  WelcomeFrame,
} from "@shared/frames";
import type { Heard, SpokenKind } from "@shared/sealed-link";
import { newLine, reheld, waitingSince, type Line } from "./line";
import { kept, opened, swapped, NO_PANES, type Panes, type Side } from "./panes";

/** Something to say in one line that stays until it is put away. Holds no content of a chat. */
export type News =
  | { readonly what: "erased"; readonly number: number; readonly by: EndedBy }
  | { readonly what: "released"; readonly number: number }
  | { readonly what: "untaken"; readonly number: number }
  | { readonly what: "uncalled"; readonly number: number }
  | { readonly what: "quit"; readonly number: number }
  | { readonly what: "forgotten" }
  | { readonly what: "error"; readonly code: ErrorCode };

export type Notice = News & { readonly id: number };

/** Which part a narrow screen shows. */
export type View = "list" | "chat" | "help";

/** All that the console knows; nothing of it is ever stored. */
export interface Desk {
  /** Null until the first `welcome` of this session. */
  readonly welcome: WelcomeFrame | null;
  /** Whether this is not the first welcome of this page: what is then unknown was assigned meanwhile. */
  readonly back: boolean;
  /** By number. */
  readonly lines: readonly Line[];
  readonly queues: readonly QueueLine[];
  /** How it stands with psychologists; null while it is not known. */
  readonly psychologists: PsychologistsFrame | null;
  /** Open offers to this operator, and theirs. */
  readonly offers: readonly Offer[];
  /** When the queues were told, in milliseconds of this machine's clock. */
  readonly queuesAt: number;
  readonly notices: readonly Notice[];
  readonly panes: Panes;
  readonly view: View;
  /** Whether two conversations have room side by side. */
  readonly wide: boolean;
}

export type Act =
  | { readonly type: "frame"; readonly frame: Heard; readonly now: number }
  | { readonly type: "said"; readonly id: string; readonly cid: string; readonly body: string; readonly kind: SpokenKind }
  | { readonly type: "withdrawn"; readonly id: string; readonly cid: string }
  | { readonly type: "drafted"; readonly id: string; readonly draft: string }
  | { readonly type: "seen"; readonly id: string; readonly seq: number }
  | { readonly type: "keyed"; readonly id: string }
  | { readonly type: "ending"; readonly id: string }
  | { readonly type: "status"; readonly status: WelcomeFrame["status"] }
  | { readonly type: "open"; readonly id: string; readonly beside?: boolean }
  | { readonly type: "focus"; readonly side: Side }
  | { readonly type: "swap" }
  | { readonly type: "view"; readonly view: View }
  | { readonly type: "wide"; readonly wide: boolean }
  | { readonly type: "dismiss"; readonly notice: number };

const MOST_NOTICES = 5;
/** How far this machine's clock may be from the server's, in milliseconds. */
const CLOCKS_MS = 2_000;

export const EMPTY: Desk = {
  welcome: null,
  back: false,
  lines: [],
  queues: [],
  offers: [],
  psychologists: null,
  queuesAt: 0,
  notices: [],
  panes: NO_PANES,
  view: "list",
  wide: false,
};

/** Return the desk after one act of the operator's or one frame of the server's. */
export function reduce(desk: Desk, act: Act): Desk {
  switch (act.type) {
    case "frame":
      return heard(desk, act.frame, act.now);
    case "said": {
      const { cid, body, kind } = act;
      const draft = kind === "text" ? { draft: "" } : {};
      return change(desk, act.id, (line) => {
        const own = new Set([...line.own, cid]);
        return { ...inChat(line, { type: "said", cid, body, kind }), ...draft, own };
      });
    }
    case "withdrawn":
      return change(desk, act.id, (line) => inChat(line, { type: "withdrawn", cid: act.cid }));
    case "drafted":
      return change(desk, act.id, (line) => ({ ...line, draft: act.draft }));
    case "seen":
      return change(desk, act.id, (line) => (act.seq > line.seen ? { ...line, seen: act.seq } : line));
    case "keyed":
      return change(desk, act.id, (line) => ({ ...line, keyed: true }));
    case "ending":
      return change(desk, act.id, (line) => ({ ...line, ending: true }));
    case "status":
      return desk.welcome ? { ...desk, welcome: { ...desk.welcome, status: act.status } } : desk;
    case "open":
      return open(desk, act.id, act.beside ?? false);
    case "focus":
      return { ...desk, panes: { ...desk.panes, active: act.side } };
    case "swap":
      return { ...desk, panes: swapped(desk.panes, desk.wide) };
    case "view":
      return { ...desk, view: act.view };
    case "wide":
      return { ...desk, wide: act.wide };
    case "dismiss":
      return { ...desk, notices: desk.notices.filter((notice) => notice.id !== act.notice) };
  }
}

/** The conversation that the keyboard, the context and the shortcuts are about. */
export function activeLine(desk: Desk): Line | undefined {
  return lineOf(desk, desk.panes.ids[desk.panes.active]);
}

export function lineOf(desk: Desk, id: string | null): Line | undefined {
  return desk.lines.find((line) => line.id === id);
}

/** Who waits for an answer, the longest first. */
export function pressing(desk: Desk): { line: Line; since: number }[] {
  return desk.lines
    .flatMap((line) => {
      const since = waitingSince(line);
      return since === null ? [] : [{ line, since }];
    })
    .sort((one, other) => one.since - other.since);
}

function heard(desk: Desk, frame: Heard, now: number): Desk {
  switch (frame.t) {
    case "welcome":
      return welcomed(desk, frame);
    case "held":
      return held(desk, frame, now);
    case "status":
      return reduce(desk, { type: "status", status: frame.status });
    case "board":
      return { ...desk, queues: frame.queues, queuesAt: now };
    case "offers":
      return offered(desk, frame, now);
    case "psychologists":
      return attended(desk, frame);
    case "erased":
      return gone(desk, frame.conversation, ({ number }) => ({ what: "erased", number, by: frame.ended_by }));
    case "released":
      return gone(desk, frame.conversation, released);
    case "error":
      return refused(desk, frame.code, frame.conversation ?? null, frame.cid ?? null, now, frame);
    case "message":
    case "typing":
    case "receipt":
      return change(desk, frame.conversation, (line) => inChat(line, { type: "frame", frame, now }));
    default:
      return desk;
  }
}

/** What the server no longer counts as ours went away while we were not connected. */
function welcomed(desk: Desk, frame: WelcomeFrame): Desk {
  const lost = desk.lines.filter((line) => !frame.conversations.includes(line.id));
  const left = lost.reduce((before, { id }) => gone(before, id, released), desk);
  return { ...left, welcome: frame, back: desk.welcome !== null, offers: [], psychologists: null };
}

/** Whoever waits for a psychologist when their hours are over waits no more. */
function attended(desk: Desk, frame: PsychologistsFrame): Desk {
  const waits = new Set(frame.calls.map((one) => one.conversation));
  const over = frame.open ? [] : (desk.psychologists?.calls ?? []).filter((one) => !waits.has(one.conversation));
  return over.reduce<Desk>(
    (state, one) => {
      const line = lineOf(state, one.conversation);
      return line && !line.held.psychologist ? told(state, { what: "uncalled", number: line.number }) : state;
    },
    { ...desk, psychologists: frame },
  );
}

/** A psychologist leaves a conversation, which goes on; an operator loses it to another one. */
function released({ number, held }: Line): News {
  return { what: held.part === "psychologist" ? "quit" : "released", number };
}

/** An own offer whose time is over, and which is still ours, was taken by nobody. */
function offered(desk: Desk, frame: OffersFrame, now: number): Desk {
  const stands = new Set(frame.offers.map((one) => one.conversation));
  const over = desk.offers.filter((one) => one.giver === desk.welcome?.operator && !stands.has(one.conversation));
  const untaken = over.filter((one) => !one.refused && one.until <= now + CLOCKS_MS);
  return untaken.reduce(
    (state, one) => {
      const line = lineOf(state, one.conversation);
      return line?.held.part ? state : line ? told(state, { what: "untaken", number: line.number }) : state;
    },
    { ...desk, offers: frame.offers },
  );
}

function held(desk: Desk, frame: HeldFrame, now: number): Desk {
  if (lineOf(desk, frame.conversation)) {
    return change(desk, frame.conversation, (line) => reheld(line, frame, now));
  }
  const line = newLine(frame, freeNumber(desk.lines), frame.new === true || desk.back, now);
  const lines = [...desk.lines, line].sort((one, other) => one.number - other.number);
  const after = { ...desk, lines };
  // After a reload, what one had comes back on screen; what is new waits to be opened.
  return line.fresh ? after : { ...after, panes: kept(desk.panes, line.id, desk.wide) };
}

function refused(
  desk: Desk,
  code: ErrorCode,
  id: string | null,
  cid: string | null,
  now: number,
  frame: Heard,
): Desk {
  // Another console was quicker with a key that all share: what is so comes by itself.
  if (code === "superseded" || (code === "out_of_order" && !id)) return desk;
  const after = id
    ? change(desk, id, (line) => ({ ...inChat(line, { type: "frame", frame, now }), ending: false }))
    : desk;
  // A refused message says so itself, in its place in the transcript.
  return cid ? after : told(after, { what: "error", code });
}

function gone(desk: Desk, id: string, news: (line: Line) => News): Desk {
  const line = lineOf(desk, id);
  if (!line) return desk;
  const [left, right] = desk.panes.ids;
  // The place stays empty and active: what is being typed must not run on into another conversation.
  const panes: Panes = { ...desk.panes, ids: [left === id ? null : left, right === id ? null : right] };
  return told({ ...desk, lines: desk.lines.filter((other) => other.id !== id), panes }, news(line));
}

function told(desk: Desk, news: News): Desk {
  const id = (desk.notices.at(-1)?.id ?? 0) + 1;
  const repeated = (notice: Notice): boolean =>
    notice.what === "error" && news.what === "error" && notice.code === news.code;
  const others = desk.notices.filter((notice) => !repeated(notice));
  return { ...desk, notices: [...others, { ...news, id }].slice(-MOST_NOTICES) };
}

function open(desk: Desk, id: string, beside: boolean): Desk {
  if (!lineOf(desk, id)) return desk;
  const panes = opened(desk.panes, id, desk.wide, beside);
  return change({ ...desk, panes, view: "chat" }, id, (line) => ({ ...line, fresh: false }));
}

function change(desk: Desk, id: string, to: (line: Line) => Line): Desk {
  return { ...desk, lines: desk.lines.map((line) => (line.id === id ? to(line) : line)) };
}

function inChat(line: Line, happening: Happening): Line {
  return { ...line, chat: reduceChat(line.chat, happening) };
}

function freeNumber(lines: readonly Line[]): number {
  let number = 1;
  while (lines.some((line) => line.number === number)) number += 1;
  return number;
}
