"""One end of one conversation on this instance: what a socket says goes in, what the others say comes out, in order.

A lane knows which messages its client has (``shared.chat.received``). An announcement that fits is forwarded as it
came; one that leaves a gap makes the lane read the log.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from functools import partial

from shared.chat import wire
from shared.chat.batch import Done, Operation, Outcome, StoreUnavailable
from shared.chat.frames import Ack, Error, ErrorCode, Frame, Receipt, Role, Say, Typing, encode
from shared.chat.hub import Hub
from shared.chat.outbox import Outbox, TokenBucket
from shared.chat.received import Fate, Received
from shared.chat.store import PAGE, STORE_FAILURES, whole_frame
from shared.clock import now_ms
from shared.logs import get_logger

MAX_IN_FLIGHT = 64
"""Messages of one lane on their way to the store; then its own socket is not read."""

MAX_SEQ = 2**53 - 1
"""Above every sequence number, and exact in every language that reads one."""

READ_AHEAD_BYTES = 65_536
"""Bytes of a log that may wait for the client before more is handed on: a long log must not look like a slow client."""

_REFUSALS = {
    "gone": (ErrorCode.NOT_FOUND, "this conversation is over"),
    "forbidden": (ErrorCode.FORBIDDEN, "this conversation is somebody else's"),
    "full": (ErrorCode.TOO_LARGE, "this conversation has reached its limit of messages"),
    "unavailable": (ErrorCode.UNAVAILABLE, "not stored; send it again"),
}


class Tail(Frame, tag="message", frozen=True):
    """A message without its number, which the store gives later; its encoding without the first brace is kept."""

    conversation: str
    by: Role
    at: int
    cid: str
    body: str


class Lane:
    """See the module's text. ``proof`` is the visitor's token digest, or the operator's id.

    ``role`` is whose voice it is, ``end`` which end of the conversation: the same, but for a colleague's.
    """

    __slots__ = (
        "_bucket",
        "_early",
        "_hub",
        "_in_flight",
        "_outbox",
        "_proof",
        "_reading",
        "_received",
        "_room",
        "conversation",
        "end",
        "others",
        "role",
    )

    def __init__(
        self,
        hub: Hub,
        conversation: str,
        role: Role,
        proof: str,
        outbox: Outbox,
        bucket: TokenBucket,
        seq: int = 0,
        end: str | None = None,
    ) -> None:
        self.conversation = conversation
        self.role = role
        self.end = end or role
        self._hub = hub
        self._proof = proof
        self._outbox = outbox
        self._bucket = bucket
        self._received = Received(seq)
        self._early: list[tuple[int, bytes]] = []
        self._in_flight = 0
        self._room: asyncio.Event | None = None
        self._reading: asyncio.Task[None] | None = None
        self.others: tuple[str, ...] = ()

    @property
    def outbox(self) -> Outbox:
        """Where this lane's client is written to."""
        return self._outbox

    @property
    def proof(self) -> str:
        """What proves that this end is its client's."""
        return self._proof

    @property
    def last(self) -> int:
        """The end of the unbroken run that the client has."""
        return self._received.last

    @property
    def gap(self) -> bool:
        """Whether the client is known to lack messages."""
        return self._received.gap

    # ---- from the client

    def say(self, frame: Say) -> Awaitable[object] | None:
        """Store a message; the client gets ``ack`` or ``error`` once that is known.

        What is returned, if anything, is to be waited for before the next one: this client's own backlog.
        """
        wait = self._bucket.take()
        if wait:
            self._refuse(frame.cid, ErrorCode.TOO_FAST, "too many messages; send this one again later", wait)
            return None
        at = now_ms()
        tail = encode(Tail(frame.conversation, self.role, at, frame.cid, frame.body))[1:]
        self._in_flight += 1
        self._submit("say", frame.cid, tail, partial(self._stored, frame.cid, at, tail))
        if self._in_flight < MAX_IN_FLIGHT:
            return None
        self._room = self._room or asyncio.Event()
        return self._room.wait()

    def typing(self, body: str) -> None:
        """Tell the other ends that this one writes; ``body`` is what its client sealed to say so."""
        announcement = wire.FRAME + encode(Typing(conversation=self.conversation, body=body, by=self.role))
        self._submit("typing", "", b"", lambda outcome: self._announce(outcome, announcement))

    def receipt(self, frame: Receipt) -> None:
        """Keep and announce what this end has received and seen; never more than there is."""

        def kept(outcome: Outcome) -> None:
            delivered = min(frame.delivered, outcome.seq)
            told = Receipt(
                conversation=self.conversation, delivered=delivered, seen=min(frame.seen, delivered), by=self.role
            )
            self._announce(outcome, wire.FRAME + encode(told))

        seen = min(frame.seen, frame.delivered)
        self._submit("receipt", min(frame.delivered, MAX_SEQ), min(seen, MAX_SEQ), kept)

    def ping(self, seq: int) -> None:
        """Keep the conversation alive; ``seq`` is the end of the client's unbroken run: fill what it misses."""

        def answered(outcome: Outcome) -> None:
            if outcome.status == "gone":
                self._outbox.send(self._error(ErrorCode.NOT_FOUND, "this conversation is over"))
            elif outcome.status == "ok" and outcome.seq > seq and not self._in_flight:
                self._received.exists(outcome.seq)
                self._received.rewind(seq)
                self.catch_up()

        self._submit("ping", self._hub.instance, b"", answered)

    # ---- coming and going

    async def attach(self) -> Outcome:
        """Become the holder of this end, if the proof is right. Raises ``StoreUnavailable``.

        What is announced between the store's answer and the taking in is missed: ``catch_up`` is due afterwards.
        """
        outcome = await self._perform("attach")
        if outcome.status == "ok":
            self._received = Received(self._received.last, outcome.seq)
            self._hub.add(self)
            self.others = outcome.others
        return outcome

    async def detach(self) -> None:
        """Stop being the holder; the conversation goes on without this socket."""
        if not self._hub.remove(self):
            return
        try:
            outcome = await self._perform("detach")
        except StoreUnavailable as error:
            get_logger().warning("detach_not_stored", conversation=self.conversation, error=error)
        else:
            self._announce(outcome, wire.CHANGED)

    def announce_change(self) -> None:
        """Tell the other ends to read the record again."""
        for instance in self.others:
            self._hub.post(self, instance, wire.CHANGED)

    # ---- from the others

    def message(self, seq: int, frame: bytes) -> None:
        """Forward an announced message if it is the next one; read the log if it is further ahead.

        What it is ahead of may be this client's own messages, stored and not yet known to be: then it waits for these.
        """
        fate = self._received.announced(seq)
        if fate is Fate.NEXT:
            self._outbox.put(frame)
        elif fate is Fate.AHEAD:
            own_or_early = self._in_flight + len(self._early)
            if self._reading is None and seq - self._received.last - 1 <= own_or_early:
                self._early.append((seq, frame))
            else:
                self.catch_up()

    def catch_up(self) -> None:
        """Send the client every message of the log that it does not have; one reading at a time."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_log())

    async def _read_log(self) -> None:
        try:
            while True:
                stored, after = self._received.stored, self._received.last
                found = dict(await self._hub.store.messages_after(self.conversation, after))
                await self._hand_on(after, stored, found)
                if len(found) < PAGE and not self._received.gap:
                    return
                await self._outbox.drained()
        except STORE_FAILURES as error:
            get_logger().warning("log_not_read", conversation=self.conversation, error=error)
            self._received.exists(self._received.last + 1)  # a gap until it is known otherwise: it is read again
        finally:
            self._reading = None

    async def _hand_on(self, after: int, stored: int, found: Mapping[int, bytes]) -> None:
        """Send a page of the log. One message at a time is counted as sent: what is announced while this waits for a
        slow client is then ahead of the page, and does not overtake it."""
        if not found:
            self._received.page(after, stored, ())
        for seq, frame in found.items():
            if self._received.page(after, stored, (seq,)):
                self._outbox.put(frame)
                if self._outbox.waiting > READ_AHEAD_BYTES:
                    after = self._received.last
                    await self._outbox.drained()

    # ---- inside

    def _stored(self, cid: str, at: int, tail: bytes, outcome: Outcome) -> None:
        self._in_flight -= 1
        if self._room is not None and self._in_flight < MAX_IN_FLIGHT:
            self._room.set()
            self._room = None
        self._acknowledge(cid, at, tail, outcome)
        if self._early:
            early, self._early = self._early, []
            for seq, frame in early:
                self.message(seq, frame)

    def _acknowledge(self, cid: str, at: int, tail: bytes, outcome: Outcome) -> None:
        if outcome.status == "again":
            tail = outcome.frame
            at = _time_of(tail, at)
        elif outcome.status != "ok":
            code, detail = _REFUSALS[outcome.status]
            self._refuse(cid, code, detail)
            return
        # Announced first: somebody waits for the words, and nobody for the acknowledgement.
        self._announce(outcome, wire.announce_message(outcome.seq, whole_frame(outcome.seq, tail)))
        self._outbox.send_in_company(Ack(conversation=self.conversation, cid=cid, seq=outcome.seq, at=at))
        self._received.acknowledged(outcome.seq)

    def _announce(self, outcome: Outcome, payload: bytes) -> None:
        if outcome.status in {"ok", "again"}:
            self.others = outcome.others
            for instance in outcome.others:
                self._hub.post(self, instance, payload)

    def _submit(self, verb: str, a: str | int, b: bytes | int, done: Done) -> None:
        self._hub.batcher.submit(Operation(verb, self.conversation, self.end, self._proof, a, b, done))

    async def _perform(self, verb: str) -> Outcome:
        return await self._hub.batcher.perform(verb, self.conversation, self.end, self._proof, self._hub.instance)

    def _refuse(self, cid: str, code: ErrorCode, detail: str, wait: int | None = None) -> None:
        self._outbox.send(self._error(code, detail, cid, wait))

    def _error(self, code: ErrorCode, detail: str, cid: str | None = None, wait: int | None = None) -> Frame:
        return Error(code=code, detail=detail, conversation=self.conversation, cid=cid, retry_after_ms=wait)


def _time_of(tail: bytes, otherwise: int) -> int:
    """Return the time that a stored message carries."""
    found = tail.partition(b'"at":')[2].partition(b",")[0]
    return int(found) if found.isdigit() else otherwise
