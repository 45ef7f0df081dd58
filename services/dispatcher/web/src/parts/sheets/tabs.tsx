import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { t } from "../../lib/say";

/** What stands beside the conversation. */
export type Tab = "sheets" | "help" | "report" | "notes";

const TABS: readonly { tab: Tab; keys: string }[] = [
  { tab: "sheets", keys: "Ctrl K" },
  { tab: "help", keys: "Alt F" },
  { tab: "report", keys: "Alt G" },
  { tab: "notes", keys: "Alt N" },
];

interface Props {
  tab: Tab;
  onTab: (tab: Tab) => void;
  /** How many things stand in a panel, where that is worth knowing before one looks. */
  counts?: Partial<Readonly<Record<Tab, number>>>;
  /** What is not for whoever sits here. */
  without?: Tab | undefined;
  children: Readonly<Record<Tab, ComponentChildren>>;
}

/** Panels in one place; those that are not shown keep what was searched and written in them. */
export function Tabs({ tab, onTab, counts = {}, without, children }: Props) {
  const id = useId();
  const shown = TABS.filter((one) => one.tab !== without);
  const turn = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    const places = shown.length;
    const step = event.key === "ArrowRight" ? 1 : places - 1;
    const next = shown[(shown.findIndex((one) => one.tab === tab) + step) % places]?.tab ?? tab;
    onTab(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" onKeyDown={turn}>
        {shown.map((one) => (
          <button
            key={one.tab}
            id={`${id}-${one.tab}`}
            type="button"
            role="tab"
            aria-selected={one.tab === tab}
            aria-controls={`${id}-${one.tab}-panel`}
            tabIndex={one.tab === tab ? 0 : -1}
            onClick={() => onTab(one.tab)}
          >
            {counts[one.tab] ? t("tabCount", { name: t(one.tab), count: counts[one.tab] ?? 0 }) : t(one.tab)} <kbd aria-hidden="true">{one.keys}</kbd>
          </button>
        ))}
      </div>
      {shown.map((one) => (
        <div
          key={one.tab}
          id={`${id}-${one.tab}-panel`}
          class="tab-panel"
          role="tabpanel"
          aria-labelledby={`${id}-${one.tab}`}
          hidden={one.tab !== tab}
        >
          {children[one.tab]}
        </div>
      ))}
    </>
  );
}
