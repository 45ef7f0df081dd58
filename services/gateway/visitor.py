"""One visitor's socket: frames in, what they lead to, frames out."""

import hashlib
import secrets
from collections.abc import Awaitable, Sequence
from uuid import uuid4

from aiohttp import WSCloseCode

from services.gateway import danger, facts, metrics
from services.gateway.desk import Desk
from services.gateway.domain import OutOfOrder, Phase, Step, after, check, must_ask
from services.gateway.doors import Entrance
from services.gateway.reporting import Reporting
from services.gateway.returning import Returning
from shared.broker import QueryRefused, QueryUnavailable, ask
from shared.chat.batch import StoreUnavailable
from shared.chat.erase import erase
from shared.chat.frames import (
    Admitted,
    AskAnswer,
    AskCommune,
    ChooseCommune,
    CommuneChoice,
    Danger,
    End,
    Error,
    ErrorCode,
    Find,
    Follow,
    FrameError,
    Holder,
    Keep,
    Open,
    Opened,
    Ping,
    Pong,
    Receipt,
    Resume,
    Resumed,
    Role,
    Say,
    State,
    Typing,
    VisitorFrame,
    Withdraw,
    read_visitor,
)
from shared.chat.lane import Lane
from shared.chat.outbox import Outbox, TokenBucket
from shared.chat.reading import Reader
from shared.chat.socket import CLOSE_SUPERSEDED, Socket
from shared.clock import now_ms
from shared.contracts.conversation import EndedBy
from shared.contracts.router import PlaceQuery, PlaceReply
from shared.logs import get_logger
from shared.proxies import Endpoint
from shared.subjects import PLACE

ASK_TIMEOUT_S = 1.5
MAX_RECEIVED = 262_144
"""Bytes of one WebSocket message above which the connection is closed instead of answered."""


def digest(token: str) -> str:
    """Return the form in which a visitor's token is kept: who reads the store cannot speak for the visitor."""
    return hashlib.sha256(token.encode()).hexdigest()


class Visitor:
    """See the module's text."""

    __slots__ = (
        "_admitted",
        "_asked",
        "_bucket",
        "_desk",
        "_entrance",
        "_lane",
        "_origin",
        "_phase",
        "_reader",
        "_reporting",
        "_returning",
        "_shown",
        "outbox",
    )

    def __init__(self, desk: Desk, socket: Socket, entrance: Entrance, origin: Endpoint) -> None:
        self._desk = desk
        self._entrance = entrance
        self._origin = origin
        self._phase = Phase.FRESH
        self._lane: Lane | None = None
        self._asked: Open | None = None
        self._returning: Returning | None = None
        self._reporting: Reporting | None = None
        self._shown: State | None = None
        self._admitted: Admitted | None = None
        self._bucket = TokenBucket(desk.settings.message_rate, desk.settings.message_burst)
        self.outbox = Outbox(socket, desk.settings.outbox_bytes)
        self._reader = Reader(self, socket, self.outbox, desk.settings)

    @property
    def heard_at(self) -> float:
        """When the page last sent anything, on the monotonic clock."""
        return self._reader.heard_at

    @property
    def _words(self) -> Returning:
        """Made when they are first spoken of: most visitors only wait or talk, and each is held in memory."""
        self._returning = self._returning or Returning(self._desk)
        return self._returning

    @property
    def _reports(self) -> Reporting:
        """As ``_words``."""
        self._reporting = self._reporting or Reporting(self._desk.broker, self._desk.pepper)
        return self._reporting

    async def leave(self) -> None:
        """The socket is gone; the conversation outlives it."""
        try:
            if self._lane is not None:
                self._desk.leave(self._lane.conversation, self)
                await self._lane.detach()
        finally:
            self._desk.disconnect(self)
            self._entrance.leave()

    def show(self, state: State) -> None:
        """Tell the visitor where the conversation stands, if that is news."""
        if state != self._shown:
            self._shown = state
            self.outbox.send(state)

    def admit(self, conversation: str, holders: Sequence[Holder]) -> None:
        """Tell the page who may read, if that is news; every connection is told once, even that nobody may yet."""
        admitted = Admitted(conversation=conversation, holders=list(holders))
        if admitted != self._admitted:
            self._admitted = admitted
            self.outbox.send(admitted)

    def forget(self, frame: bytes) -> None:
        """The conversation was destroyed: pass the ``erased`` frame on and keep nothing."""
        self.outbox.put(frame)
        self._lane = None
        self._shown = None
        self._admitted = None
        self._phase = after(self._phase, Step.DESTROYED)

    async def close(self) -> None:
        """Close the socket; the client comes back by itself and resumes. Returns once the visitor has left."""
        self.outbox.shut(WSCloseCode.SERVICE_RESTART, b"come back")
        await self._reader.left()

    def supersede(self) -> None:
        """A newer socket has this visitor's end: this one, whose connection was not yet known to be lost, is closed."""
        self._lane = None
        self._phase = after(self._phase, Step.DESTROYED)
        self.outbox.shut(CLOSE_SUPERSEDED, b"superseded")

    # ---- from the page

    def receive(self, raw: str) -> Awaitable[object] | None:
        """Take one frame. What is said to a conversation needs no waiting; what comes and goes does."""
        try:
            frame = read_visitor(raw)
        except FrameError as error:
            self.refuse(error.error)
            return None
        lane = self._lane
        try:
            check(self._phase, frame, lane.conversation if lane else None)
        except OutOfOrder as error:
            cid = frame.cid if isinstance(frame, Say) else None
            self.refuse(Error(code=ErrorCode.OUT_OF_ORDER, detail=str(error), cid=cid))
            return None
        match frame:
            case Say() if lane:
                return lane.say(frame)
            case Ping():
                self.outbox.send(Pong(at=now_ms()))
                if lane:
                    lane.ping(frame.seqs.get(lane.conversation, 0))
            case Receipt() if lane:
                lane.receipt(frame)
            case Typing() if lane:
                lane.typing(frame.body)
            case _:
                return self._act(frame, lane)
        return None

    def refuse(self, error: Error) -> None:
        """Tell the page what was not taken."""
        metrics.refused(error.code)
        self.outbox.send(error)

    # ---- inside

    async def _act(self, frame: VisitorFrame, lane: Lane | None) -> None:
        try:
            await self._come_and_go(frame, lane)
        except StoreUnavailable:
            self.refuse(Error(code=ErrorCode.UNAVAILABLE, detail="try again in a moment", retry_after_ms=1000))
        except FrameError as error:
            self.refuse(error.error)

    async def _come_and_go(self, frame: VisitorFrame, lane: Lane | None) -> None:
        match frame:
            case Open():
                await self._open(frame)
            case ChooseCommune() if self._asked:
                await self._begin(self._asked, frame.insee)
            case Resume():
                await self._resume(frame)
            case Danger() if lane:
                await self._danger(frame)
            case Keep() if lane:
                self.outbox.send(await self._words.keep(frame, lane))
            case Find():
                await self._entrance.find()
                self.outbox.send(await self._words.find(frame))
            case End() if lane:
                await self._end(lane)
            case _:
                await self._report(frame, lane)

    async def _report(self, frame: VisitorFrame, lane: Lane | None) -> None:
        match frame:
            case Withdraw() if lane:
                self.outbox.send(await self._reports.withdraw(frame))
            case Follow() if lane:
                self.outbox.send(await self._reports.follow(frame))
            case AskAnswer():
                await self._entrance.find()
                self.outbox.send(await self._reports.answer(frame))

    async def _danger(self, frame: Danger) -> None:
        wait = self._bucket.take()
        if wait:
            self.refuse(Error(code=ErrorCode.TOO_FAST, detail="say it again in a moment", retry_after_ms=wait))
            return
        await danger.declare(self._desk, frame.conversation, on=frame.on)

    async def _open(self, frame: Open) -> None:
        challenge = await self._entrance.ask(frame.work)
        if challenge is not None:
            self.outbox.send(challenge)
            return
        place = await self._look_up(frame.postal_code) if frame.postal_code else None
        if place is not None and must_ask(place):
            self._asked = frame
            self._phase = after(self._phase, Step.PLACE_UNCLEAR)
            choices = [CommuneChoice(insee=one.insee, name=one.name) for one in place.communes]
            self.outbox.send(AskCommune(postal_code=place.postal_code, communes=choices))
            return
        await self._begin(frame, None)

    async def _look_up(self, postal_code: str) -> PlaceReply | None:
        """Ask the router. A router that does not answer must not keep anybody from a chat: then nothing is asked."""
        try:
            query = PlaceQuery(postal_code=postal_code)
            return await ask(self._desk.broker, PLACE, query, PlaceReply, ASK_TIMEOUT_S)
        except (QueryUnavailable, QueryRefused) as error:
            get_logger().warning("place_not_answered", error=error)
            return None

    async def _begin(self, frame: Open, commune: str | None) -> None:
        conversation = str(uuid4())
        token = secrets.token_urlsafe(32)
        proof = digest(token)
        fields: dict[str, str | int] = {
            "category": frame.category,
            "audience": frame.audience,
            "language": frame.language,
            "opened_at": now_ms(),
            "who:visitor": proof,
        }
        if frame.postal_code:
            fields["postal_code"] = frame.postal_code
        if commune:
            fields["commune"] = commune
        if frame.minor:
            fields["minor"] = 1
        if frame.signer:
            fields["signer"] = frame.signer
        await self._desk.create(conversation, fields)
        self._asked = None
        self.outbox.send(Opened(conversation=conversation, token=token))
        await self._take(conversation, proof, 0)
        metrics.OPENED[frame.category].inc()

    async def _resume(self, frame: Resume) -> None:
        await self._take(frame.conversation, digest(frame.token), frame.seq, resumed=True)

    async def _take(self, conversation: str, proof: str, seq: int, *, resumed: bool = False) -> None:
        """Hold the visitor's end of ``conversation`` from here on. Refused with ``not_found`` for a wrong token too:
        who guesses an id learns nothing."""
        lane = Lane(self._desk.hub, conversation, Role.VISITOR, proof, self.outbox, self._bucket, seq)
        outcome = await lane.attach()
        if outcome.status != "ok":
            raise FrameError(
                Error(code=ErrorCode.NOT_FOUND, detail="this conversation is over", conversation=conversation)
            )
        self._lane = lane
        self._phase = after(self._phase, Step.TAKEN)
        self._desk.addresses.connected(conversation, self._origin, first=not resumed)
        if resumed:
            self.outbox.send(Resumed(conversation=conversation, seq=outcome.seq))
        lane.catch_up()
        self._desk.join(conversation, self)
        lane.announce_change()

    async def _end(self, lane: Lane) -> None:
        await end(self._desk, lane.conversation, None, EndedBy.VISITOR)


async def end(desk: Desk, conversation: str, token: str | None, ended_by: EndedBy) -> bool:
    """Destroy a conversation on its visitor's word; ``token`` unless the caller has proved it. False: not theirs."""
    erasure = await erase(desk.hub, conversation, Role.VISITOR, digest(token) if token else "", ended_by)
    if erasure.status == "erased":
        metrics.ERASED[ended_by].inc()
        desk.facts.state(facts.erased(conversation, ended_by, erasure.messages))
    return erasure.status != "forbidden"
