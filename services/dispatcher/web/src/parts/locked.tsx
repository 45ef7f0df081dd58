import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../lib/say";
import { useConsole } from "./context";
import { Told } from "./told";

/** There is a session and no key to read with: after a reload that found none, or a login elsewhere. */
export function Locked({ operator }: { operator: string }) {
  const desk = useConsole();
  const [secret, setSecret] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = t("title");
  }, []);

  const submit = async (): Promise<void> => {
    setBusy(true);
    const failure = await desk.session.unlock(secret);
    if (failure === null) return;
    setBusy(false);
    setRefused(true);
    setSecret("");
    field.current?.focus();
  };

  return (
    <main class="stage">
      <div class="sheet">
        <h1>{t("lockedTitle")}</h1>
        <p class="soft">{t("lockedLead", { operator })}</p>
        <div role="alert">
          {refused && (
            <p class="error" id="locked-error">
              {t("lockedRefused")}
            </p>
          )}
        </div>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy && secret !== "") void submit();
          }}
        >
          <label>
            {t("lockedSecret")}
            <input
              ref={field}
              name="secret"
              type="password"
              autocomplete="current-password"
              autofocus
              value={secret}
              aria-describedby={refused ? "locked-error" : undefined}
              onInput={(event) => setSecret(event.currentTarget.value)}
            />
          </label>
          <button type="submit" class="primary" aria-disabled={busy}>
            {t(busy ? "loginBusy" : "lockedSubmit")}
          </button>
        </form>
        <button type="button" class="plain" onClick={() => void desk.session.logout()}>
          {t("logout")}
        </button>
      </div>
    </main>
  );
}

/** The account has no key: nothing can be sealed for it, so it cannot take a seat. */
export function Keyless() {
  const desk = useConsole();
  return (
    <Told title={t("keylessTitle")} lead={t("keylessLead")}>
      <button type="button" class="primary" onClick={() => void desk.session.logout()}>
        {t("logout")}
      </button>
    </Told>
  );
}
