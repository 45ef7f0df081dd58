"""Handing a conversation over, in the store: the commands of ``transfer.lua``."""

from dataclasses import dataclass
from typing import Literal

from services.dispatcher.store.dispatch import Decision, DispatchStore, decisions, maybe, text

Objection = Literal[
    "gone", "theirs", "absent", "paused", "drained", "resting", "full", "untrained",
    "not_yours", "offered", "handing_over", "nobody",
]  # fmt: skip
"""Why it cannot be offered or accepted. ``gone``: there is no such conversation, or offer; ``nobody``: nobody else
serves that queue; ``offered``, ``handing_over``: that is under way already; the others are about who should have it."""
ANYONE = "*"
LAPSED_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Offer:
    """An open offer. ``to``: an operator, or ``ANYONE`` of the queue but those who ``refused``."""

    conversation: str
    giver: str
    to: str
    queue: str
    until_ms: int
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody at a desk. ``skills``: as their account has them; ``why``: why they get none now, or empty."""

    login: str
    skills: list[str]
    limit: int
    load: int
    why: str


class Transfers:
    """The commands. Each changes everything that follows from it, or nothing."""

    def __init__(self, store: DispatchStore) -> None:
        self._store = store

    async def offer(self, conversation: str, giver: str, to: str, queue: str, lasts_ms: int) -> Objection | None:
        """Offer a conversation of ``giver``'s to an operator, or to ``ANYONE`` of a queue (empty: its own)."""
        return _why(await self._store.run("offer", conversation, giver, to, queue, lasts_ms))

    async def take_back(self, conversation: str, giver: str) -> bool:
        """End one's own offer; False when there is none (any more)."""
        return bool(await self._store.run("take_back", conversation, giver))

    async def refuse(self, conversation: str, operator: str) -> str | None:
        """Say no to an offer, which stands for anyone else; return whose it was, None when it was not for them."""
        return text(await self._store.run("refuse", conversation, operator)) or None

    async def accept(self, conversation: str, operator: str, stays_ms: int) -> list[Decision] | Objection:
        """Take an offered conversation; its giver may stay for ``stays_ms``, unless it goes to the other force.

        The last decision says that it is theirs; before it, perhaps, that its psychologist left.
        """
        why, *made = await self._store.run("accept", conversation, operator, stays_ms)
        return _why(why) or decisions(made)

    async def step_aside(self, conversation: str, operator: str) -> Decision | None:
        """Leave a conversation that one has handed over; None when that is over already."""
        return maybe(await self._store.run("step_aside", conversation, operator))

    async def lapse(self, most: int = LAPSED_AT_ONCE) -> list[Decision]:
        """End the hand-overs whose time is over, and forget the offers that nobody took."""
        return decisions(await self._store.run("lapse", most))

    async def offers(self) -> list[Offer]:
        """Return every open offer."""
        return [
            Offer(text(conversation), text(giver), text(to), text(queue), int(until), tuple(map(text, refused)))
            for conversation, giver, to, queue, until, *refused in await self._store.run("offers")
        ]

    async def colleagues(self, operator: str, queue: str) -> list[Colleague]:
        """Return everybody else who is at a desk, and whether they could be given a conversation of this queue."""
        rows = await self._store.run("colleagues", operator, queue)
        return [
            Colleague(text(login), text(skills).split(), int(limit), int(load), text(why))
            for login, skills, limit, load, why in rows
        ]


def _why(found: bytes | str) -> Objection | None:
    why: Objection = text(found)  # type: ignore[assignment]  # the script's own words
    return why or None
