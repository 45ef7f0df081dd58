import type { Reader } from "@shared/sealing/keys";
import { useEffect, useRef, useState } from "preact/hooks";
import { hour } from "../lib/time";
import { type Answer, confirm, type Request } from "../lifting/api";
import { openOrigin, type Origin } from "./opened";
import { t, utc } from "./words";

interface Props {
  request: Request;
  reader: Reader;
  onConfirmed: (answer: Answer<Request>) => void;
}

const PLACES = ["addressFirst", "addressLast", "addressBefore"] as const;

/** The address that was handed over, opened in this page: to be noted, and then erased. */
export function Address({ request, reader, onConfirmed }: Props) {
  const [origins, setOrigins] = useState<readonly (Origin | null)[] | null>(null);
  const [copied, setCopied] = useState(false);
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const sealed = request.addresses ?? [];
    void Promise.all(sealed.map((one) => openOrigin(one, request, reader))).then(setOrigins);
    box.current?.scrollIntoView({ block: "nearest" });
  }, [request, reader]);
  return (
    <section ref={box} class="address" aria-label={t("addressTitle")}>
      <h3>{t("addressTitle")}</h3>
      <p>{t("addressLead")}</p>
      {origins === null && <p role="status">{t("loading")}</p>}
      <div class="origins">
        {origins?.map((origin, index) => (
          <Place key={index} title={t(PLACES[index] ?? "addressBefore")} origin={origin} />
        ))}
      </div>
      {request.until !== null && <p class="soft">{t("addressUntil", { time: hour(request.until) })}</p>}
      <div class="row">
        <button type="button" onClick={() => setCopied(copy(box.current?.querySelector(".origins") ?? null))}>
          {t("copy")}
        </button>
        <button type="button" onClick={() => print()}>
          {t("print")}
        </button>
        <span role="status" class="soft">
          {copied && t("copied")}
        </span>
        <button type="button" class="primary" onClick={() => void confirm(request).then(onConfirmed)}>
          {t("confirm")}
        </button>
      </div>
    </section>
  );
}

function Place({ title, origin }: { title: string; origin: Origin | null }) {
  return (
    <div class="origin">
      <h4>{title}</h4>
      {origin === null ? (
        <p class="error">{t("unreadable")}</p>
      ) : (
        <>
          <dl>
            <div>
              <dt>{t("ip")}</dt>
              <dd>{origin.ip}</dd>
            </div>
            <div>
              <dt>{t("port")}</dt>
              <dd>{origin.port ?? t("portUnknown")}</dd>
            </div>
            <div>
              <dt>{t("moment")}</dt>
              <dd>{utc(origin.at)}</dd>
            </div>
          </dl>
          <p class={origin.by === "ours" ? "error" : "soft small"}>{t(`by_${origin.by}`)}</p>
        </>
      )}
    </div>
  );
}

/** Copy what stands there. The page may not use the clipboard otherwise: its policy says so. */
function copy(element: Element | null): boolean {
  const selection = getSelection();
  if (!element || !selection) return false;
  selection.selectAllChildren(element);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the newer call is shut to this page, on purpose
  const done = document.execCommand("copy");
  selection.removeAllRanges();
  return done;
}
