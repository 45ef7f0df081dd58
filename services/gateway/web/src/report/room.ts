import type { Conversation } from "@shared/conversation";
import type { Heard } from "@shared/sealed-link";
import {
  type Answer,
  type Content,
  documentFits,
  documentOf,
  makeAnswerKey,
  openAnswer,
  type Signing,
  signConsent,
  verifyRecipient,
} from "@shared/report";
import type { PublicJwk } from "@shared/sealing/visitor";
import type { Phrase } from "../return/phrase";
import { type Card, cardsOf, standing, underWay } from "./cards";
import { type Asking, Errands } from "./errands";
import { filled, type Form, type FormAct, formOf, sent } from "./form";
import { Following } from "./following";
import { type Withdrawal, Withdrawals } from "./withdrawals";
import type { Say } from "./words";

/** What the room needs from the page. */
export interface RoomHost {
  /** Stands for who receives reports. */
  readonly authority: PublicJwk;
  /** The words of the room, in the visitor's language. */
  readonly t: Say;
  /** Whether this installation offers resume words. */
  readonly words: boolean;
  conversation(): Conversation | null;
  /** What signs for the conversation; null when it is gone. */
  keys(): Signing | null;
  /** What the resume words that count lead by; null: there are none. */
  phrase(): Phrase | null;
  /** Say a decision, sealed; it is kept until the server has stored it. */
  say(decision: object): void;
  /** Forget a decision that the server does not take. */
  drop(cid: string): void;
  /** Send a frame; false: there is no connection. */
  send(frame: Asking): boolean;
  /** Draw resume words. */
  draw(): void;
  /** Something has changed: draw it. */
  changed(): void;
}

/** How far the verification of a recipient is. */
export type Proof = "checking" | "proved" | "unproved";

/** What one card shows beside what the conversation tells. */
interface Local {
  readonly form: Form;
  readonly proof: Proof;
  readonly step: "idle" | "preparing" | "failed";
  /** She looks again at what she put off or declined. */
  readonly again: boolean;
}

/** Everything that a card shows. */
export interface View extends Local {
  readonly card: Card;
  readonly withdrawal: Withdrawal | null;
  /** The answer, opened; null: there is none. `closed`: this page cannot open it. */
  readonly answer: Answer | "closed" | null;
  /** Until when her words lead to the answer, in ms since 1970; null: they do not. */
  readonly followed: number | null;
  /** Whether she can draw words that do. */
  readonly offered: boolean;
}

type Answered = Answer | "closed";

/**
 * The signalements of one conversation: what is proposed, what she decides, what becomes of it.
 *
 * In memory only: what she changes in a form, the keys that open answers. `forget` drops all of it.
 */
export class ReportRoom {
  readonly #host: RoomHost;
  readonly #locals = new Map<number, Local>();
  readonly #answers = new Map<string, Answered>();
  readonly #errands: Errands;
  readonly #withdrawals: Withdrawals;
  readonly #following: Following;
  #cards: readonly Card[] = [];
  #forgotten = false;

  constructor(host: RoomHost) {
    this.#host = host;
    const changed = (): void => this.#changed();
    this.#errands = new Errands((frame) => host.send(frame));
    this.#withdrawals = new Withdrawals(this.#errands, changed);
    this.#following = new Following(this.#errands, changed);
    this.read();
  }

  get t(): Say {
    return this.#host.t;
  }

  /** What each card shows, by the number of the message that proposed it. */
  get views(): readonly View[] {
    return this.#cards.map((card) => this.#view(card));
  }

  /** What resume words lead to beside the conversation, in a sentence; null: nothing. */
  get leads(): string | null {
    return this.#cards.some(({ agreed, statuses }) => agreed && statuses.length > 0) ? this.t("wordsLead") : null;
  }

  /** What goes on after the conversation is gone, in one line; null: nothing does. */
  get afterwards(): string | null {
    const { t } = this.#host;
    const led = this.#cards.some((card) => this.#following.until(card.proposal.report) !== null);
    if (this.#cards.some(underWay)) return led ? `${t("goesOn")} ${t("goesOnWords")}` : t("goesOn");
    const unknown = this.#cards.some(({ agreed, statuses, decided }) => agreed && !statuses.length && decided?.decision === "yes");
    return unknown ? t("maybeSent") : null;
  }

  /** What is to be known of that before she ends the conversation. */
  get beforehand(): string | null {
    const still = this.#cards.some((card) => card.agreed && standing(card)?.status === "submitted");
    return still ? `${this.afterwards ?? ""} ${this.t("noReturn")}` : this.afterwards;
  }

  /** The conversation or her resume words have changed: read them again. */
  read(): void {
    const told = this.#host.conversation();
    if (!told || this.#forgotten) return;
    this.#cards = cardsOf(told.messages, told.outgoing);
    for (const card of this.#cards) {
      if (!this.#locals.has(card.seq)) this.#begin(card);
      void this.#open(card);
    }
    const keys = this.#host.keys();
    if (keys) this.#withdrawals.read(this.#cards, keys, told.id);
    const phrase = this.#host.phrase();
    if (phrase) this.#following.read(this.#cards, told.id, phrase);
  }

  /** A frame of the server. Returns true when it was for this room alone. */
  heard(frame: Heard): boolean {
    return this.#errands.heard(frame);
  }

  /** The connection is there again, or gone: what had no answer is asked again. */
  linked(ready: boolean): void {
    this.#errands.linked(ready);
  }

  fill(seq: number, act: FormAct): void {
    const local = this.#locals.get(seq);
    if (local) this.#set(seq, { form: filled(local.form, act), step: "idle" });
  }

  /** Show the form again of what was put off or declined. */
  again(seq: number): void {
    this.#set(seq, { again: true, step: "idle" });
  }

  /** Agree to exactly what stands on screen at this moment. */
  async yes(seq: number): Promise<void> {
    const [card, local, keys] = [this.#card(seq), this.#locals.get(seq), this.#host.keys()];
    const conversation = this.#host.conversation()?.id;
    if (!card || !local || !keys || !conversation || local.step === "preparing") return;
    const { recipient, report } = card.proposal;
    const content = { report, conversation, fields: sent(local.form), answerKey: makeAnswerKey() };
    this.#set(seq, { step: "preparing" });
    try {
      const { kid } = await verifyRecipient(recipient, this.#host.authority, Date.now());
      const document = documentOf({ ...content, recipient: { ...recipient, kid } });
      const consent = await signConsent(keys, document);
      if (this.#forgotten || this.#card(seq)?.replaced) return;
      this.#say(card, { report, decision: "yes", document, consent });
      this.#set(seq, { step: "idle", again: false });
    } catch {
      this.#set(seq, { step: "failed" });
    }
  }

  /** Say no, or later: nothing is sent but this word, to the specialist. */
  decline(seq: number, decision: "no" | "later"): void {
    const card = this.#card(seq);
    if (!card) return;
    this.#set(seq, { again: false, step: "idle", form: { ...this.#local(seq).form, editing: null } });
    this.#say(card, { report: card.proposal.report, decision });
  }

  /** Take consent back: to the service, and to the specialist. */
  withdraw(seq: number): void {
    const card = this.#card(seq);
    const conversation = this.#host.conversation()?.id;
    const keys = this.#host.keys();
    if (!card?.agreed || !conversation || !keys) return;
    const { report } = card.proposal;
    this.#say(card, { report, decision: "withdrawn" });
    void this.#withdrawals.ask(keys, report, conversation);
  }

  /** Draw words that lead to the answer. */
  draw(): void {
    this.#host.draw();
  }

  /** Forget everything. */
  forget(): void {
    this.#forgotten = true;
    this.#cards = [];
    this.#locals.clear();
    this.#answers.clear();
    this.#errands.forget();
    this.#withdrawals.forget();
    this.#following.forget();
  }

  #begin(card: Card): void {
    const before = this.#cards.filter(({ seq }) => seq < card.seq).at(-1);
    const form = formOf(card.proposal.fields, before && this.#locals.get(before.seq)?.form);
    this.#locals.set(card.seq, { form, proof: "checking", step: "idle", again: false });
    void verifyRecipient(card.proposal.recipient, this.#host.authority, Date.now()).then(
      () => this.#set(card.seq, { proof: "proved" }),
      () => this.#set(card.seq, { proof: "unproved" }),
    );
  }

  /** Open the answer of a report, once. */
  async #open(card: Card): Promise<void> {
    const sealed = standing(card)?.answer;
    if (!sealed || !card.agreed || this.#answers.has(sealed)) return;
    const answer = await openAnswer(sealed, card.agreed.answerKey, card.proposal.report);
    if (this.#forgotten) return;
    this.#answers.set(sealed, answer ?? "closed");
    this.#changed();
  }

  #say(card: Card, decision: object): void {
    if (card.decided?.way === "refused") this.#host.drop(card.decided.cid);
    this.#host.say(decision);
  }

  #view(card: Card): View {
    const { report } = card.proposal;
    const sealed = standing(card)?.answer;
    return {
      ...this.#local(card.seq),
      card,
      withdrawal: this.#withdrawals.of(report),
      answer: this.#answers.get(sealed ?? "") ?? null,
      followed: this.#following.until(report),
      offered: this.#host.words,
    };
  }

  #card(seq: number): Card | undefined {
    return this.#cards.find((card) => card.seq === seq);
  }

  #local(seq: number): Local {
    const local = this.#locals.get(seq);
    if (!local) throw new RangeError("no such card");
    return local;
  }

  #set(seq: number, change: Partial<Local>): void {
    const local = this.#locals.get(seq);
    if (!local) return;
    this.#locals.set(seq, { ...local, ...change });
    this.#changed();
  }

  #changed(): void {
    if (!this.#forgotten) this.#host.changed();
  }
}

/** Whether what stands in a form can be sent, in a document of the same shape. */
export function sendable(form: Form, { recipient, report }: Card["proposal"]): "yes" | "nothing" | "long" {
  const fields = sent(form);
  if (fields.length === 0) return "nothing";
  // As long as a real one: the name of a key, and a key.
  const content: Content = { report, conversation: report, recipient: { ...recipient, kid: PLACEHOLDER }, fields, answerKey: PLACEHOLDER };
  return documentFits(documentOf(content)) ? "yes" : "long";
}

const PLACEHOLDER = "-".repeat(43);
