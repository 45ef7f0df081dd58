const KEPT = 3;

/**
 * Says things to a screen reader, politely, through the one live region of the page.
 *
 * `throttle` is the least time, in milliseconds, between two sayings of what changes often (places in a queue).
 */
export class Announcer {
  readonly #region: HTMLElement;
  readonly #throttle: number;
  #quietUntil = 0;

  constructor(region: HTMLElement, throttle = 20_000) {
    this.#region = region;
    this.#throttle = throttle;
  }

  say(text: string): void {
    const line = document.createElement("p");
    line.textContent = text;
    this.#region.append(line);
    while (this.#region.childElementCount > KEPT) this.#region.firstElementChild?.remove();
  }

  /** Say something that is only worth it from time to time. */
  sayRarely(text: string, now: number): void {
    if (now < this.#quietUntil) return;
    this.#quietUntil = now + this.#throttle;
    this.say(text);
  }

  clear(): void {
    this.#region.replaceChildren();
    this.#quietUntil = 0;
  }
}
