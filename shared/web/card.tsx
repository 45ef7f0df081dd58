import type { CardKey } from "./card.fr";
import { hoursInWords } from "./hours";
import type { Translator } from "./i18n";
import type { Card } from "./referral";

/**
 * A structure that helps, as it stands in the chat of both pages. Styled by `card.css`.
 *
 * Its site is text, not a link: one press must not put a tell-tale page into the history of the visitor's browser.
 */
export function CardView({ card, t }: { card: Card; t: Translator<CardKey> }) {
  const { address, phone, web, hours, note, source } = card;
  return (
    <div class="card">
      <p class="card-kind">
        {t(`card_${card.kind}`)}
        <Distance card={card} t={t} />
      </p>
      <p class="card-name">{card.name}</p>
      {note !== null && <p>{note}</p>}
      <dl>
        {phone !== null && (
          <div>
            <dt>{t("cardPhone")}</dt>
            <dd>
              <a class="card-phone" href={`tel:${phone.replace(/[ .]/g, "")}`}>
                {phone}
              </a>
            </dd>
          </div>
        )}
        {address !== null && <Fact name={t("cardAddress")} value={address} />}
        {hours !== null && <Fact name={t("cardHours")} value={hoursInWords(hours, t("cardDays"), t("cardAlways"))} />}
        {web !== null && <Fact name={t("cardWeb")} value={web} />}
      </dl>
      {card.openNow !== "unknown" && (
        <p class={`card-${card.openNow}`}>{t(card.openNow === "open" ? "cardOpen" : "cardClosed")}</p>
      )}
      {card.wheelchair && <p>{t("cardWheelchair")}</p>}
      {source !== null && <p class="card-source">{t("cardSource", { source, date: date(card.asOf, t.locale) })}</p>}
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** How far, in words. Where only the commune's point is known, nothing finer than the commune is said. */
export function distanceInWords(t: Translator<CardKey>, distanceKm: number, approximate: boolean): string {
  const km = distanceKm < 10 ? Math.round(distanceKm * 10) / 10 : Math.round(distanceKm);
  if (approximate && km === 0) return t("cardSameTown");
  return t(approximate ? "cardDistanceAbout" : "cardDistance", { km });
}

function Distance({ card, t }: { card: Card; t: Translator<CardKey> }) {
  if (card.distanceKm === null) return null;
  const words = distanceInWords(t, card.distanceKm, card.approximate);
  return <span> · {card.acrossTheSea ? `${words}, ${t("cardAcrossTheSea")}` : words}</span>;
}

/** A date of the source: YYYY, YYYY-MM or YYYY-MM-DD. */
function date(asOf: string | null, locale: string): string {
  if (asOf === null) return "";
  const when = new Date(`${asOf.length === 7 ? `${asOf}-01` : asOf}T12:00:00Z`);
  if (asOf.length === 4 || Number.isNaN(when.getTime())) return asOf;
  return new Intl.DateTimeFormat(locale, { year: "numeric", month: "long", timeZone: "UTC" }).format(when);
}
