"""Operators hand conversations over: whom they may ask, their offers, and what is answered (O8, O9)."""

from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web

from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.refusals import Body, Refused, from_our_page, read_body
from services.dispatcher.staff.accounts import LOGIN_PATTERN, Account
from services.dispatcher.store.dispatch import QUEUES, queue_name, queue_parts
from services.dispatcher.store.transfer import ANYONE
from shared.contracts.audit import AuditAction
from shared.contracts.conversation import Category, Force
from shared.logs import get_logger

Login = Annotated[str, msgspec.Meta(pattern=LOGIN_PATTERN)]


class Offering(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Offer a conversation of one's own to an operator, or else to whoever serves a queue."""

    conversation: UUID
    operator: Login | None = None
    queue: str | None = None


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which conversation: to take its offer back, to accept or refuse it, or to leave it after handing it over."""

    conversation: UUID


class Person(msgspec.Struct, frozen=True):
    """A colleague on duty. ``why``: why they cannot be asked now (``full``, ``paused``, ...); empty when they can."""

    operator: str
    load: int
    limit: int
    why: str


class Line(msgspec.Struct, frozen=True):
    """A queue to which it could go. ``serving``: how many take new conversations from it now."""

    queue: str
    force: Force
    category: Category
    serving: int


class Receivers(msgspec.Struct, frozen=True):
    """Who could be asked."""

    operators: list[Person]
    queues: list[Line]


class Transferring:
    """The handlers. Everything that is done is in the audit."""

    def __init__(self, floor: Floor, doors: Doors) -> None:
        self._floor = floor
        self._doors = doors
        self._store = floor.transfers

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/api/transfer", self.receivers),
            web.post("/api/transfer/offer", self.offer),
            web.post("/api/transfer/take-back", self.take_back),
            web.post("/api/transfer/accept", self.accept),
            web.post("/api/transfer/refuse", self.refuse),
            web.post("/api/transfer/leave", self.leave),
        ]

    async def receivers(self, request: web.Request) -> web.StreamResponse:
        """Answer with who could be asked to take ``conversation``, the least loaded first."""
        _, account = await self._doors.member(request)
        try:
            conversation = str(UUID(request.query.get("conversation", "")))
        except ValueError:
            raise Refused(400, "invalid", "conversation is a UUID") from None
        record = await self._floor.conversations.record(conversation)
        if record is None or record.operator != account.login:
            raise Refused(409, "not_yours", "you do not have this conversation")
        own = queue_name(record.force or account.force, record.category)
        people = [
            Person(one.login, one.load, one.limit, one.why)
            for one in await self._store.colleagues(account.login, own)
            if own in one.skills
        ]
        board = await self._floor.dispatch.board()
        lines = [Line(queue.name, *queue_parts(queue.name), queue.serving) for queue in board.queues]
        people.sort(key=lambda one: (bool(one.why), one.load, one.operator))
        found = Receivers(people, lines)
        return web.Response(body=msgspec.json.encode(found), content_type="application/json")

    async def offer(self, request: web.Request) -> web.StreamResponse:
        """Offer a conversation; it stays the giver's until somebody accepts. 409 says why not."""
        account, asked = await self._asked(request, Offering)
        if (asked.operator is None) == (asked.queue is None) or asked.queue not in {None, *QUEUES}:
            raise Refused(400, "invalid", f"either an operator, or one of the queues {', '.join(QUEUES)}")
        lasts_ms = self._floor.settings.transfer_ms
        conversation = str(asked.conversation)
        why = await self._store.offer(
            conversation, account.login, asked.operator or ANYONE, asked.queue or "", lasts_ms
        )
        if why:
            raise Refused(409, why, "this conversation cannot be offered so now")
        return self._done(AuditAction.TRANSFER_OFFERED, account, asked.conversation, asked.operator or asked.queue)

    async def take_back(self, request: web.Request) -> web.StreamResponse:
        """End one's own offer."""
        account, asked = await self._asked(request, About)
        if not await self._store.take_back(str(asked.conversation), account.login):
            raise Refused(409, "gone", "there is no such offer any more")
        return self._done(AuditAction.TRANSFER_TAKEN_BACK, account, asked.conversation)

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Take an offered conversation, once and only once; 409 says why not."""
        account, asked = await self._asked(request, About)
        found = await self._store.accept(str(asked.conversation), account.login, self._floor.settings.handover_ms)
        if isinstance(found, str):
            raise Refused(409, found, "you cannot take this conversation now")
        self._floor.announcer.announce(found)
        self._floor.assigner.wake()
        self._floor.offers.wake()
        return web.Response(status=204)

    async def refuse(self, request: web.Request) -> web.StreamResponse:
        """Say no to an offer."""
        account, asked = await self._asked(request, About)
        giver = await self._store.refuse(str(asked.conversation), account.login)
        if giver is None:
            raise Refused(409, "gone", "there is no such offer any more")
        return self._done(AuditAction.TRANSFER_REFUSED, account, asked.conversation, giver)

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Leave a conversation that one has handed over, before the time is over."""
        account, asked = await self._asked(request, About)
        decision = await self._store.step_aside(str(asked.conversation), account.login)
        if decision is None:
            raise Refused(409, "gone", "you are not in this conversation any more")
        self._floor.announcer.announce([decision])
        return web.Response(status=204)

    async def _asked(self, request: web.Request, kind: type[Body]) -> tuple[Account, Body]:
        from_our_page(request, self._floor.settings.public_origins)
        _, account = await self._doors.member(request)
        return account, read_body(await request.read(), kind)

    def _done(
        self, action: AuditAction, account: Account, conversation: UUID, target: str | None = None
    ) -> web.Response:
        self._floor.offers.wake()
        get_logger().info(action.value, operator=account.login, target=target, conversation=str(conversation))
        self._floor.audit.record(action, account=account.login, target=target, conversation=conversation)
        return web.Response(status=204)
