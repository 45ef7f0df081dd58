import { useEffect, useState } from "preact/hooks";
import type { Snapshot } from "./desk/console";
import { useConsole } from "./parts/context";
import { DeskPage } from "./parts/desk-page";
import { Keyless, Locked } from "./parts/locked";
import { Login } from "./parts/login";
import { Told } from "./parts/told";
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
      return snapshot.account?.roles.includes("magistrate") ? <Elsewhere /> : <Keyless />;
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

/** A magistrate has a page of their own, and nothing to do at a console. */
function Elsewhere() {
  useEffect(() => location.replace("/magistrate"), []);
  return <main class="stage" />;
}

function Superseded() {
  const desk = useConsole();
  return (
    <Told title={t("supersededTitle")} lead={t("supersededLead")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          desk.session.takeBack();
        }}
      >
        <button type="submit" class="primary">
          {t("supersededBack")}
        </button>
      </form>
    </Told>
  );
}
