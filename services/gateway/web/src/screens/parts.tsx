import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Say } from "../words";

/** The heading of a screen; it takes the focus when the screen comes, so that a screen reader starts there. */
export function Heading({ children, hidden = false }: { children: ComponentChildren; hidden?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <h1 ref={heading} tabIndex={-1} class={hidden ? "hidden" : undefined}>
      {children}
    </h1>
  );
}

const LINES = [
  { shown: "39 19", dialled: "3919", key: "line3919" },
  { shown: "116 006", dialled: "116006", key: "line116006" },
  { shown: "119", dialled: "119", key: "line119" },
  { shown: "30 18", dialled: "3018", key: "line3018" },
  { shown: "31 14", dialled: "3114", key: "line3114" },
] as const;

/** National lines that help without any chat (V15). */
export function Helplines({ t }: { t: Say }) {
  return (
    <ul class="lines">
      {LINES.map(({ shown, dialled, key }) => (
        <li key={key}>
          <a href={`tel:${dialled}`}>{shown}</a> {t(key)}
        </li>
      ))}
    </ul>
  );
}

/** Help near the visitor while a conversation runs: in another tab, since leaving this page ends it. */
export function Meanwhile({ t, open }: { t: Say; open: boolean }) {
  return (
    <details open={open}>
      <summary>{t("meanwhile")}</summary>
      <p>
        <a href="/aide" target="_blank" rel="noopener noreferrer">
          {t("helpNewTab")}
        </a>
      </p>
      <Helplines t={t} />
    </details>
  );
}
