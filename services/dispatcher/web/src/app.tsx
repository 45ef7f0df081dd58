import { useEffect, useState } from "preact/hooks";
import type { Snapshot } from "./desk/console";
import { useConsole } from "./parts/context";
import { DeskPage } from "./parts/desk-page";
import { Keyless, Locked } from "./parts/locked";
import { Login } from "./parts/login";
import { t } from "./lib/say";

/** The page: one screen at a time. */
export function App() {
  const snapshot = useSnapshot();
  switch (snapshot.mode) {
    case "loading":
      return (
        <main class="stage">
          <p role="status">{t("loading")}</p>
        </main>
      );
    case "login":
      return <Login reason={snapshot.reason} />;
    case "locked":
      return <Locked operator={snapshot.account?.operator ?? ""} />;
    case "keyless":
      return <Keyless />;
    case "superseded":
      return <Superseded />;
    case "desk":
      return <DeskPage snapshot={snapshot} />;
  }
}

function useSnapshot(): Snapshot {
  const desk = useConsole();
  const [snapshot, setSnapshot] = useState(desk.snapshot);
  useEffect(() => {
    setSnapshot(desk.snapshot);
    return desk.watch(() => setSnapshot(desk.snapshot));
  }, [desk]);
  return snapshot;
}

function Superseded() {
  const desk = useConsole();
  useEffect(() => {
    document.title = t("title");
  }, []);
  return (
    <main class="stage">
      <div class="sheet" role="alert">
        <h1>{t("supersededTitle")}</h1>
        <p>{t("supersededLead")}</p>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            desk.takeBack();
          }}
        >
          <button type="submit" class="primary">
            {t("supersededBack")}
          </button>
        </form>
      </div>
    </main>
  );
}
