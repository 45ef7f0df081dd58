import { useEffect, useRef, useState } from "preact/hooks";
import type { EntryFailure, LoginReason } from "../desk/console";
import { t } from "../lib/say";
import { useConsole } from "./context";
import { Credentials, WHY_NOT } from "./credentials";
import { Provider, useDoor, useProviderWords } from "./provider";

const WORDS = { ...WHY_NOT, key: "loginKeyClosed" } as const;

const REASONS = { expired: "loginExpired", ended: "loginEnded", left: "loginLeft" } as const;

/** The login. What was wrong is said in words. */
export function Login({ reason }: { reason: LoginReason }) {
  const desk = useConsole();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<EntryFailure | "missing" | null>(null);
  const secret = useRef<HTMLInputElement>(null);
  const door = useDoor();
  const provider = door?.provider ?? null;
  const turned = useProviderWords();

  useEffect(() => {
    document.title = t("title");
  }, []);

  const submit = async (): Promise<void> => {
    if (name.trim() === "" || password === "" || code === "") {
      setFailure("missing");
      return;
    }
    setBusy(true);
    const refused = await desk.session.login(name.trim(), password, code ?? undefined);
    if (refused === null) return;
    setBusy(false);
    if (refused === "code_wanted" || refused === "code_wrong") {
      setCode("");
      setFailure(refused === "code_wrong" ? refused : null);
      return;
    }
    setFailure(refused);
    if (refused !== "unavailable") {
      setCode(null);
      setPassword("");
      secret.current?.focus();
    }
  };

  return (
    <main class="stage">
      <div class="sheet">
        <h1>{t("loginTitle")}</h1>
        <p class="soft">{t("loginLead")}</p>
        {reason !== "start" && failure === null && (
          <p class="error calm" role="status">
            {t(REASONS[reason])}
          </p>
        )}
        <div role="alert">
          {failure !== null && (
            <p class="error" id="login-error">
              {t(failure === "missing" ? (code === null ? "loginMissing" : "loginCodeMissing") : WORDS[failure])}
            </p>
          )}
          {turned !== null && failure === null && code === null && (
            <p class="error" id="provider-error">
              {t(turned)}
            </p>
          )}
        </div>
        {code === null && provider !== null && <Provider name={provider} onFailure={setFailure} />}
        <form
          hidden={door?.local === false}
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy) void submit();
          }}
        >
          <Credentials
            name={name}
            password={password}
            code={code}
            described={failure ? "login-error" : undefined}
            focused
            secret={secret}
            onName={setName}
            onPassword={setPassword}
            onCode={setCode}
          />
          <button type="submit" class="primary" aria-disabled={busy}>
            {t(busy ? "loginBusy" : "loginSubmit")}
          </button>
          {code !== null && (
            <button
              type="button"
              class="plain"
              onClick={() => {
                setCode(null);
                setPassword("");
                setFailure(null);
              }}
            >
              {t("loginOther")}
            </button>
          )}
        </form>
      </div>
    </main>
  );
}
