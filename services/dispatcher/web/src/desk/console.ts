import { TYPING_SENT_MS } from "@shared/conversation";
import type { Force, OperatorFrame, SetStatusFrame } from "@shared/frames";
import { type Heard, SealedLink, type SpokenKind } from "@shared/sealed-link";
import type { LinkStatus } from "@shared/socket";
import type { Account } from "../lib/api";
import { ring, soundWanted } from "../lib/sound";
import { Reports } from "../report/reports";
import { Duty } from "../sealing/duty";
import { Keyring } from "../sealing/keyring";
import { Backroom } from "../staff/backroom";
import { notesOf, roomsOf } from "../staff/place";
import { EMPTY, lineOf, reduce, type Act, type Desk } from "./desk";
import { unsent, type Line } from "./line";
import { Receipts } from "./receipts";
import { Session } from "./session";
import { sitsAs, type Sits, type Snapshot } from "./snapshot";
import { State } from "./state";

export type { EntryFailure, LoginReason, Mode, Snapshot } from "./snapshot";

/** Close codes that say that coming back by itself is pointless. */
const SUPERSEDED = 4001;
const LOGGED_OUT = 4003;
/** After this long without the server, which can no longer say what was erased, nothing stays on this page. */
export const FORGET_MS = 900_000;

/** The console at its desk: it joins the desk (pure), the link, and what comes over it. */
export class Console {
  readonly #state = new State();
  #link: SealedLink<OperatorFrame>;
  #role: Sits = "operator";
  readonly #url: string;
  readonly #ring = new Keyring();
  /** What this console reads with. */
  readonly keyring = this.#ring;
  /** Who sits here. */
  readonly session: Session;
  readonly #duty: Duty;
  readonly #typed = new Map<string, number>();
  readonly #receipts: Receipts;
  /** The signalements of the conversations that are here. */
  readonly reports: Reports;
  /** What staff write to each other. It knows nothing of this link, and cannot write to a visitor. */
  readonly staff: Backroom;
  #forgetting: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string) {
    this.#url = url;
    this.#link = this.#linkOf(this.#role);
    this.session = new Session(this.#state, this.#ring, {
      enter: (account) => this.#enter(account),
      clear: () => this.#forget(),
      connect: () => this.#link.open(),
      rest: () => this.#link.rest(),
    });
    this.#receipts = new Receipts(
      () => this.#state.now.desk.lines,
      (frame) => this.#link.now(frame),
    );
    this.#duty = new Duty(this.#ring, {
      send: (frame) => this.#link.now(frame),
      onKey: () => this.#keyCame(),
      now: () => this.#state.serverNow,
    });
    this.staff = new Backroom({
      url: `${url}/staff`,
      me: () => this.#state.now.account,
      forceOf: (notes) => this.#forceOf(notes),
      readers: () => this.#ring.keys?.readers ?? [],
      credential: () => (this.#state.now.account?.roles.includes("operator") ? null : this.#ring.credential || null),
      now: () => this.#state.serverNow,
    });
    this.reports = new Reports({
      lines: () => this.#state.now.desk.lines,
      signerOf: (id) => this.#ring.keys?.signerOf(id) ?? null,
      authority: () => this.#state.now.account?.authority ?? null,
      now: () => this.#state.serverNow,
      propose: (id, body) => this.say(id, body, "proposal"),
      changed: () => this.#state.set({ reports: this.#state.now.reports + 1 }),
    });
  }

  get snapshot(): Snapshot {
    return this.#state.now;
  }

  /** Call `watcher` after every change. Returns how to stop. */
  watch(watcher: () => void): () => void {
    return this.#state.watch(watcher);
  }

  /** Connect now if an attempt is only planned: the network is back, or the page is looked at again. */
  hurry(): void {
    if (this.#state.now.mode === "desk" && this.#state.now.link === "lost") this.#link.open();
  }

  /** Change what only this page knows. */
  act(act: Act): void {
    this.#state.set({ desk: reduce(this.#state.now.desk, act) });
    if (act.type === "seen") this.#receipts.plan();
  }

  say(id: string, body: string, kind: SpokenKind = "text"): void {
    const cid = this.#link.say(id, body, kind);
    this.act({ type: "said", id, cid, body, kind });
    this.#typed.delete(id);
  }

  /** Send a refused message again, as a new one. */
  retry(id: string, cid: string): void {
    const sent = lineOf(this.#state.now.desk, id)?.chat.outgoing.find((message) => message.cid === cid);
    if (!sent) return;
    this.act({ type: "withdrawn", id, cid });
    const draft = lineOf(this.#state.now.desk, id)?.draft ?? "";
    this.say(id, sent.body, sent.kind);
    this.act({ type: "drafted", id, draft });
  }

  draft(id: string, draft: string): void {
    this.act({ type: "drafted", id, draft });
    const now = Date.now();
    if (draft === "" || now - (this.#typed.get(id) ?? 0) < TYPING_SENT_MS) return;
    this.#typed.set(id, now);
    this.#link.typing(id);
  }

  end(id: string): void {
    this.act({ type: "ending", id });
    this.#link.later({ t: "end", conversation: id });
  }

  /** Say that somebody is in danger, or no longer; it is said as soon as there is a connection. */
  sayDanger(id: string, on: boolean): void {
    this.#link.later({ t: "danger", conversation: id, on });
  }

  status(status: SetStatusFrame["status"]): void {
    this.act({ type: "status", status });
    this.#link.later({ t: "status", status });
  }

  /** Whether leaving now would lose something that the server does not have. */
  get unsaved(): boolean {
    return this.reports.unsaved || this.staff.unsaved || this.#state.now.desk.lines.some((line) => unsent(line));
  }

  #linkOf(self: Sits): SealedLink<OperatorFrame> {
    return new SealedLink<OperatorFrame>({
      url: this.#url,
      self,
      keys: () => this.#ring.keys,
      first: (seqs) => ({ t: "sync", seqs, credential: this.#ring.credential }),
      finalCodes: [SUPERSEDED, LOGGED_OUT],
      onFrame: (frame) => this.#hear(frame),
      onStatus: (status, code) => this.#linked(status, code),
    });
  }

  #enter(account: Account): void {
    const role = sitsAs(account);
    if (role !== this.#role) {
      this.#link.close();
      this.#role = role;
      this.#link = this.#linkOf(role);
    }
    this.#state.set({ mode: "desk", account, skew: account.at - Date.now() });
    this.#link.open();
    this.staff.open();
    this.#followStaff();
  }

  #hear(frame: Heard): void {
    const now = Date.now();
    if (frame.t === "pong") {
      this.#state.set({ skew: frame.at - now });
      return;
    }
    if (frame.t === "duty") {
      this.#duty.hear(frame);
      return;
    }
    if (frame.t === "welcome") {
      this.#state.set({ skew: frame.at - now });
      this.#duty.arrived();
    }
    if (frame.t === "error" && frame.code === "superseded") {
      this.session.superseded();
      return;
    }
    if (frame.t === "error" && frame.code === "forbidden" && this.#link.status === "connecting") {
      void this.session.lock();
      return;
    }
    const before = this.#state.now.desk;
    const desk = reduce(before, { type: "frame", frame, now });
    for (const line of before.lines) if (!lineOf(desk, line.id)) this.#forgetOne(line);
    if (desk.lines.some((line) => line.fresh && !isFresh(before, line)) && soundWanted()) ring();
    this.#state.set({ desk: this.#keyed(desk) });
    this.#followStaff();
    if (frame.t === "held") this.staff.look(notesOf(frame.conversation));
    if (frame.t !== "message") return;
    this.#receipts.plan();
    this.reports.read();
  }

  #linked(link: LinkStatus, code?: number): void {
    if (link === "ready") {
      clearTimeout(this.#forgetting);
      this.#receipts.clear();
      this.#state.set({ link, lostAt: null });
      this.#receipts.plan();
      return;
    }
    if (link === "closed" && code === SUPERSEDED) {
      this.session.superseded();
      return;
    }
    if (link === "closed" && code === LOGGED_OUT) {
      this.session.ended();
      return;
    }
    this.#state.set({ link, lostAt: this.#state.now.lostAt ?? (link === "lost" ? Date.now() : null) });
    if (link !== "lost") return;
    this.#forgetting ??= setTimeout(() => this.#expire(), FORGET_MS);
    void this.session.check();
  }

  #expire(): void {
    const { mode, lostAt } = this.#state.now;
    this.#forget();
    if (mode !== "desk") return;
    this.#state.set({ lostAt, desk: { ...this.#state.now.desk, notices: [{ what: "forgotten", id: 1 }] } });
    this.#link.open();
  }

  /** Leave nothing of any conversation on this page. */
  #forget(): void {
    clearTimeout(this.#forgetting);
    this.#forgetting = undefined;
    this.#link.close();
    this.#duty.stop();
    this.#ring.reset();
    this.#typed.clear();
    this.#receipts.clear();
    this.reports.clear();
    this.staff.close();
    this.#state.set({ desk: { ...EMPTY, wide: this.#state.now.desk.wide }, lostAt: null });
  }

  #forgetOne({ id, chat }: Line): void {
    this.reports.forget(id, chat.messages);
    this.#link.forget(id);
    this.#ring.keys?.forgetConversation(id);
    this.#typed.delete(id);
    this.#receipts.forget(id);
  }

  /** A duty key was taken up: what waited for one may open. */
  #keyCame(): void {
    this.staff.keysCame();
    for (const line of this.#state.now.desk.lines) this.#link.retry(line.id);
    this.#state.set({ desk: this.#keyed(this.#state.now.desk) });
  }

  /** The rooms of the force, and the notes of what is here: those of what left are forgotten with it. */
  #followStaff(): void {
    const { account, desk } = this.#state.now;
    if (account) this.staff.follow([...roomsOf([account.force]), ...desk.lines.map(({ id }) => notesOf(id))]);
  }

  /** An operator's conversations are their own force's, whatever the server says; a psychologist may be lent to the other. */
  #forceOf(notes: string): Force | undefined {
    if (this.#role === "operator") return this.#state.now.account?.force;
    return this.#state.now.desk.lines.find(({ id }) => notesOf(id) === notes)?.held.force;
  }

  /** The desk with every conversation open to writing that this console has a key of. */
  #keyed(desk: Desk): Desk {
    const open = desk.lines.filter((line) => !line.keyed && this.#ring.keys?.has(line.id));
    return open.reduce((state, { id }) => reduce(state, { type: "keyed", id }), desk);
  }
}

function isFresh(desk: Desk, line: Line): boolean {
  return lineOf(desk, line.id)?.fresh ?? false;
}
