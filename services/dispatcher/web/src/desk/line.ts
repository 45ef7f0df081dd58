import { begin, reduce, shown, type Conversation, type Stored } from "@shared/conversation";
import type { HeldFrame, Role } from "@shared/frames";

/** A conversation that this operator has, as the console knows it. Lives in memory only. */
export interface Line {
  readonly id: string;
  /** The number it keeps on this screen as long as it is here, 1 to 9 and up: the key that opens it. */
  readonly number: number;
  readonly held: HeldFrame;
  readonly chat: Conversation;
  readonly draft: string;
  /** Just assigned and not opened yet. */
  readonly fresh: boolean;
  /** Sequence number of the last message that has been on screen. */
  readonly seen: number;
  /** Whether this console has a key of it, and so can write in it. */
  readonly keyed: boolean;
  /** Client ids of what was said on this page. */
  readonly own: ReadonlySet<string>;
  /** Whether it was here before this page was: what this operator said then is told by its time alone. */
  readonly resumed: boolean;
  /** Its end was asked for and not yet confirmed. */
  readonly ending: boolean;
}

/** Unanswered for longer than this, in milliseconds, a conversation changes its look. */
export const LATE_MS = 60_000;

export function newLine(held: HeldFrame, number: number, fresh: boolean, now: number): Line {
  const chat = withVisitor(begin(held.conversation, held.part === "psychologist" ? "psychologist" : "operator"), held, now);
  const resumed = held.new !== true;
  const own = new Set<string>();
  return { id: held.conversation, number, held, chat, draft: "", fresh, seen: 0, keyed: false, own, resumed, ending: false };
}

/** Whether this operator said a message, rather than another one. */
export function isOwn({ held, own, resumed }: Line, message: { readonly by: Role; readonly cid: string; readonly at: number }): boolean {
  if (held.part === "psychologist") return message.by === "psychologist";
  if (message.by !== "operator") return false;
  if (own.has(message.cid)) return true;
  const mineByTime = held.part === "colleague" ? message.at < held.assigned_at : message.at >= held.assigned_at;
  return resumed && mineByTime;
}

/** The same conversation with what the server now says of it. */
export function reheld(line: Line, held: HeldFrame, now: number): Line {
  return { ...line, held, fresh: line.fresh || held.new === true, chat: withVisitor(line.chat, held, now) };
}

function withVisitor(chat: Conversation, held: HeldFrame, now: number): Conversation {
  const { conversation, delivered = 0, seen = 0 } = held;
  return reduce(chat, { type: "frame", frame: { t: "receipt", conversation, delivered, seen, by: "visitor" }, now });
}

/**
 * Since when the visitor has had no answer from this operator, in milliseconds of the server's clock; null when it is
 * the visitor's turn. The wait before the conversation came here is not this operator's.
 */
export function waitingSince(line: Line): number | null {
  const messages = spoken(line);
  const answered = messages.findLastIndex((message) => message.by !== "visitor");
  const unanswered = messages[answered + 1];
  if (!unanswered) return messages.length === 0 ? line.held.assigned_at : null;
  return Math.max(unanswered.at, line.held.assigned_at);
}

/** How many messages of others have not been on screen yet. */
export function unread(line: Line): number {
  return spoken(line).filter((message) => message.by !== line.chat.self && message.seq > line.seen).length;
}

/** What people said: where a signalement stands is no word of anybody, and waits for no answer. */
function spoken(line: Line): readonly Stored[] {
  return shown(line.chat).filter((message) => message.kind !== "service");
}

/** The last message up to which everything can be read: what is further cannot have been seen. */
export function readableTo({ chat }: Line): number {
  const closed = chat.messages.findIndex((message) => message.kind === "sealed");
  return (closed < 0 ? chat.messages.at(-1) : chat.messages[closed - 1])?.seq ?? 0;
}

/** Whether the page holds something of the operator's that the server does not have. */
export function unsent(line: Line): boolean {
  return line.draft.trim() !== "" || line.chat.outgoing.length > 0;
}
