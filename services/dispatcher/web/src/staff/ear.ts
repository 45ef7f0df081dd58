import { backoff } from "@shared/backoff";

export interface EarOptions {
  /** Where news is told: `wss://.../ws/staff`. */
  readonly url: string;
  /** A place has news. */
  readonly onNews: (place: string) => void;
  /** It hears again: something may have been missed. */
  readonly onOpen: () => void;
}

/** Hears which places have news. It says nothing, and what it hears is no content: a lost word is made up for by looking. */
export class Ear {
  readonly #options: EarOptions;
  #socket: WebSocket | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #wanted = false;

  constructor(options: EarOptions) {
    this.#options = options;
  }

  get hears(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  open(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#connect();
  }

  close(): void {
    this.#wanted = false;
    clearTimeout(this.#again);
    this.#socket?.close();
    this.#socket = null;
  }

  #connect(): void {
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#tries = 0;
      this.#options.onOpen();
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#options.onNews(data);
    };
    socket.onclose = () => {
      if (this.#socket !== socket || !this.#wanted) return;
      this.#again = setTimeout(() => this.#connect(), backoff(this.#tries, Math.random()));
      this.#tries += 1;
    };
  }
}
