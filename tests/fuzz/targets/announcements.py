"""What comes from NATS itself: announcements between instances, and the protocol of its server."""

import asyncio
from random import Random
from typing import Any, cast

from shared.chat import wire
from shared.chat.core_nats import CoreNats
from shared.chat.frames import Role
from shared.chat.hub import Hub
from shared.chat.lane import Lane
from shared.chat.line import Line
from shared.chat.outbox import Outbox, TokenBucket
from tests.fuzz import spoil
from tests.fuzz.grammar import HOSTILE_TEXTS, uuid
from tests.fuzz.target import Target, Violation

MINE = "0c9e3c1a-5d0e-4b7e-9d55-2f6f3f0a1b77"


class Heard(Outbox):
    """An outbox without a socket: it keeps what a client would have been sent."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def put(self, frame: bytes) -> None:
        self.frames.append(frame)


class Bare(Lane):
    """A lane without a store: it counts how often it would have read the log."""

    __slots__ = ("readings",)

    def catch_up(self) -> None:
        self.readings = getattr(self, "readings", 0) + 1


def _announcements(rng: Random) -> list[tuple[str, bytes]]:
    """Return a handful for one instance: messages in order and out of it, and anything else."""

    def one(number: int) -> bytes:
        seq = number if rng.random() < 0.7 else rng.choice((0, 1, number + 1, 2**53, 2**63, 2**64 - 1))
        good = rng.choice(
            (
                wire.announce_message(seq, b'{"seq":%d,' % seq),
                wire.announce_message(seq, b'{"seq":%d,' % seq),
                wire.FRAME + b'{"t":"typing"}',
                wire.CHANGED,
                wire.ERASED + b'{"t":"erased"}',
            )
        )
        if rng.random() < 0.3:
            return good[: rng.randint(0, len(good))] if rng.random() < 0.5 else spoil.blob(good, rng)
        return good

    return [
        (MINE if rng.random() < 0.8 else rng.choice((uuid(rng), *HOSTILE_TEXTS)), one(number))
        for number in range(1, rng.randint(2, 12))
    ]


def _feed_announcements(given: list[tuple[str, bytes]]) -> tuple[str, str]:
    """A client is sent each message once, in order, and never nothing for something."""
    told: list[str] = []
    nothing = cast("Any", None)
    hub = Hub("gateway.00000000", nothing, nothing, nothing, told.append, lambda cid, _frame: told.append(cid))
    heard = Heard()
    lane = Bare(hub, MINE, Role.VISITOR, "proof", heard, TokenBucket(1, 1))
    hub.add(lane)
    for conversation, payload in given:
        hub.receive(conversation, payload)
    if b"" in heard.frames:
        raise Violation("a client is sent an empty frame, and a message is lost for it")
    return ("accepted" if heard.frames else "nothing for this client"), ""


class Ended(Line):
    """A connection to nowhere; ``ended`` once it was given up."""

    def __init__(self, owner: CoreNats) -> None:
        super().__init__(owner)
        self.ended = False

    def write(self, data: bytes) -> None:
        """Nobody reads it."""

    def drop(self) -> None:
        self.ended = True


class Server:
    """A server that says anything. ``make`` returns what it says, and where the network cuts that."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def make(self, rng: Random) -> tuple[bytes, list[int]]:
        said = b"".join(self._said(rng) for _ in range(rng.randint(1, 8)))
        if rng.random() < 0.5:
            said = spoil.blob(said, rng)
        return said, sorted(rng.randint(0, len(said)) for _ in range(rng.choice((0, 1, 5))))

    def feed(self, given: tuple[bytes, list[int]]) -> tuple[str, str]:
        """However the network cuts it, the same is heard; what is no NATS ends the connection."""
        said, cuts = given
        pieces = [said[start:end] for start, end in zip([0, *cuts], [*cuts, len(said)], strict=True)]
        whole, cut = self._hear([said]), self._hear(pieces)
        if whole != cut:
            raise Violation(f"cut otherwise it says otherwise: {whole!r:.200} {cut!r:.200}")
        return ("connection ended" if whole[1] else "accepted"), ""

    def _hear(self, pieces: list[bytes]) -> tuple[list[tuple[str, bytes]], bool]:
        return self._loop.run_until_complete(self._hear_all(pieces))

    async def _hear_all(self, pieces: list[bytes]) -> tuple[list[tuple[str, bytes]], bool]:
        heard: list[tuple[str, bytes]] = []
        client = CoreNats(["nats://127.0.0.1:1"], {}, 10)
        await client.subscribe("chat.>", lambda subject, payload: heard.append((subject, payload)))
        line = Ended(client)
        for piece in pieces:
            if not line.ended:
                client.received(line, piece)
        return heard, line.ended

    @staticmethod
    def _said(rng: Random) -> bytes:
        payload = rng.randbytes(rng.choice((0, 1, 9, 40)))
        size = rng.choice((len(payload), len(payload), len(payload), 0, -5, -1_000, 10**9, 10**40))
        return rng.choice(
            (
                b"MSG chat.gateway.00000000.%b 1 %d\r\n%b\r\n" % (MINE.encode(), len(payload), payload),
                b"MSG chat.gateway.00000000.%b 1 %d\r\n%b\r\n" % (MINE.encode(), size, payload),
                b"MSG \xff 1 %d\r\n%b\r\n" % (len(payload), payload),
                b"PING\r\n",
                b"PONG\r\n",
                b"INFO {}\r\n",
                b"-ERR 'Unknown'\r\n",
                b"MSG\r\n",
                b"MSG a b c d e\r\n",
            )
        )


def targets() -> list[Target]:
    """Return them."""
    server = Server()
    return [
        Target("announcements", _announcements, _feed_announcements, weight=3),
        Target("the broker's own protocol", server.make, server.feed, weight=2),
    ]
