import { Unverified } from "@shared/sealing/credential";
import type { Reader } from "@shared/sealing/keys";
import { openReadingKey } from "@shared/sealing/magistrate";
import { useCallback, useEffect, useState } from "preact/hooks";
import * as api from "../lib/api";
import { type Waiting, waiting } from "../lifting/api";
import { Door } from "./door";
import { t } from "./words";
import { Work } from "./work";

/** Where the page is: who is there, and whether their key is open. The key is in this page's memory alone. */
type Where =
  | { at: "loading" }
  | { at: "door"; open: string | null; fault: string | null }
  | { at: "closed" }
  | { at: "work"; reader: Reader; account: api.Account; first: Waiting };

/** Magistrate: one page, one decision. */
export function MagistratePage() {
  const [where, go] = useState<Where>({ at: "loading" });
  useEffect(() => {
    document.title = t("title");
    void knock().then(go);
  }, []);
  const unlock = useCallback(async (password: string): Promise<void> => go(await opened(password)), []);
  const leave = useCallback((): void => {
    void api.logout();
    go({ at: "door", open: null, fault: null });
  }, []);
  switch (where.at) {
    case "loading":
      return (
        <main class="stage">
          <p role="status">{t("loading")}</p>
        </main>
      );
    case "door":
      return <Door open={where.open} fault={where.fault} onPassword={(password) => void unlock(password)} />;
    case "closed":
      return <Closed />;
    case "work":
      return <Work {...where} onLeave={leave} />;
  }
}

/** Whose session this browser has: nobody's, a magistrate's, or somebody else's. */
async function knock(): Promise<Where> {
  const me = await api.me();
  if (!me.ok) return { at: "door", open: null, fault: null };
  return me.value.roles.includes("magistrate") ? { at: "door", open: me.value.operator, fault: null } : { at: "closed" };
}

async function opened(password: string): Promise<Where> {
  const me = await api.me();
  if (!me.ok) return { at: "door", open: null, fault: null };
  if (!me.value.roles.includes("magistrate")) return { at: "closed" };
  const { operator: open } = me.value;
  const answer = await waiting();
  if (!answer.ok) return { at: "door", open, fault: t("failed_unavailable") };
  const { key } = answer.value;
  if (!key) return { at: "door", open, fault: t("keyless") };
  try {
    const reader = await openReadingKey(key.kid, key.sealed, password);
    return { at: "work", reader, account: me.value, first: answer.value };
  } catch (error) {
    if (error instanceof Unverified) return { at: "door", open, fault: t("keyClosed") };
    throw error;
  }
}

function Closed() {
  return (
    <main class="stage">
      <div class="sheet">
        <h1>{t("heading")}</h1>
        <p role="alert">{t("forbidden")}</p>
        <p>
          <a href="/">{t("toConsole")}</a>
        </p>
      </div>
    </main>
  );
}
