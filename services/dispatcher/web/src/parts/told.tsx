import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../lib/say";

/** A whole screen that says one thing, and offers what can be done about it. */
export function Told({ title, lead, children }: { title: string; lead: string; children: ComponentChildren }) {
  useEffect(() => {
    document.title = t("title");
  }, []);
  return (
    <main class="stage">
      <div class="sheet" role="alert">
        <h1>{title}</h1>
        <p>{lead}</p>
        {children}
      </div>
    </main>
  );
}
