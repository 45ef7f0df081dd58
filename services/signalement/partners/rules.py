"""Rules of the registry of partners. Pure: who may be registered, how keys follow each other, what a partner may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import streams, subjects
from shared.contracts.conversation import Force
from shared.contracts.signalement_partners import Partner, PartnerKey

MOST_KEYS = 12
"""Keys of a partner that are remembered, the newest first of all."""
SHOWN = 6
"""Departments that a sentence names."""


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to be registered, before it has any key."""

    id: str
    name: str
    force: Force
    departments: list[str]


def check_room(wanted: Wanted, partners: Iterable[Partner]) -> None:
    """Return when a partner may be registered, or is already as wanted. Raises ``NotRegistered``."""
    for other in partners:
        if other.id == wanted.id:
            _check_same(wanted, other)
            continue
        common = sorted(set(wanted.departments) & set(other.departments))
        if common and other.revoked_at is None and other.force is wanted.force:
            shown = ", ".join(common[:SHOWN]) + (", ..." if len(common) > SHOWN else "")
            raise NotRegistered(f"{other.id} has {wanted.force} in {shown} already: one partner each")


def _check_same(wanted: Wanted, found: Partner) -> None:
    if found.revoked_at is not None:
        raise NotRegistered(f"{found.id} was revoked: whoever comes after it needs another id")
    if (found.name, found.force, found.departments) != (wanted.name, wanted.force, wanted.departments):
        raise NotRegistered(f"{found.id} is registered already, otherwise than asked")


def check_keys(found: Partner, asked: Partner) -> None:
    """Return when a partner that is there has the keys that it is to be registered with. Raises ``NotRegistered``."""
    if (found.nkey, found.keys[-1].kid) != (asked.nkey, asked.keys[-1].kid):
        raise NotRegistered(f"{found.id} is registered already, with other keys: `partner rotate` gives it new ones")


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
    return partner.model_copy(update={"keys": [*kept, key][-MOST_KEYS:]})


def revoked(partner: Partner, now: datetime) -> Partner:
    """Return the partner shut out: no key of it is in force any more."""
    keys = [key.model_copy(update={"until": min(key.until or now, now)}) for key in partner.keys]
    return partner.model_copy(update={"revoked_at": partner.revoked_at or now, "keys": keys})
