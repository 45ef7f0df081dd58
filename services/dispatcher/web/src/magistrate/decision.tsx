import type { PublicJwk } from "@shared/sealing/keys";
import { useState } from "preact/hooks";
import { type Answer, decide, GRANTING, type Motive, REFUSING, type Request } from "../lifting/api";
import { LONGEST, sealed } from "../lifting/sealed";
import { t } from "./words";

interface Props {
  request: Request;
  authority: PublicJwk;
  /** The server's time less this machine's, in milliseconds. */
  skew: number;
  onDecided: (answer: Answer<Request>) => void;
}

/** The one decision. */
export function Decision({ request, authority, skew, onDecided }: Props) {
  const nothing = request.address === "kept" ? null : request.address;
  const [granted, setGranted] = useState<boolean | null>(nothing ? false : null);
  const [motive, setMotive] = useState<Motive | "">(nothing ? "nothing_kept" : "");
  const [words, setWords] = useState("");
  const [busy, setBusy] = useState(false);
  const [incomplete, setIncomplete] = useState(false);
  if (request.own) return <p class="error">{t("own")}</p>;
  const submit = async (): Promise<void> => {
    setIncomplete(granted === null || motive === "");
    if (granted === null || motive === "") return;
    setBusy(true);
    const said = words.trim();
    const { conversation, ground } = request;
    // For magistrates alone; when nobody can be verified they are not sent at all.
    const kept = said === "" ? null : await sealed({ conversation, ground, text: said }, authority, Date.now() + skew);
    const answer = await decide(request, granted, motive, kept?.ok ? kept.value : null);
    setBusy(false);
    onDecided(answer);
  };
  const choose = (to: boolean): void => {
    setGranted(to);
    setMotive("");
  };
  return (
    <form
      class="decision"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void submit();
      }}
    >
      {nothing && <p class="error">{t(`nothing_${nothing}`)}</p>}
      <fieldset>
        <legend>{t("decision")}</legend>
        {[true, false].map((one) => (
          <label key={String(one)}>
            <input
              type="radio"
              name="decision"
              checked={granted === one}
              disabled={one && nothing !== null}
              onChange={() => choose(one)}
            />
            {t(one ? "grant" : "refuse")}
          </label>
        ))}
      </fieldset>
      <label>
        {t("motive")}
        <select value={motive} disabled={granted === null} onChange={(event) => setMotive(event.currentTarget.value as Motive)}>
          <option value="">{t("motiveChoose")}</option>
          {(granted ? GRANTING : REFUSING).map((one) => (
            <option key={one} value={one}>
              {t(`motive_${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("words")}
        <textarea
          rows={3}
          maxLength={LONGEST}
          value={words}
          aria-describedby="words-hint"
          onInput={(event) => setWords(event.currentTarget.value)}
        />
      </label>
      <p id="words-hint" class="soft small">
        {t("wordsHint")}
      </p>
      <div role="alert">{incomplete && <p class="error">{t("incomplete")}</p>}</div>
      <p>{t("decideOnce")}</p>
      <button type="submit" class={granted ? "danger firm" : "primary"} aria-disabled={busy}>
        {t(busy ? "deciding" : granted === true ? "decideGrant" : granted === false ? "decideRefuse" : "decide")}
      </button>
    </form>
  );
}
