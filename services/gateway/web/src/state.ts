import { begin, type Conversation, type Happening, lastSeq, reduce, typists } from "@shared/conversation";
import type { AskCommuneFrame, Audience, Category, EndedBy, ErrorCode, Role, ServerFrame, StateFrame } from "@shared/frames";
import type { LinkStatus } from "@shared/socket";

/** What the visitor chose on the first screen. */
export interface Choice {
  readonly category: Category | null;
  readonly audience: Audience;
  readonly postalCode: string;
}

/** Why a conversation is no more. `gone`: it was when the connection came back. `unsure`: erased here, not confirmed. */
export type Ending = EndedBy | "gone" | "unsure";

export type Screen =
  | { readonly at: "start"; readonly refused: ErrorCode | null }
  | { readonly at: "connecting"; readonly busy: boolean; readonly working?: boolean }
  | { readonly at: "commune"; readonly question: AskCommuneFrame }
  | { readonly at: "talk" }
  | { readonly at: "ending"; readonly erasing: boolean }
  | { readonly at: "ended"; readonly why: Ending };

/** Everything that the page knows. It lives in memory and nowhere else. */
export interface State {
  readonly screen: Screen;
  readonly choice: Choice;
  readonly link: LinkStatus;
  readonly conversation: Conversation | null;
  readonly standing: StateFrame | null;
  readonly draft: string;
  /** Who is writing to the visitor at this moment. */
  readonly typing: readonly Role[];
  readonly seen: number;
}

export type Act =
  | { readonly type: "asked"; readonly choice: Choice }
  | { readonly type: "answered" }
  | { readonly type: "cancelled" }
  | { readonly type: "drafted"; readonly draft: string }
  | { readonly type: "ending" }
  | { readonly type: "staying" }
  | { readonly type: "erasing" }
  | { readonly type: "unsure" }
  | { readonly type: "again" }
  | { readonly type: "link"; readonly status: LinkStatus }
  | { readonly type: "looked"; readonly seq: number }
  | { readonly type: "tick"; readonly now: number }
  | Happening;

export const BLANK: State = {
  screen: { at: "start", refused: null },
  choice: { category: null, audience: "victim", postalCode: "" },
  link: "closed",
  conversation: null,
  standing: null,
  draft: "",
  typing: [],
  seen: 0,
};

/** Return the page after an act of the visitor, of the link, or of the server. */
export function next(state: State, act: Act): State {
  switch (act.type) {
    case "asked":
      return { ...BLANK, choice: act.choice, screen: { at: "connecting", busy: false } };
    case "answered":
      return { ...state, screen: { at: "connecting", busy: false } };
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
      return over("unsure");
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

function heard(state: State, frame: ServerFrame, now: number): State {
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
      return over(frame.ended_by);
    case "error":
      return refused(state, frame.code, now, frame);
    default:
      return conversed(state, frame, now);
  }
}

function conversed(state: State, frame: ServerFrame, now: number): State {
  if (!state.conversation) return state;
  const conversation = reduce(state.conversation, { type: "frame", frame, now });
  return conversation === state.conversation ? state : { ...state, conversation, typing: writing(conversation, now) };
}

function refused(state: State, code: ErrorCode, now: number, frame: ServerFrame): State {
  if (state.conversation) return code === "not_found" ? over("gone") : conversed(state, frame, now);
  if (code === "unavailable" || code === "too_fast") return { ...state, screen: { at: "connecting", busy: true } };
  return { ...BLANK, choice: state.choice, screen: { at: "start", refused: code } };
}

/** Nothing of a conversation that is over stays, not even what was chosen for it. */
function over(why: Ending): State {
  return { ...BLANK, screen: { at: "ended", why } };
}

function writing(conversation: Conversation | null, now: number): Role[] {
  return conversation ? typists(conversation, now) : [];
}
