import type { Heard } from "@shared/sealed-link";
import type { ReportRoom, RoomHost } from "../report/room";
import type { Parts, State } from "../state";

/** What a conversation's signalements need from its session. */
export interface ReportsHost extends Omit<RoomHost, "t" | "changed"> {
  state(): State;
  locale(): string;
  show(room: ReportRoom, parts: Parts): void;
}

/**
 * Brings what a signalement needs, and tells it what happens.
 *
 * It is fetched as soon as somebody answers, by every page: so the traffic does not show to whom something is proposed.
 */
export class Reports {
  readonly #host: ReportsHost;
  #room: ReportRoom | null = null;
  #coming = false;
  #closed = false;

  constructor(host: ReportsHost) {
    this.#host = host;
  }

  /** The conversation, where it stands, or the resume words have changed. */
  look(): void {
    if (this.#room) this.#room.read();
    else if (!this.#coming && !this.#closed && wanted(this.#host.state())) void this.#fetch();
  }

  /** A frame of the server. Returns true when it was for the signalements alone. */
  heard(frame: Heard): boolean {
    return this.#room?.heard(frame) ?? false;
  }

  linked(ready: boolean): void {
    this.#room?.linked(ready);
  }

  close(): void {
    this.#closed = true;
    this.#room?.forget();
    this.#room = null;
  }

  async #fetch(): Promise<void> {
    this.#coming = true;
    try {
      const parts = await import("../report");
      const host = { ...this.#host, changed: () => this.#room && this.#host.show(this.#room, parts) };
      const room = await parts.openRoom(this.#host.locale(), host);
      if (this.#closed) return;
      this.#room = room;
      this.#host.show(room, parts);
      room.read();
    } catch {
      // Without a network it does not come: it is tried again when something happens.
    } finally {
      this.#coming = false;
    }
  }
}

function wanted({ standing, conversation }: State): boolean {
  return standing?.stage === "active" || (conversation?.messages.some(({ kind }) => kind === "proposal" || kind === "service") ?? false);
}
