import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { pressingWords } from "../desk/announce";
import type { Snapshot } from "../desk/console";
import { pressing } from "../desk/desk";
import { patienceOf } from "../desk/patience";
import { sitsAs } from "../desk/snapshot";
import { t } from "../lib/say";
import { soundWanted, wantSound } from "../lib/sound";
import { span, useNow } from "../lib/time";
import { useConsole } from "./context";

interface Props {
  snapshot: Snapshot;
  /** The way to the colleagues. */
  colleagues: ComponentChildren;
  onPressing: () => void;
  onShortcuts: () => void;
  onLogout: () => void;
}

/** Who I am, who waits for me, and whether I take more. */
export function Bar({ snapshot, colleagues, onPressing, onShortcuts, onLogout }: Props) {
  const { account } = snapshot;
  return (
    <header class="bar">
      <h1 class="brand">{t("brand")}</h1>
      {account && (
        <p class="who">
          {account.operator}
          {sitsAs(account) === "psychologist" ? (
            <span class="role">
              {t("psyRole")} · {t(`force_${account.force}`)}
            </span>
          ) : (
            <span class="force"> · {t(`force_${account.force}`)}</span>
          )}
        </p>
      )}
      <div class="pressing">
        <Pressing snapshot={snapshot} onPressing={onPressing} />
      </div>
      {colleagues}
      <Status snapshot={snapshot} />
      <Sound />
      {account?.roles.includes("supervisor") && (
        <a class="plain" href="/supervision" target="_blank" rel="noopener">
          {t("supervision")}
        </a>
      )}
      <button type="button" class="plain keyboard" onClick={onShortcuts}>
        {t("shortcuts")} <kbd>?</kbd>
      </button>
      <button type="button" class="plain" onClick={onLogout}>
        {t("logout")}
      </button>
    </header>
  );
}

function Pressing({ snapshot, onPressing }: { snapshot: Snapshot; onPressing: () => void }) {
  const now = useNow() + snapshot.skew;
  const [first] = pressing(snapshot.desk);
  const words = pressingWords(snapshot.desk, now);
  if (!first || !words) return <span class="soft small">{snapshot.desk.lines.length > 0 && t("pressingNone")}</span>;
  const patience = patienceOf(now - first.since);
  const late = patience === "late" || patience === "long";
  return (
    <button type="button" class={late ? "late numeric" : "numeric"} onClick={onPressing}>
      {late && "⚠ "}
      {words} <kbd>Alt J</kbd>
    </button>
  );
}

function Status({ snapshot }: { snapshot: Snapshot }) {
  const desk = useConsole();
  const status = snapshot.desk.welcome?.status;
  return (
    <div class="segments" role="group" aria-label={t("status")}>
      <button
        type="button"
        class="available"
        aria-pressed={status === "available"}
        onClick={() => desk.status("available")}
      >
        {t("available")}
      </button>
      <button type="button" class="paused" aria-pressed={status === "paused"} onClick={() => desk.status("paused")}>
        {t("paused")}
      </button>
    </div>
  );
}

function Sound() {
  const [on, setOn] = useState(soundWanted);
  const turn = (): void => {
    wantSound(!on);
    setOn(!on);
  };
  return (
    <button type="button" class="plain" aria-pressed={on} onClick={turn}>
      {t("sound")} <span class={on ? "" : "soft"}>{t(on ? "soundOn" : "soundOff")}</span>
    </button>
  );
}

/** The connection is lost: since when, and what that means for what is written now. */
export function Lost({ since }: { since: number }) {
  const now = useNow();
  return (
    <div class="lost">
      <p role="alert">
        <span class="sign" aria-hidden="true">
          ⚠
        </span>{" "}
        {t("lost")} {t("lostDetail")}
      </p>
      <span class="numeric" aria-hidden="true">
        {t("lostSince", { time: span(now - since) })}
      </span>
    </div>
  );
}
