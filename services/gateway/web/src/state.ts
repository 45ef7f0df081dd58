import { begin, type Conversation, type Happening, lastSeq, reduce, typists } from "@shared/conversation";
import type { AskCommuneFrame, Audience, Category, EndedBy, ErrorCode, Role, StateFrame } from "@shared/frames";
import type { Heard } from "@shared/sealed-link";
import type { LinkStatus } from "@shared/socket";
import type * as report from "./report";
import type { Found } from "./report/found";
import type { ReportRoom } from "./report/room";
import type { BackFault } from "./return/search";

/** What the visitor chose on the first screen. */
export interface Choice {
  readonly category: Category | null;
  readonly audience: Audience;
  readonly postalCode: string;
  /** Under 18. */
  readonly minor: boolean;
}

/**
 * Why a conversation is no more here. `gone`: it was when the connection came back. `unsure`: erased here, not
 * confirmed. `elsewhere`: it goes on on another device.
 */
export type Ending = EndedBy | "gone" | "unsure" | "elsewhere";

export type Screen =
  | { readonly at: "start"; readonly refused: ErrorCode | null; readonly back: BackFault | null }
  | { readonly at: "connecting"; readonly busy: boolean; readonly back: boolean; readonly working?: boolean }
  | { readonly at: "commune"; readonly question: AskCommuneFrame }
  | { readonly at: "talk" }
  | { readonly at: "words"; readonly words: readonly string[] | null; readonly failed: boolean }
  | { readonly at: "ending"; readonly erasing: boolean }
  | { readonly at: "ended"; readonly why: Ending; readonly goesOn: string | null }
  | { readonly at: "found"; readonly found: Found; readonly parts: Parts };

/** What a signalement needs, once it is fetched. */
export type Parts = typeof report;

/** The signalements of the conversation. A new one of these stands for each change in the room. */
export interface Reports {
  readonly room: ReportRoom;
  readonly parts: Parts;
}

/** Everything that the page knows. It lives in memory and nowhere else. */
export interface State {
  readonly screen: Screen;
  readonly choice: Choice;
  /** Resume words as they were typed, until they lead back. */
  readonly typed: string;
  readonly link: LinkStatus;
  readonly conversation: Conversation | null;
  readonly standing: StateFrame | null;
  readonly draft: string;
  /** Who is writing to the visitor at this moment. */
  readonly typing: readonly Role[];
  readonly seen: number;
  /** Somebody was to read here who could not be verified, and got no key. */
  readonly unverified: boolean;
  readonly reports: Reports | null;
}

export type Act =
  | { readonly type: "asked"; readonly choice: Choice }
  | { readonly type: "answered" }
  | { readonly type: "cancelled" }
  | { readonly type: "drafted"; readonly draft: string }
  | { readonly type: "returning"; readonly typed: string }
  | { readonly type: "lost"; readonly fault: BackFault }
  | { readonly type: "found"; readonly conversation: string }
  | { readonly type: "verified"; readonly unverified: boolean }
  | { readonly type: "reports"; readonly reports: Reports }
  | { readonly type: "answer"; readonly found: Found; readonly parts: Parts }
  | { readonly type: "words"; readonly words: readonly string[] | null; readonly failed: boolean }
  | { readonly type: "ending" }
  | { readonly type: "staying" }
  | { readonly type: "erasing" }
  | { readonly type: "unsure" }
  | { readonly type: "elsewhere" }
  | { readonly type: "again" }
  | { readonly type: "link"; readonly status: LinkStatus }
  | { readonly type: "looked"; readonly seq: number }
  | { readonly type: "tick"; readonly now: number }
  | Happening;

export const BLANK: State = {
  screen: { at: "start", refused: null, back: null },
  choice: { category: null, audience: "victim", postalCode: "", minor: false },
  typed: "",
  link: "closed",
  conversation: null,
  standing: null,
  draft: "",
  typing: [],
  seen: 0,
  unverified: false,
  reports: null,
};

/** Return the page after an act of the visitor, of the link, or of the server. */
export function next(state: State, act: Act): State {
  switch (act.type) {
    case "asked":
      return { ...BLANK, choice: act.choice, screen: { at: "connecting", busy: false, back: false } };
    case "answered":
      return { ...state, screen: { at: "connecting", busy: false, back: false } };
    case "returning":
      return { ...BLANK, choice: state.choice, typed: act.typed, screen: { at: "connecting", busy: false, back: true } };
    case "lost":
      return sentBack(state, null, act.fault);
    case "found":
      return { ...state, typed: "", conversation: begin(act.conversation, "visitor"), screen: { at: "talk" } };
    case "verified":
      return { ...state, unverified: act.unverified };
    case "reports":
      return { ...state, reports: act.reports };
    case "answer":
      return { ...BLANK, screen: { at: "found", found: act.found, parts: act.parts } };
    case "words":
      // What was drawn is shown where it is waited for.
      if ((act.words || act.failed) && state.screen.at !== "words") return state;
      return { ...state, screen: { at: "words", words: act.words, failed: act.failed } };
    case "cancelled":
      return { ...BLANK, choice: state.choice };
    case "drafted":
      return { ...state, draft: act.draft };
    case "ending":
      return { ...state, screen: { at: "ending", erasing: false } };
    case "staying":
      return { ...state, screen: { at: "talk" } };
    case "erasing":
      return { ...state, screen: { at: "ending", erasing: true } };
    case "unsure":
    case "elsewhere":
      return over(act.type, state);
    case "again":
      return BLANK;
    case "link":
      return { ...state, link: act.status };
    case "looked":
      return { ...state, seen: Math.max(state.seen, act.seq) };
    case "tick":
      return { ...state, typing: writing(state.conversation, act.now) };
    case "said":
    case "withdrawn":
      return state.conversation ? { ...state, conversation: reduce(state.conversation, act) } : state;
    case "frame":
      return heard(state, act.frame, act.now);
  }
}

/** The last message that has arrived and the last that was on screen, as a `receipt` says it. */
export function progress(state: State): { delivered: number; seen: number } {
  const delivered = state.conversation ? lastSeq(state.conversation) : 0;
  return { delivered, seen: Math.min(state.seen, delivered) };
}

/** Until when resume words lead back to this conversation, in ms since 1970; null when none do. */
export function resumable(state: State, now: number): number | null {
  const until = state.standing?.resumable_until ?? 0;
  return until > now ? until : null;
}

function heard(state: State, frame: Heard, now: number): State {
  switch (frame.t) {
    case "ask_commune":
      return { ...state, screen: { at: "commune", question: frame } };
    case "challenge":
      return state.screen.at === "connecting" ? { ...state, screen: { ...state.screen, busy: false, working: true } } : state;
    case "opened":
      return { ...state, conversation: begin(frame.conversation, "visitor"), screen: { at: "talk" } };
    case "state":
      return { ...state, standing: frame };
    case "erased":
      return over(frame.ended_by, state);
    case "error":
      return refused(state, frame.code, now, frame);
    default:
      return conversed(state, frame, now);
  }
}

function conversed(state: State, frame: Heard, now: number): State {
  if (!state.conversation) return state;
  const conversation = reduce(state.conversation, { type: "frame", frame, now });
  return conversation === state.conversation ? state : { ...state, conversation, typing: writing(conversation, now) };
}

function refused(state: State, code: ErrorCode, now: number, frame: Heard): State {
  if (state.conversation) return code === "not_found" ? over("gone", state) : conversed(state, frame, now);
  const back = state.screen.at === "connecting" && state.screen.back;
  if (code === "unavailable" || code === "too_fast") return { ...state, screen: { at: "connecting", busy: true, back } };
  const fault: BackFault | null = back ? { why: code === "not_found" ? "nothing" : "failed" } : null;
  return sentBack(state, back ? null : code, fault);
}

/** To the first screen, with what was chosen and typed. */
function sentBack(state: State, refused: ErrorCode | null, back: BackFault | null): State {
  return { ...BLANK, choice: state.choice, typed: state.typed, screen: { at: "start", refused, back } };
}

/** Nothing of a conversation that is over stays, not even what was chosen for it: only that a report goes on. */
function over(why: Ending, { reports }: State): State {
  return { ...BLANK, screen: { at: "ended", why, goesOn: reports?.room.afterwards ?? null } };
}

function writing(conversation: Conversation | null, now: number): Role[] {
  return conversation ? typists(conversation, now) : [];
}
