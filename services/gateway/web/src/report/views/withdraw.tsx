import type { ReportRoom, View } from "../room";
import type { Key, Say } from "../words";

/** Taking consent back, as long as that has an effect, and what came of it (S1). */
export function Withdraw({ t, room, view }: { t: Say; room: ReportRoom; view: View }) {
  const { card } = view;
  const said = outcome(view);
  const again = view.withdrawal === "failed" || (said === null && card.decided?.decision === "yes");
  return (
    <>
      <p role="status">{said && t(said)}</p>
      {card.decided?.decision === "withdrawn" && card.decided.way === "refused" && <p>{t("notSent")}</p>}
      {again && (
        <button type="button" class="plain-button" onClick={() => room.withdraw(card.seq)}>
          {t("withdraw")}
        </button>
      )}
    </>
  );
}

function outcome({ withdrawal, card }: View): Key | null {
  if (card.statuses.at(-1)?.status === "taken") return "withdrawLate";
  switch (withdrawal) {
    case null:
      return card.decided?.decision === "withdrawn" ? "withdrawUnknown" : null;
    case "asked":
      return "withdrawAsked";
    case "unknown":
      return "withdrawUnknown";
    case "withdrawn":
      return "withdrawn";
    case "taken":
      return "withdrawLate";
    case "refused":
      return null;
    default:
      return "withdrawFailed";
  }
}
