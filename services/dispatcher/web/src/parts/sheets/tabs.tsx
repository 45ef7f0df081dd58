import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { t } from "../../lib/say";

/** What stands beside the conversation. */
export type Tab = "sheets" | "help";

const TABS: readonly { tab: Tab; keys: string }[] = [
  { tab: "sheets", keys: "Ctrl K" },
  { tab: "help", keys: "Alt F" },
];

interface Props {
  tab: Tab;
  onTab: (tab: Tab) => void;
  children: Readonly<Record<Tab, ComponentChildren>>;
}

/** Two panels in one place; the one that is not shown keeps what was searched in it. */
export function Tabs({ tab, onTab, children }: Props) {
  const id = useId();
  const turn = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    const next = tab === "sheets" ? "help" : "sheets";
    onTab(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" onKeyDown={turn}>
        {TABS.map((one) => (
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
            {t(one.tab)} <kbd aria-hidden="true">{one.keys}</kbd>
          </button>
        ))}
      </div>
      {TABS.map((one) => (
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
