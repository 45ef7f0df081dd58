import { useEffect, useState } from "preact/hooks";
import * as api from "../lib/api";
import { t } from "../lib/say";

/** Why the identity provider's way ended here, as the server writes it behind the `#`. */
const TURNED = {
  away: "loginProviderAway",
  denied: "turned_denied",
  expired: "turned_expired",
  closed: "turned_closed",
  unknown: "turned_unknown",
  refused: "turned_refused",
} as const;

export type TurnedWords = (typeof TURNED)[keyof typeof TURNED];

/** How one logs in here; undefined until it is known. */
export function useDoor(): api.Door | undefined {
  const [door, setDoor] = useState<api.Door>();
  useEffect(() => {
    let again: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      const outcome = await api.door();
      if (outcome.ok) setDoor(outcome.value);
      else again = setTimeout(() => void ask(), 2_000);
    };
    void ask();
    return () => clearTimeout(again);
  }, []);
  return door;
}

/** What went wrong at the identity provider, once: the address is cleaned, so that a reload starts anew. */
export function useProviderWords(): TurnedWords | null {
  const [words] = useState(() => turnedBy(location.hash));
  useEffect(() => {
    if (words !== null) history.replaceState(null, "", location.pathname);
  }, [words]);
  return words;
}

export function turnedBy(hash: string): TurnedWords | null {
  const [, reason] = /^#login=(\w+)$/.exec(hash) ?? [];
  return reason !== undefined && Object.hasOwn(TURNED, reason) ? TURNED[reason as keyof typeof TURNED] : null;
}

interface Props {
  name: string;
  onFailure: (failure: api.Failure) => void;
}

/** The way in through the identity provider. */
export function Provider({ name, onFailure }: Props) {
  const [busy, setBusy] = useState(false);
  const go = async (): Promise<void> => {
    setBusy(true);
    const outcome = await api.throughProvider();
    if (outcome.ok) location.assign(outcome.value.go);
    else {
      setBusy(false);
      onFailure(outcome.failure);
    }
  };
  return (
    <button type="button" class="primary" aria-disabled={busy} onClick={() => !busy && void go()}>
      {t("loginProvider", { name })}
    </button>
  );
}
