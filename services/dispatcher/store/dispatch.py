"""Queues, desks and decisions in Valkey, safe with any number of dispatcher instances.

Every change is one run of the script, on keys of the ``{dispatch}`` slot alone: there is no moment between
reading and deciding. A decision stays in ``unannounced`` until someone has projected and published it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import msgspec
from redis.asyncio import Redis

from services.dispatcher.domain.care import Care
from services.dispatcher.domain.estimate import ENOUGH
from services.dispatcher.domain.language import FRENCH, HELD_OUT_MS, LOOKED_PAST, primary
from services.dispatcher.domain.order import CREDIT_MS, Hurry
from services.dispatcher.domain.presence import Patience
from shared import keys
from shared.contracts.conversation import Category, Force
from shared.contracts.dispatcher import MissingEnd, ReleaseReason

ROOMS = ("base", "dispatch", "supervision", "danger", "missing", "transfer", "psychologist")
SCRIPTS = tuple(Path(__file__).with_name(f"{room}.lua") for room in ROOMS)
"""One script in several rooms, in this order."""
_CALL = "\nreturn C[ARGV[1]](unpack(ARGV, 3))\n"
SERVED_KEPT = ENOUGH * 4
MOST_AT_ONCE = 32
"""Assignments in one run of the script: bounds how long the store serves nobody else."""
ABSENT_MS = 60_000
"""How long the page of somebody in danger may be silent, unless it is said otherwise."""
QUEUES = tuple(f"{force}.{category}" for force in Force for category in Category)
"""Every queue, by name."""


def queue_name(force: Force, category: Category) -> str:
    """Return the name of the queue of one force and category."""
    return f"{force}.{category}"


def queue_parts(name: str) -> tuple[Force, Category]:
    """Return the force and the category of a queue's name."""
    force, category = name.split(".")
    return Force(force), Category(category)


Kind = Literal[
    "queued", "moved", "assigned", "transferred", "parted", "joined", "left", "released", "ended", "vanished",
    "missing", "found",
]  # fmt: skip
"""What can be decided about a conversation."""


class Decision(msgspec.Struct, frozen=True):
    """What was decided about a conversation; ``version`` counts the decisions about it, so the newest is known.

    ``moved``: it waits in another queue. ``transferred``: ``giver`` handed it over. ``parted``: whoever handed it over
    left, and ``why``. ``joined``, ``left``: a psychologist came, or went, and ``why``. ``missing``: its visitor has
    vanished while in danger; ``found``: they no longer are, ``found_why``, and ``by`` whom if somebody closed it.
    ``operator``: who got it, lost it, ended it, joined it or left it, or had it when its visitor vanished or it did.
    ``turn``: for the how-many-th time that anyone has it. ``raw``: the decision exactly as the store keeps it until it
    is announced.

    What follows is how it stands after the decision, whole: ``holder`` and ``kid`` (their shift key), ``given_ms``
    (since when they have it), ``colleague``, ``colleague_kid`` and ``until_ms`` (who hands it over, and until when),
    ``psychologist`` and ``psychologist_kid`` (who was called in), ``turns`` (who has seen it, as ``domain.turns`` reads
    it), ``missing_ms`` (the last sign of a visitor who vanished while in danger; 0: they did not). Empty: nobody.
    """

    kind: Kind
    conversation: str
    operator: str
    queue: str
    turn: int
    version: int
    at_ms: int
    waited_ms: int = 0
    reason: ReleaseReason = ReleaseReason.OPERATOR_LOST
    messages: int = 0
    giver: str = ""
    why: Literal["", "left", "time_over", "operator_lost", "operator_left", "other_force"] = ""
    found_why: MissingEnd | None = None
    by: str = ""
    holder: str = ""
    kid: str = ""
    given_ms: int = 0
    colleague: str = ""
    colleague_kid: str = ""
    until_ms: int = 0
    psychologist: str = ""
    psychologist_kid: str = ""
    turns: str = ""
    missing_ms: int = 0
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an operator finds on arriving: which console they had before, their status, what they hold."""

    instance_before: str
    socket_before: str
    status: Literal["available", "paused"]
    conversations: list[str]


class Seat(StrEnum):
    """What a sign of life met."""

    KEPT = "kept"
    SUPERSEDED = "superseded"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Renewal:
    """The seat after a sign of life; what the operator holds, while it is kept."""

    seat: Seat
    conversations: list[str]


@dataclass(frozen=True, slots=True)
class QueueState:
    """One queue at one moment. Times in ms; ``oldest_ms`` is 0 when nobody waits.

    ``closed``: what is said of its being closed (JSON, as the store keeps it); empty while it is open.
    """

    name: str
    waiting: int
    oldest_ms: int
    serving: int
    served_ms: list[int]
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """Every queue at ``now_ms``, by the store's own clock."""

    now_ms: int
    queues: list[QueueState]


def script_text(patience: Patience, care: Care, absent_ms: int = ABSENT_MS) -> str:
    """Return the script with its constants, which the domain owns, before it, and the call of its command after it."""
    queues = ", ".join(f"'{name}'" for name in QUEUES)
    forces = ", ".join(f"'{force}'" for force in Force)
    credit = ", ".join(f"{reason} = {CREDIT_MS[reason]}" for reason in Hurry)
    return (
        f"local PREFIX, SERVED_KEPT = '{keys.DISPATCH}', {SERVED_KEPT}\n"
        f"local SIGN, GRACE = {patience.sign_ms}, {patience.grace_ms}\n"
        f"local FRENCH, HELD_OUT, LOOKED_PAST = '{FRENCH}', {HELD_OUT_MS}, {LOOKED_PAST}\n"
        f"local IN_A_ROW, BREAK, ABSENT = {care.in_a_row}, {care.break_ms}, {absent_ms}\n"
        f"local QUEUES, CREDIT = {{ {queues} }}, {{ {credit} }}\n"
        f"local FORCES = {{ {forces} }}\n" + "".join(part.read_text(encoding="utf-8") for part in SCRIPTS) + _CALL
    )


class DispatchStore:
    """The decisions; see the module's text. ``clock`` (ms) is for tests: otherwise the server's own clock counts."""

    def __init__(
        self,
        valkey: Redis,
        patience: Patience,
        clock: Callable[[], int] | None = None,
        care: Care | None = None,
        absent_ms: int = ABSENT_MS,
    ) -> None:
        self.patience = patience
        self.client = valkey
        self._clock = clock
        self._script = valkey.register_script(script_text(patience, care or Care(), absent_ms))

    async def enqueue(
        self, conversation: str, queue: str, since_ms: int, language: str = FRENCH, hurry: Iterable[Hurry] = ()
    ) -> Decision | None:
        """Let a conversation wait; None, and nothing changed, when it waits or is held already."""
        reasons = " ".join(sorted(hurry))
        return maybe(await self.run("enqueue", conversation, queue, since_ms, primary(language), reasons))

    async def withdraw(self, conversation: str) -> str | None:
        """Forget a conversation that is gone; return who held it."""
        return text(await self.run("withdraw", conversation)) or None

    async def vanish(self, conversation: str, patience_ms: int) -> str | None:
        """Forget a conversation that is gone without a word; return who held it.

        That it fell silent is among the unannounced from ``patience_ms`` on, unless ``withdraw`` or ``finish`` says
        before that somebody had destroyed it.
        """
        return text(await self.run("vanish", conversation, patience_ms)) or None

    async def finish(self, conversation: str, operator: str, messages: int) -> Decision | None:
        """Forget a conversation that its operator ended and destroyed; None when it was not theirs."""
        return maybe(await self.run("finish", conversation, operator, messages))

    async def hurry(self, conversation: str, reason: Hurry, by: str = "") -> bool:
        """Give it a reason to be served sooner, at once; False when it is neither waiting nor held.

        ``by``: in danger, the role that says so.
        """
        return bool(await self.run("hurry", conversation, reason.value, by))

    async def calm(self, conversation: str) -> bool:
        """Take back that it is in danger; False when it was not."""
        return bool(await self.run("calm", conversation))

    async def assign(self, most: int = MOST_AT_ONCE) -> list[Decision]:
        """Give to operators with room whatever they may take, best first; at most ``most`` in one run."""
        return decisions(await self.run("assign", most))

    async def arrive(
        self, operator: str, queues: Iterable[str], limit: int, instance: str, socket: str, kid: str = ""
    ) -> Arrival:
        """Seat an operator at this instance's socket, or renew them; older consoles are thereby superseded.

        ``queues``: with the languages that they speak beside French, as ``domain.language.skills`` names them.
        ``kid``: the shift key with which this console reads.
        """
        found = await self.run("arrive", operator, " ".join(sorted(queues)), limit, instance, socket, kid)
        instance_before, socket_before, status, *conversations = map(text, found)
        return Arrival(instance_before, socket_before, "paused" if status == "paused" else "available", conversations)

    async def renew(self, operator: str, socket: str) -> Renewal:
        """Prolong the lease on a sign of life of this socket."""
        answer, *conversations = await self.run("renew", operator, socket)
        seat = {1: Seat.KEPT, 0: Seat.SUPERSEDED}.get(int(answer), Seat.LOST)
        return Renewal(seat, [*map(text, conversations)])

    async def leave(self, operator: str, socket: str) -> bool:
        """Start the grace because this socket is closed; False when a newer one has taken its place."""
        return bool(await self.run("leave", operator, socket))

    async def unseat(self, operator: str, reason: ReleaseReason) -> list[Decision]:
        """Send an operator home at once: what they held waits again."""
        return decisions(await self.run("unseat", operator, reason.value))

    async def set_status(self, operator: str, status: Literal["available", "paused"]) -> bool:
        """Take new conversations, or none; False when the operator is not seated."""
        return bool(await self.run("status", operator, status))

    async def release(self, conversation: str, operator: str, reason: ReleaseReason) -> Decision | None:
        """Take a conversation back from ``operator``; None when they do not hold it."""
        return maybe(await self.run("release", conversation, operator, reason.value))

    async def expire(self, most: int = 16) -> list[Decision]:
        """Take back what lost operators hold, at most ``most`` operators in one run."""
        return decisions(await self.run("expire", most))

    async def claim(self, age_ms: int, most: int = MOST_AT_ONCE) -> list[Decision]:
        """Return decisions that nobody announced for ``age_ms``; they are the caller's for as long again."""
        return decisions(await self.run("claim", age_ms, most))

    async def settled(self, decision: Decision) -> None:
        """Forget a decision that is projected and published."""
        async with self.client.pipeline(transaction=True) as pipe:
            pipe.zrem(keys.UNANNOUNCED, decision.raw)
            if decision.kind == "vanished":
                pipe.hdel(keys.VANISHED, decision.conversation)
            await pipe.execute()

    async def board(self) -> Board:
        """Return the state of every queue."""
        now_ms, *rows = await self.run("board")
        return Board(
            int(now_ms),
            [
                QueueState(
                    text(name), int(waiting), int(oldest), int(serving), [*map(int, served.split())], text(closed)
                )
                for name, waiting, oldest, serving, served, closed in rows
            ],
        )

    async def holder(self, conversation: str) -> str | None:
        """Return who has a conversation."""
        return text(await self.client.hget(keys.HELD, conversation)) or None

    async def seat_of(self, operator: str) -> tuple[str, str]:
        """Return the instance and the socket where an operator sits, or sat last; empty when nowhere."""
        instance, socket = await self.client.hmget(keys.operator(operator), "instance", "socket")
        return text(instance), text(socket)

    async def some_held(self, cursor: int, most: int) -> tuple[int, list[str]]:
        """Return about ``most`` held conversations and where to go on; 0 starts, and 0 means all were seen."""
        following, found = await self.client.hscan(keys.HELD, cursor, count=most)
        return int(following), [*map(text, found)]

    async def some_waiting(self, queue: str, cursor: int, most: int) -> tuple[int, list[str]]:
        """Return about ``most`` conversations of a queue and where to go on, as ``some_held``."""
        following, found = await self.client.zscan(keys.since(queue), cursor, count=most)
        return int(following), [text(member) for member, _ in found]

    async def waiting(self, queue: str, first: int = 0, last: int = -1) -> list[str]:
        """Return a queue, next first; ``first`` and ``last`` count from 0."""
        return [*map(text, await self.client.zrange(keys.queue(queue), first, last))]

    async def shut(self, queue: str) -> list[str]:
        """Return who waits for a closed queue to be opened again, in the order in which they will be served."""
        return [*map(text, await self.client.zrange(keys.shut(queue), 0, -1))]

    async def run(self, command: str, *arguments: str | int) -> Any:
        """Run one command of the script; what it takes and answers stands beside it there."""
        now = self._clock() if self._clock else 0
        return await self._script(keys=[keys.HELD], args=[command, now, *arguments])


def text(value: Any) -> str:
    """Return what the store gave as text; empty for nothing."""
    return value.decode() if isinstance(value, bytes) else str(value or "")


def decision_of(raw: bytes | str) -> Decision:
    """Return a decision as the script gave it."""
    exact = raw.encode() if isinstance(raw, str) else raw
    return msgspec.structs.replace(msgspec.json.decode(exact, type=Decision), raw=exact)


def maybe(raw: bytes | str) -> Decision | None:
    """Return a decision, or None when the script made none."""
    return decision_of(raw) if raw else None


def decisions(found: Iterable[bytes | str]) -> list[Decision]:
    """Return the decisions that the script gave."""
    return [decision_of(raw) for raw in found]
