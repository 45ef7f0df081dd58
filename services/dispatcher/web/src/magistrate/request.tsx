import type { Reader } from "@shared/sealing/keys";
import { useEffect, useState } from "preact/hooks";
import type { Request } from "../lifting/api";
import { openText, type Text } from "./opened";
import { day, t } from "./words";

/** What is known of a request without opening anything. */
export function Facts({ request }: { request: Request }) {
  const facts = [
    [t("groundIs"), t(`ground_${request.ground}`)],
    [t("force"), t(`force_${request.force}`)],
    [t("category"), t(`category_${request.category}`)],
    [t("asked"), day(request.asked_at)],
    [t("askedBy"), request.asked_by],
    [t("conversationIs"), request.conversation],
    ...(request.motive ? [[t("motive"), t(`motive_${request.motive}`)]] : []),
  ] as const;
  return (
    <>
      <h2>{t("request", { time: day(request.asked_at) })}</h2>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

interface SealedProps {
  title: string;
  sealed: string;
  request: Request;
  reader: Reader;
}

/** A sealed text, opened in this page. */
export function Sealed({ title, sealed, request, reader }: SealedProps) {
  const [text, setText] = useState<Text | null>(null);
  useEffect(() => {
    setText(null);
    let shown = true;
    void openText(sealed, request, reader).then((found) => shown && setText(found));
    return () => {
      shown = false;
    };
  }, [sealed, request.id, reader]);
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {text === null && <p class="soft">{t("loading")}</p>}
      {typeof text === "string" && <p class="error">{t(text)}</p>}
      {text !== null && typeof text === "object" && <p class="reasons">{text.text}</p>}
    </section>
  );
}
