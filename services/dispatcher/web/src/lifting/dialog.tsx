import { useEffect, useRef, useState } from "preact/hooks";
import { hour } from "../lib/time";
import { useConsole } from "../parts/context";
import { Modal } from "../parts/modal";
import { type Answer, ask, type Asked, type Ground, lifting } from "./api";
import { LONGEST, sealed } from "./sealed";
import { failure, t } from "./words";

export interface Props {
  conversation: string;
  onAsked: (asked: Asked | null) => void;
  onClose: () => void;
}

const GROUNDS: readonly Ground[] = ["emergency", "minor"];

/** Ask for the anonymity of a conversation to be lifted; afterwards, what came of it. */
export function LiftingDialog({ conversation, onAsked, onClose }: Props) {
  const [asked, setAsked] = useState<Asked | "loading" | null>("loading");
  const [why, setWhy] = useState<string | null>(null);
  const tell = (found: Asked | null): void => {
    setAsked(found);
    onAsked(found);
  };
  useEffect(() => {
    void lifting(conversation).then((answer) => {
      if (answer.ok) tell(answer.value.asked);
      else {
        setWhy(answer.why);
        setAsked(null);
      }
    });
  }, [conversation]);
  return (
    <Modal title={t("title")} onClose={onClose}>
      {asked === "loading" && <p role="status">{t("loading")}</p>}
      {asked !== "loading" && asked !== null && (
        <Told asked={asked} onAgain={() => setAsked(null)} onClose={onClose} />
      )}
      {asked === null && <Form conversation={conversation} why={why} onAsked={tell} onClose={onClose} />}
    </Modal>
  );
}

function Told({ asked, onAgain, onClose }: { asked: Asked; onAgain: () => void; onClose: () => void }) {
  const { decision, decided_at, motive, address } = asked;
  return (
    <div class="lifting-told">
      <p>{t("askedAt", { time: hour(asked.asked_at) })}</p>
      <p class="strong" role="status">
        {t(`told_${decision}`, { time: hour(decided_at ?? asked.asked_at) })}
      </p>
      {motive && <p>{t("motiveIs", { motive: t(`motive_${motive}`) })}</p>}
      {address !== "kept" && <p class="error">{t(`address_${address}`)}</p>}
      <div class="choices">
        {decision === "refused" && (
          <button type="button" onClick={onAgain}>
            {t("again")}
          </button>
        )}
        <button type="button" class="primary" onClick={onClose}>
          {t("close")}
        </button>
      </div>
    </div>
  );
}

interface FormProps extends Props {
  why: string | null;
}

function Form({ conversation, why, onAsked, onClose }: FormProps) {
  const desk = useConsole();
  const [ground, setGround] = useState<Ground | null>(null);
  const [reasons, setReasons] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState(why === null ? null : failure(why));
  // The same request however often it has to be sent.
  const id = useRef(crypto.randomUUID());
  const submit = async (): Promise<void> => {
    const text = reasons.trim();
    if (ground === null || text === "") {
      setFault(t("reasonsMissing"));
      return;
    }
    setBusy(true);
    setFault(null);
    const { account, skew } = desk.snapshot;
    const kept: Answer<string> = account
      ? await sealed({ conversation, ground, text }, account.authority, Date.now() + skew)
      : { ok: false, why: "unavailable" };
    const answer = kept.ok ? await ask(id.current, conversation, ground, kept.value) : kept;
    setBusy(false);
    if (answer.ok) onAsked(answer.value);
    else setFault(failure(answer.why));
  };
  return (
    <form
      class="lifting-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void submit();
      }}
    >
      <p>{t("lead")}</p>
      <fieldset>
        <legend>{t("ground")}</legend>
        {GROUNDS.map((one) => (
          <label key={one}>
            <input type="radio" name="ground" checked={ground === one} onChange={() => setGround(one)} />
            {t(`ground_${one}`)}
          </label>
        ))}
      </fieldset>
      <label class="field">
        {t("reasons")}
        <textarea
          rows={5}
          maxLength={LONGEST}
          value={reasons}
          aria-describedby="lifting-hint"
          onInput={(event) => setReasons(event.currentTarget.value)}
        />
      </label>
      <p id="lifting-hint" class="soft small">
        {t("reasonsHint")} {t("reasonsLeft", { n: LONGEST })}.
      </p>
      <p>{t("once")}</p>
      <div role="alert">{fault !== null && <p class="error">{fault}</p>}</div>
      <div class="choices">
        <button type="button" onClick={onClose}>
          {t("cancel")}
        </button>
        <button type="submit" class="danger firm" aria-disabled={busy}>
          {t(busy ? "sending" : "submit")}
        </button>
      </div>
    </form>
  );
}
