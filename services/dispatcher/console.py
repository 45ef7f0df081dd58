"""One operator's socket: frames in, what they lead to, frames out.

A console is its operator's while its name stands at the operator's desk in the store; each ping prolongs that, and
compares what the operator holds with what the page shows, so that a lost announcement is mended within one ping.
"""

import asyncio
import time
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from uuid import uuid4

from aiohttp import WSCloseCode

from services.dispatcher import metrics, views
from services.dispatcher.domain.duty import DutyState
from services.dispatcher.floor import SESSION_MARK, Floor
from services.dispatcher.keys import ConsoleKeys
from services.dispatcher.psychologists import Stand
from services.dispatcher.shelf import Shelf, not_held
from services.dispatcher.staff.accounts import Account
from services.dispatcher.staff.sessions import Session
from services.dispatcher.store.dispatch import Board, Seat
from services.dispatcher.store.transfer import Offer
from shared.chat.batch import StoreUnavailable
from shared.chat.erase import erase
from shared.chat.frames import (
    Danger,
    End,
    Erased,
    Error,
    ErrorCode,
    FrameError,
    MakeDuty,
    Offers,
    OperatorFrame,
    Ping,
    Pong,
    Psychologists,
    Receipt,
    Role,
    Say,
    SetStatus,
    ShareDuty,
    Sync,
    Typing,
    Welcome,
    encode,
    read_operator,
)
from shared.chat.outbox import Outbox
from shared.chat.reading import Reader
from shared.chat.socket import CLOSE_SUPERSEDED, Socket
from shared.chat.store import STORE_FAILURES
from shared.clock import now_ms
from shared.contracts.audit import AuditAction
from shared.contracts.conversation import EndedBy, Force
from shared.logs import get_logger

CLOSE_LOGGED_OUT = 4003
MAX_RECEIVED = 262_144
"""Bytes of one WebSocket message above which the connection is closed instead of answered."""
LAST_FRAME_WITHIN_S = 1.0
BOARD_AGAIN_S = 5.0
"""A board on which only the seconds have moved is told again after so long."""

_OUT_OF_ORDER = Error(code=ErrorCode.OUT_OF_ORDER, detail="sync comes first, and once")


def console_name(session_digest: str) -> str:
    """Return the name of a new console: it begins with its session, so that logging out finds it."""
    return f"{session_digest[:SESSION_MARK]}-{uuid4().hex[:8]}"


class Console:
    """See the module's text."""

    def __init__(self, floor: Floor, socket: Socket, session: Session, account: Account) -> None:
        settings = floor.settings
        self.name = console_name(session.digest)
        self.operator = account.login
        self._floor = floor
        self._session = session
        self._account = account
        self._socket = socket
        self._outbox = Outbox(socket, settings.outbox_bytes)
        self._reader = Reader(self, socket, self._outbox, settings)
        self._keys = ConsoleKeys(floor, account, self._outbox, session.mark)
        self.shelf = Shelf(floor, self, account.force, self._outbox)
        self._synced = False
        self._offers = Offers(offers=[])
        self._psychologists: Psychologists | None = None
        self._board: tuple[tuple[int, int], ...] = ()
        self._board_at = 0.0

    # ---- for the floor

    @property
    def heard_at(self) -> float:
        """When the page last sent anything, on the monotonic clock."""
        return self._reader.heard_at

    @property
    def kid(self) -> str:
        """Name of the shift key with which this console reads; empty before it was proved."""
        return self._keys.kid

    async def leave(self) -> None:
        """The socket is gone; the grace begins."""
        self._floor.depart(self)
        if not self._synced:
            return
        try:
            await self._floor.dispatch.leave(self.operator, self.name)
            self._floor.duties.changed(self._account.force)
        except STORE_FAILURES as error:
            get_logger().warning("leave_not_stored", operator=self.operator, error=error)
        await self.shelf.leave()

    async def close(self, code: int = WSCloseCode.SERVICE_RESTART, reason: bytes = b"come back") -> None:
        """Close the socket; with the default code the page comes back by itself. Returns once it is closed."""
        self._outbox.shut(code, reason)
        await self._socket.closed()

    async def left(self) -> None:
        """Return once the socket is closed and the console has left."""
        await self._reader.left()

    async def verify(self, shown: Iterable[str] = ()) -> None:
        """Look whether session and seat are still this console's; bring it in line with what its operator holds.

        ``shown``: conversations that the page shows.
        """
        if not self._synced:
            return
        if await self._floor.sessions.still(self._session.digest) is None:
            await self._floor.go_home(self.operator, self._session.digest)
            await self.close(CLOSE_LOGGED_OUT, b"logged out")
            return
        had = self.shelf.conversations.union(shown)
        renewal = await self._floor.dispatch.renew(self.operator, self.name)
        if renewal.seat is Seat.SUPERSEDED:
            self._outbox.send(Error(code=ErrorCode.SUPERSEDED, detail="your console is open elsewhere"))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._outbox.drained(), LAST_FRAME_WITHIN_S)
            await self.close(CLOSE_SUPERSEDED, b"superseded")
            return
        held = renewal.conversations if renewal.seat is Seat.KEPT else await self._sit()
        await self.shelf.agree(held, had)

    def show_board(self, state: Board) -> None:
        """Tell how the operator's queues stand, when that changed, or when its seconds are old."""
        if not self._synced:
            return
        mine = [queue for queue in state.queues if queue.name in self._account.queues]
        stand = tuple((queue.waiting, queue.oldest_ms) for queue in mine)
        old = any(queue.waiting for queue in mine) and time.monotonic() - self._board_at > BOARD_AGAIN_S
        if stand != self._board or old or not self._board_at:
            self._board, self._board_at = stand, time.monotonic()
            self._outbox.send(views.board(state, self._account.queues))

    def show_offers(self, offers: list[Offer]) -> None:
        """Tell which offers concern this operator, if that is new to the page."""
        if not self._synced:
            return
        room = len(self.shelf.conversations) < self._account.limit
        told = views.offers(offers, self.operator, self._account.queues, room=room)
        if told != self._offers:
            self._offers = told
            self._outbox.send(told)

    @property
    def is_psychologists(self) -> bool:
        """Whether a psychologist sits here."""
        return self._account.is_psychologist

    def show_psychologists(self, stand: Stand) -> None:
        """Tell how it stands with the psychologists, if that is new to the page."""
        told = views.psychologists(stand, self.operator, self._account.forces, one_of_them=self.is_psychologists)
        if self._synced and told != self._psychologists:
            self._psychologists = told
            self._outbox.send(told)

    async def show_duty(self, states: dict[Force, DutyState]) -> None:
        """Tell how it stands with the duty key of the operator's force, if that is new to the page."""
        if self._synced:
            await self._keys.show(states[self._account.force])

    # ---- from the page

    def receive(self, raw: str) -> Awaitable[object] | None:
        """Take one frame. What is said to a conversation needs no waiting; all else does."""
        try:
            frame = read_operator(raw)
            match frame:
                case Sync() if self._synced:
                    self.refuse(_OUT_OF_ORDER)
                case Sync() | Ping():
                    return self._act(frame)
                case _ if not self._synced:
                    self.refuse(_OUT_OF_ORDER)
                case Say():
                    return self.shelf.lane(frame).say(frame)
                case Typing():
                    self.shelf.lane(frame).typing(frame.body)
                case Receipt():
                    self.shelf.lane(frame).receipt(frame)
                case _:
                    return self._act(frame)
        except FrameError as error:
            self.refuse(error.error)
        return None

    def refuse(self, error: Error) -> None:
        """Tell the page what was not taken."""
        metrics.REFUSED[error.code].inc()
        self._outbox.send(error)

    # ---- inside

    async def _act(self, frame: OperatorFrame) -> None:
        try:
            await self._do(frame)
        except FrameError as error:
            self.refuse(error.error)
        except (StoreUnavailable, *STORE_FAILURES) as error:
            get_logger().warning("frame_not_done", error=error)
            self.refuse(
                Error(
                    code=ErrorCode.UNAVAILABLE,
                    detail="try again in a moment",
                    conversation=getattr(frame, "conversation", None),
                    retry_after_ms=1000,
                )
            )

    async def _do(self, frame: OperatorFrame) -> None:
        match frame:
            case Danger():
                lane = self.shelf.lane(frame)
                await self._floor.dangers.say(lane.conversation, self.operator, on=frame.on, role=lane.role)
            case End():
                await self._end(self.shelf.lane(frame).conversation)
            case Ping():
                await self._ping(frame)
            case SetStatus():
                await self._set_status(frame)
            case MakeDuty() | ShareDuty():
                await self._keys.act(frame)
            case Sync():
                await self._sync(frame)

    async def _sync(self, frame: Sync) -> None:
        await self._keys.prove(frame.credential)
        held = await self._sit()
        self._synced = True
        for conversation in held:
            await self.shelf.take(conversation, new=False, seq=frame.seqs.get(conversation, 0))
        await self.shelf.agree(held, frame.seqs)
        self.show_board(await self._floor.dispatch.board())
        self._floor.assigner.wake()

    async def _ping(self, frame: Ping) -> None:
        self._outbox.send(Pong(at=now_ms()))
        self.shelf.ping(frame.seqs)
        await self.verify(frame.seqs)

    async def _set_status(self, wanted: SetStatus) -> None:
        """Do it, and say what holds now; an operator whose seat was lost takes it again first."""
        dispatch = self._floor.dispatch
        if not await dispatch.set_status(self.operator, wanted.status):
            await self.verify()
            if not await dispatch.set_status(self.operator, wanted.status):
                return  # logged out meanwhile: the socket is closed
        self._outbox.send(wanted)
        self._floor.audit.record(
            AuditAction.STATUS_CHANGED, account=self.operator, console=self._session.mark, reason=wanted.status
        )
        self._floor.assigner.wake()

    async def _end(self, conversation: str) -> None:
        """Destroy a conversation on its operator's word."""
        erasure = await erase(self._floor.hub, conversation, Role.OPERATOR, self.operator, EndedBy.OPERATOR)
        if erasure.status == "forbidden":
            raise not_held(conversation)
        if erasure.status == "erased":
            decision = await self._floor.dispatch.finish(conversation, self.operator, erasure.messages)
            self._floor.announcer.announce([decision] if decision else [])
        else:
            await self._floor.dispatch.vanish(conversation, self._floor.settings.sure_ms)
            self._floor.erased(conversation, encode(Erased(conversation=conversation, ended_by=EndedBy.SILENCE)))
        self._floor.assigner.wake()

    async def _sit(self) -> list[str]:
        """Take the operator's desk; whoever sat there before is told. Returns what the operator holds."""
        floor = self._floor
        arrival = await floor.dispatch.arrive(
            self.operator,
            self._account.skills,
            self._account.limit,
            floor.hub.instance,
            self.name,
            self._keys.kid,
        )
        floor.sit(self)
        floor.duties.changed(self._account.force)
        if arrival.socket_before != self.name:
            floor.look_again(arrival.instance_before, arrival.socket_before)
        self._outbox.send(
            Welcome(
                operator=self.operator,
                force=self._account.force,
                status=arrival.status,
                limit=self._account.limit,
                conversations=arrival.conversations,
                at=now_ms(),
            )
        )
        self.shelf.welcomed(arrival.conversations)
        return arrival.conversations
