import { useCallback, useEffect, useState } from "preact/hooks";
import { admitted, called, closeMissing, decide, floor, type Decision, type Floor } from "./api";
import { Dialog, type Asking } from "./dialogs";
import type { Subject } from "../staff/chat";
import { OfSupervisor } from "../staff/of-supervisor";
import { Alarms } from "./alarms";
import { Aside } from "./aside";
import { People } from "./people";
import { Queues } from "./queues";
import { failure, hour, shortId, t } from "./words";

const EVERY_MS = 2_000;

interface Seen {
  floor: Floor | null;
  /** The server's word when it does not answer with the floor. */
  why: string | null;
}

/** What supervisors see and decide: queues, people, forecasts; never the content of a conversation. */
export function SupervisionPage() {
  const [{ floor: seen, why }, look] = useFloor();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [said, setSaid] = useState("");
  const pressing = seen ? unseen(seen) : 0;
  useEffect(() => {
    document.title = pressing > 0 ? t("titleDanger", { n: pressing }) : t("title");
  }, [pressing]);
  const act = useCallback(
    async (decision: Decision): Promise<void> => {
      const outcome = await decide(decision);
      setSaid(outcome.ok ? t("done") : failure(outcome.why));
      setAsking(null);
      look();
    },
    [look],
  );
  if (why === "unauthenticated" || why === "forbidden") return <Closed why={why} />;
  if (!seen) {
    return (
      <main class="stage">
        <p role="status">{t("loading")}</p>
      </main>
    );
  }
  return (
    <div class="supervision">
      <Header floor={seen} stale={why !== null} />
      <p class="said" role="status">
        {said}
      </p>
      <Alarms
        floor={seen}
        onAct={(decision) => void act(decision)}
        onCalled={(report) => void called(report).then(look)}
        onClosed={(conversation, why) => void closeMissing(conversation, why).then(look)}
      />
      <main>
        <div class="live">
          <Queues floor={seen} onAsk={setAsking} onAct={(decision) => void act(decision)} />
          <People floor={seen} onAsk={setAsking} onAct={(decision) => void act(decision)} />
        </div>
        <Aside floor={seen} onAct={(decision) => void act(decision)}>
          <OfSupervisor subjects={subjects(seen)} />
        </Aside>
      </main>
      {asking && (
        <Dialog
          asking={asking}
          floor={seen}
          onAct={(decision) => void act(decision)}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}

/** How many alarms nobody has answered. */
function unseen({ missing, dangers, patrols }: Floor): number {
  const answered = [...missing, ...dangers].filter((one) => one.seen_by).length;
  return missing.length + dangers.length - answered + patrols.filter((one) => one.alarm).length;
}

/** The conversations that operators have, by what this page calls them. */
function subjects({ operators }: Floor): Subject[] {
  return operators.flatMap(({ operator, held }) =>
    held.map(({ conversation: id }) => ({ id, name: `${shortId(id)} · ${operator}` })),
  );
}

function Header({ floor: seen, stale }: { floor: Floor; stale: boolean }) {
  const waiting = seen.queues.reduce((sum, queue) => sum + queue.waiting, 0);
  const serving = seen.operators.filter(
    (one) => one.present && one.status === "available" && !one.drained && one.rests_until <= seen.at,
  ).length;
  return (
    <header>
      <h1>{t("heading")}</h1>
      <p class="numeric">
        {waiting ? t("total", { n: waiting }) : t("totalNone")} · {t("totalServing", { n: serving })}
      </p>
      <p class={stale ? "stale" : "soft small"} role={stale ? "alert" : undefined}>
        {stale ? t("stale", { time: hour(seen.at) }) : t("at", { time: hour(seen.at) })}
      </p>
      <a href="/">{t("toConsole")}</a>
    </header>
  );
}

function Closed({ why }: { why: "unauthenticated" | "forbidden" }) {
  return (
    <main class="stage">
      <div class="sheet">
        <h1>{t("heading")}</h1>
        <p role="alert">{t(why)}</p>
        <p>
          <a href="/">{why === "forbidden" ? t("toConsole") : t("logIn")}</a>
        </p>
      </div>
    </main>
  );
}

/** The floor, asked for again every two seconds; the last one stays when none comes. */
function useFloor(): [Seen, () => void] {
  const [seen, setSeen] = useState<Seen>({ floor: null, why: null });
  const [inside, setInside] = useState(false);
  const look = useCallback(() => {
    void floor().then((outcome) =>
      setSeen((before) =>
        outcome.ok ? { floor: outcome.value, why: null } : { floor: before.floor, why: outcome.why },
      ),
    );
  }, []);
  useEffect(() => {
    if (inside) return undefined;
    const knock = (): void => {
      void admitted().then((answer) => (answer.ok ? setInside(true) : setSeen({ floor: null, why: answer.why })));
    };
    knock();
    const again = setInterval(() => !document.hidden && knock(), EVERY_MS * 5);
    return () => clearInterval(again);
  }, [inside]);
  useEffect(() => {
    if (!inside) return undefined;
    look();
    // Also while another tab is looked at: danger shows in this one's title.
    const turning = setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(turning);
      document.removeEventListener("visibilitychange", look);
    };
  }, [look, inside]);
  return [seen, look];
}
