import type { Reader } from "@shared/sealing/keys";
import { useCallback, useEffect, useState } from "preact/hooks";
import type * as api from "../lib/api";
import { hour } from "../lib/time";
import { type Answer, collect, type Request, type Waiting, waiting } from "../lifting/api";
import { Address } from "./address";
import { Decision } from "./decision";
import { Facts, Sealed } from "./request";
import { day, failure, t } from "./words";

interface Props {
  reader: Reader;
  account: api.Account;
  first: Waiting;
  onLeave: () => void;
}

/** How often the list is asked for again, in milliseconds. */
const AGAIN_MS = 5_000;

/** What waits, and the one request that is being decided. */
export function Work({ reader, account, first, onLeave }: Props) {
  const [seen, look, stale] = useWaiting(first, onLeave);
  const [chosen, choose] = useState<string | null>(null);
  const [handed, setHanded] = useState<Request | null>(null);
  const [said, setSaid] = useState("");
  const open = seen.liftings.filter((one) => one.status === "pending");
  const mine = seen.liftings.filter((one) => one.status === "granted" && one.mine);
  const past = seen.liftings.filter((one) => !open.includes(one) && !mine.includes(one)).reverse();
  const request = seen.liftings.find((one) => one.id === chosen) ?? null;
  const settle = (answer: Answer<Request>, words: (done: Request) => string): void => {
    if (answer.ok) setHanded(answer.value.addresses ? answer.value : null);
    setSaid(answer.ok ? words(answer.value) : failure(answer.why));
    look();
  };
  const list = (title: string, requests: readonly Request[], none: string | null) =>
    (requests.length > 0 || none !== null) && (
      <section aria-label={title}>
        <h2>{title}</h2>
        {requests.length === 0 && <p class="soft">{none}</p>}
        <ul>
          {requests.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                aria-pressed={one.id === chosen}
                onClick={() => {
                  choose(one.id);
                  setSaid("");
                  setHanded(null);
                }}
              >
                <strong>{t(`ground_${one.ground}_short`)}</strong> · {t(`force_${one.force}`)}
                <span class="soft small">
                  {day(one.asked_at)} · {t(`status_${one.status}`)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </section>
    );
  return (
    <div class="magistrate">
      <header>
        <h1>{t("heading")}</h1>
        <p class="soft">{t("who", { login: seen.magistrate })}</p>
        {stale !== null && (
          <p class="stale" role="alert">
            {t("stale", { time: hour(stale) })}
          </p>
        )}
        <button type="button" onClick={onLeave}>
          {t("logout")}
        </button>
      </header>
      <main>
        <nav aria-label={t("waiting")}>
          {list(t("waiting"), open, t("waitingNone"))}
          {list(t("handed"), mine, null)}
          {list(t("past"), past, null)}
        </nav>
        <article aria-live="polite">
          {said !== "" && (
            <p class="said" role="status">
              {said}
            </p>
          )}
          {!request && said === "" && <p class="soft">{t("choose")}</p>}
          {request && (
            <>
              <Facts request={request} />
              <Sealed title={t("reasonsAre")} sealed={request.reasons} request={request} reader={reader} />
              {request.words && <Sealed title={t("words")} sealed={request.words} request={request} reader={reader} />}
              {request.status === "pending" && (
                <Decision
                  key={request.id}
                  request={request}
                  authority={account.authority}
                  skew={first.at - Date.now()}
                  onDecided={(answer) => settle(answer, (done) => (done.addresses ? "" : t("refusedDone")))}
                />
              )}
              {request.status === "granted" && request.mine && handed?.id !== request.id && (
                <p>
                  <button
                    type="button"
                    class="primary"
                    onClick={() => void collect(request).then((answer) => settle(answer, () => ""))}
                  >
                    {t("collect")}
                  </button>
                </p>
              )}
              {handed?.id === request.id && (
                <Address request={handed} reader={reader} onConfirmed={(answer) => settle(answer, () => t("confirmed"))} />
              )}
            </>
          )}
        </article>
      </main>
    </div>
  );
}

/** The list, asked for again while the page is looked at; the last one stays when none comes. */
function useWaiting(first: Waiting, onGone: () => void): [Waiting, () => void, number | null] {
  const [seen, set] = useState(first);
  const [stale, setStale] = useState<number | null>(null);
  const look = useCallback(() => {
    void waiting().then((answer) => {
      if (answer.ok) set(answer.value);
      else if (answer.why === "unauthenticated") onGone();
      setStale((before) => (answer.ok ? null : (before ?? Date.now())));
    });
  }, [onGone]);
  useEffect(() => {
    const turning = setInterval(() => !document.hidden && look(), AGAIN_MS);
    return () => clearInterval(turning);
  }, [look]);
  return [seen, look, stale];
}
