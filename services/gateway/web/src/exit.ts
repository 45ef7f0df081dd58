const PRESSES = 3;
const WITHIN_MS = 5_000;

/** Counts presses of Shift alone, on a hardware keyboard. */
export class ShiftPresses {
  #alone = false;
  #times: number[] = [];

  /** A key went down. Anything but Shift in between starts the count anew: capital letters are no call for help. */
  down(key: string, repeated: boolean): void {
    if (key !== "Shift") {
      this.#alone = false;
      this.#times = [];
    } else if (!repeated) {
      this.#alone = true;
    }
  }

  /** A key came up, at `now` in milliseconds. Returns true at the third press of Shift alone within five seconds. */
  up(key: string, now: number): boolean {
    if (key !== "Shift" || !this.#alone) return false;
    this.#alone = false;
    this.#times = [...this.#times, now].filter((time) => now - time <= WITHIN_MS);
    return this.#times.length >= PRESSES;
  }
}

/**
 * The way out: nothing readable from the first instant, then everything else.
 *
 * `wipe` has the conversation destroyed and forgets it; it is called once.
 */
export class Exit {
  readonly #address: string;
  readonly #wipe: (redButton: boolean) => void;
  #gone: "no" | "left" | "hidden" = "no";

  constructor(address: string, wipe: (redButton: boolean) => void) {
    this.#address = address;
    this.#wipe = wipe;
  }

  /** Cover, erase, forget, go to the neutral site. A failure in one step never keeps the next from being done. */
  leave(redButton: boolean): void {
    const first = this.#gone === "no";
    this.#gone = "left";
    try {
      this.#blank();
      if (first) this.#wipe(redButton);
    } finally {
      location.replace(this.#address);
    }
  }

  /** The page is being left by another way: what cannot be come back to must not stay behind. */
  hidden(): void {
    if (this.#gone !== "no") return;
    this.#gone = "hidden";
    this.#blank();
    this.#wipe(false);
  }

  /** The browser shows the page again from its memory. */
  shown(): void {
    if (this.#gone === "left") location.replace(this.#address);
    if (this.#gone === "hidden") location.replace("/");
  }

  #blank(): void {
    // The class hides the body by style alone, at once; then its content really goes.
    document.documentElement.classList.add("gone");
    document.body.replaceChildren();
  }
}

/** Watch for everything that means "away from here", in this tab or in another one that shows a page of ours. */
export function watch(exit: Exit, link: HTMLElement | null): void {
  const shift = new ShiftPresses();
  const tabs = new BroadcastChannel("leave");
  tabs.addEventListener("message", () => exit.leave(true));
  const leaveAll = (): void => {
    try {
      exit.leave(true);
    } finally {
      tabs.postMessage(null);
    }
  };
  const leave = (event: Event): void => {
    event.preventDefault();
    leaveAll();
  };
  link?.addEventListener("click", leave);
  link?.addEventListener("auxclick", leave);
  addEventListener("keydown", (event) => shift.down(event.key, event.repeat), { capture: true });
  addEventListener(
    "keyup",
    (event) => {
      if (shift.up(event.key, event.timeStamp)) leaveAll();
    },
    { capture: true },
  );
  addEventListener("pagehide", () => exit.hidden());
  addEventListener("pageshow", () => exit.shown());
}
