import { options } from "preact";

/**
 * Make a change and have the page show it before this returns, instead of a little later: whoever pressed a key may
 * press the next one at once, and it goes where the cursor is by then. Not for use while a part of the page is rendered.
 */
export function atOnce(change: () => void): void {
  let show: (() => void) | undefined;
  options.debounceRendering = (render) => {
    show = render;
  };
  try {
    change();
  } finally {
    // Nothing else of the page sets it: without it, rendering is planned as ever.
    delete options.debounceRendering;
  }
  show?.();
}
