import type { DecoyKey } from "./words/decoy";

/** Says what stands there instead. */
export type SayDecoy = (key: DecoyKey) => string;

const PRESSES = 5;
/** The longest pause between two of them, in milliseconds: a screen reader takes its time to press. */
const PAUSE_MS = 2_000;
const ESCAPES = 2;
const ESCAPE_PAUSE_MS = 1_000;

/** Told to `window` when the page is shown again: what counts as seen is looked at anew. */
export const SHOWN_AGAIN = "shown-again";

/** Counts presses that follow one another quickly enough. */
export class Presses {
  readonly #wanted: number;
  readonly #pause: number;
  #count = 0;
  #last = -Infinity;

  constructor(wanted: number, pause: number) {
    this.#wanted = wanted;
    this.#pause = pause;
  }

  /** One more, at `now` in milliseconds. Returns true when there are enough. */
  press(now: number): boolean {
    this.#count = now - this.#last <= this.#pause ? this.#count + 1 : 1;
    this.#last = now;
    if (this.#count < this.#wanted) return false;
    this.reset();
    return true;
  }

  reset(): void {
    this.#count = 0;
    this.#last = -Infinity;
  }
}

const LISTS: readonly (readonly [title: DecoyKey, items: readonly DecoyKey[]])[] = [
  ["decoyNeeds", ["decoyNeed1", "decoyNeed2", "decoyNeed3", "decoyNeed4"]],
  ["decoySteps", ["decoyStep1", "decoyStep2", "decoyStep3"]],
];

/**
 * "Hide" (V13): something else stands here at once, and nothing of this page: not on screen, not in the document, not
 * for a screen reader. It is not "erase": all of the page waits in memory as it was, and the chat goes on.
 *
 * Five presses of the title bring the page back. The title is a button that has the focus, so that it is pressed by a
 * finger, by Enter, and through a screen reader alike.
 */
export class Hide {
  readonly #words: () => SayDecoy;
  readonly #icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  readonly #presses = new Presses(PRESSES, PAUSE_MS);
  #away: { nodes: Node[]; focus: Element | null; scrolled: [Element, number][]; title: string; icon: string } | null =
    null;

  constructor(words: () => SayDecoy) {
    this.#words = words;
  }

  get hidden(): boolean {
    return this.#away !== null;
  }

  hide(): void {
    if (this.#away) return;
    const scrolled = [...document.querySelectorAll("*")]
      .filter((each) => each.scrollTop > 0)
      .map((each): [Element, number] => [each, each.scrollTop]);
    const icon = this.#icon?.getAttribute("href") ?? "";
    const nodes = [...document.body.childNodes];
    this.#away = { nodes, focus: document.activeElement, scrolled, title: document.title, icon };
    this.#presses.reset();
    const t = this.#words();
    const [cover, title] = this.#cover(t);
    document.body.replaceChildren(cover);
    document.title = t("decoyTitle");
    this.#icon?.setAttribute("href", "/assets/leaf.svg");
    title.focus();
  }

  show(): void {
    const away = this.#away;
    if (!away) return;
    this.#away = null;
    document.body.replaceChildren(...away.nodes);
    document.title = away.title;
    this.#icon?.setAttribute("href", away.icon);
    for (const [element, top] of away.scrolled) element.scrollTop = top;
    if (away.focus instanceof HTMLElement && away.focus.isConnected) away.focus.focus({ preventScroll: true });
    dispatchEvent(new Event(SHOWN_AGAIN));
  }

  /** The page is left: nothing is to be shown again. */
  forget(): void {
    this.#away = null;
  }

  #cover(t: SayDecoy): [cover: HTMLElement, title: HTMLButtonElement] {
    const title = make("button", t("decoyTitle"));
    title.type = "button";
    title.addEventListener("click", (event) => {
      if (this.#presses.press(event.timeStamp)) this.show();
    });
    const heading = make("h1");
    heading.append(title);
    const cover = make("main");
    cover.className = "decoy";
    cover.append(heading, make("p", t("decoyLead")));
    for (const [name, items] of LISTS) {
      const list = make("ul");
      list.append(...items.map((item) => make("li", t(item))));
      cover.append(make("h2", t(name)), list);
    }
    return [cover, title];
  }
}

/** Have a button and two presses of Escape hide the page. */
export function watchHide(hide: Hide, button: HTMLElement): void {
  const escapes = new Presses(ESCAPES, ESCAPE_PAUSE_MS);
  button.hidden = false;
  button.addEventListener("click", () => hide.hide());
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape") escapes.reset();
      else if (!event.repeat && !hide.hidden && escapes.press(event.timeStamp)) hide.hide();
    },
    { capture: true },
  );
}

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, text = ""): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
