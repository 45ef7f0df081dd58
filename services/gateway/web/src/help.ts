import { Exit, watch } from "./exit";
import { Hide, SHOWN_AGAIN, watchHide } from "./hide";
import { fitVisible } from "./viewport";
import { decoyEn, decoyFr } from "./words/decoy";

/**
 * The script of `/aide`. Everything there works without it; with it, leaving leaves nothing behind, and the whole visit
 * stays one line of the history (V8): links and searches take the place of the page instead of adding to it.
 */

const PATIENCE_MS = 10_000;

let asking: XMLHttpRequest | null = null;

const link = document.querySelector<HTMLAnchorElement>("#exit");
const recipe = document.documentElement.lang === "en" ? decoyEn : decoyFr;
const hide = new Hide(() => (key) => recipe[key]);
const exit = new Exit(link?.href ?? "/", () => {
  hide.forget();
  asking?.abort();
});
const hideButton = document.querySelector<HTMLElement>("#hide");
if (hideButton) watchHide(hide, hideButton);
watch(exit, link);
fitVisible();

document.addEventListener("click", (event) => {
  const pressed = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-in-place]") : null;
  if (!pressed) return;
  event.preventDefault();
  location.replace(pressed.href);
});

document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement)) return;
  event.preventDefault();
  search(event.target);
});

/** Ask as the form would, and put the answer in place of what stands here; what was typed is kept when none comes. */
function search(form: HTMLFormElement): void {
  asking?.abort();
  const request = new XMLHttpRequest();
  asking = request;
  request.open("POST", form.action);
  // The browser parses the answer itself: no text becomes HTML by a script, as the content policy demands.
  request.responseType = "document";
  request.timeout = PATIENCE_MS;
  const fail = (): void =>
    onceShown(() => {
      const told = document.querySelector<HTMLElement>("#unreachable");
      if (told) told.hidden = false;
    });
  request.addEventListener("error", fail);
  request.addEventListener("timeout", fail);
  request.addEventListener("load", () => {
    // 429 says, on the same page, that there were too many searches; its numbers are as good.
    const answered = request.status === 200 || request.status === 429;
    const answer = answered ? request.responseXML?.querySelector("main") : null;
    if (!answer) {
      fail();
      return;
    }
    onceShown(() => {
      document.querySelector("main")?.replaceWith(document.adoptNode(answer));
      document.querySelector<HTMLElement>("#found")?.focus();
    });
  });
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
  request.send(fields);
}

/** Change the page now, or when it is shown again: what is hidden stays as it was. */
function onceShown(change: () => void): void {
  if (hide.hidden) addEventListener(SHOWN_AGAIN, change, { once: true });
  else change();
}
