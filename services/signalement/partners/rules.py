"""Rules of the registry of partners. Pure: who may be registered, how keys follow each other, what a partner may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import streams, subjects
from shared.contracts.conversation import Force
from shared.contracts.signalement_partners import Partner, PartnerKey


class NotRegistered(ValueError):
    """A partner is not registered as asked; the text says why, for the person at the command line."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What one partner may publish and subscribe to in its account; everything else is refused by the server."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def rights_of(partner: str) -> Rights:
    """Return what a partner may do: its own commands, pulling and settling by its own consumer, its own inbox."""
    consumer = streams.partner_consumer(partner)
    return Rights(
        publish=(
            subjects.partner_command(partner),
            f"$JS.API.CONSUMER.MSG.NEXT.{streams.SIGNALEMENTS}.{consumer}",
            f"$JS.ACK.{streams.SIGNALEMENTS}.{consumer}.>",
        ),
        subscribe=(f"{inbox_of(partner)}.>",),
    )


def inbox_of(partner: str) -> str:
    """Return the prefix of a partner's inboxes."""
    return f"_INBOX_{partner}"


def deliveries(force: Force, departments: Iterable[str]) -> list[str]:
    """Return the subjects whose reports are a territory's."""
    return [subjects.delivery(force, department) for department in departments]


def departments_of(asked: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return departments in order, each once; ``all`` stands for every one. Raises ``NotRegistered``."""
    every, wanted = list(known), {code.strip().upper() for code in asked}
    if "ALL" in wanted:
        return sorted(every)
    unknown = sorted(wanted - set(every))
    if unknown:
        raise NotRegistered(f"there is no department {', '.join(unknown)}: say 69, 2A, 974")
    return sorted(wanted)


def check_territory(partner: Partner, others: Iterable[Partner]) -> None:
    """Return when no other active partner of the force has any of its departments. Raises ``NotRegistered``."""
    for other in others:
        if other.id == partner.id or other.revoked_at is not None or other.force is not partner.force:
            continue
        if common := sorted(set(partner.departments) & set(other.departments)):
            raise NotRegistered(f"{other.id} has {partner.force} in {', '.join(common)} already: one partner each")


def same_registration(found: Partner, asked: Partner) -> bool:
    """Return whether a partner is registered exactly as asked: an interrupted registration that is run again."""
    return (
        found.revoked_at is None
        and (found.name, found.force, found.departments) == (asked.name, asked.force, asked.departments)
        and (found.nkey, found.keys[-1].kid) == (asked.nkey, asked.keys[-1].kid)
    )


def rotated(partner: Partner, key: PartnerKey, keep: timedelta) -> Partner:
    """Return the partner with another key in force from now on; the former ones hold for ``keep`` more at most.

    The same key again has a new certificate. Raises ``NotRegistered`` for a key that was replaced before.
    """
    *former, current = partner.keys
    if key.kid == current.kid:
        return partner.model_copy(update={"keys": [*former, key.model_copy(update={"since": current.since})]})
    if any(key.kid == old.kid for old in former):
        raise NotRegistered("this key was replaced before: make another one")
    until = key.since + keep
    kept = [old.model_copy(update={"until": min(old.until or until, until)}) for old in partner.keys]
    return partner.model_copy(update={"keys": [*kept, key]})


def revoked(partner: Partner, now: datetime) -> Partner:
    """Return the partner shut out: no key of it is in force any more."""
    keys = [key.model_copy(update={"until": min(key.until or now, now)}) for key in partner.keys]
    return partner.model_copy(update={"revoked_at": partner.revoked_at or now, "keys": keys})
