import { useEffect } from "preact/hooks";
import { t } from "../lib/say";

/** What stands behind the `#` of the window in which somebody logged in again beside their console. */
export const AGAIN = "#again=1";
const CHANNEL = "havre-session";

/** Call `look` whenever another window of this browser has logged in again. */
export function onRenewal(look: () => void): void {
  new BroadcastChannel(CHANNEL).onmessage = look;
}

/** The window that logged in again: it tells the console, and can be closed. */
export function Again() {
  useEffect(() => {
    document.title = t("title");
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage("renewed");
    channel.close();
  }, []);
  return (
    <main class="stage">
      <div class="sheet" role="status">
        <h1>{t("againTitle")}</h1>
        <p>{t("againLead")}</p>
      </div>
    </main>
  );
}
