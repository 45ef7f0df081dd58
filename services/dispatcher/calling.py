"""Operators call a psychologist into a chat, and take that back; a psychologist leaves it, and it goes on (O4, O11)."""

from uuid import UUID

import msgspec
from aiohttp import web

from services.dispatcher import metrics
from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.refusals import Body, Refused, from_our_page, read_body
from services.dispatcher.staff.accounts import Account
from services.dispatcher.store.supervision import Supervision
from services.dispatcher.supervisor import Debriefed
from shared.contracts.audit import AuditAction
from shared.contracts.conversation import Force
from shared.logs import get_logger


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which conversation: one of one's own, or, to leave it, the one that one was called into."""

    conversation: UUID


class Calling:
    """The handlers. Everything that is done is in the audit."""

    def __init__(self, floor: Floor, doors: Doors) -> None:
        self._floor = floor
        self._doors = doors
        self._store = floor.calls
        self._supervision = Supervision(floor.dispatch)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/api/psychologist/call", self.call),
            web.post("/api/psychologist/take-back", self.take_back),
            web.post("/api/psychologist/leave", self.leave),
            web.post("/api/psychologist/debrief", self.debrief),
        ]

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Ask for one. 409: ``closed`` out of hours, with the next opening; ``none``: there never is any."""
        account, asked = await self._asked(request, Wanted)
        force = await self._force_of(asked.conversation, account)
        hours = self._floor.psychologists.hours(force)
        if hours is None:
            raise Refused(409, "none", "this force has no psychologists")
        if not hours.open:
            again = f"before {hours.opens_at.isoformat()}" if hours.opens_at else "any more"
            raise Refused(409, "closed", f"no psychologist is there {again}")
        if why := await self._store.call(str(asked.conversation), account.login):
            raise Refused(409, why, "no psychologist can be called into this conversation now")
        metrics.CALLS[force, "called"].inc()
        return self._done(AuditAction.PSYCHOLOGIST_CALLED, account, asked.conversation)

    async def take_back(self, request: web.Request) -> web.StreamResponse:
        """Wait for none any more."""
        account, asked = await self._asked(request, Wanted)
        if not await self._store.uncall(str(asked.conversation), account.login):
            raise Refused(409, "gone", "no psychologist is waited for there")
        metrics.CALLS[await self._force_of(asked.conversation, account), "taken_back"].inc()
        return self._done(AuditAction.PSYCHOLOGIST_UNCALLED, account, asked.conversation)

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Leave a chat that one was called into; it goes on."""
        account, asked = await self._asked(request, Wanted)
        decision = await self._store.leave(str(asked.conversation), account.login)
        if decision is None:
            raise Refused(409, "gone", "you are not in this conversation any more")
        self._floor.announcer.announce([decision])
        self._wake()
        return web.Response(status=204)

    async def debrief(self, request: web.Request) -> web.StreamResponse:
        """See to an operator who asked to talk about what they heard; for psychologists."""
        account, asked = await self._asked(request, Debriefed)
        if not account.is_psychologist:
            raise Refused(403, "forbidden", "this is for psychologists")
        if not await self._supervision.tick_debrief(asked.operator):
            raise Refused(409, "none", "nobody waits for that")
        self._floor.audit.record(AuditAction.DEBRIEF_TICKED, account=account.login, target=asked.operator)
        self._wake()
        return web.Response(status=204)

    async def _force_of(self, conversation: UUID, account: Account) -> Force:
        record = await self._floor.conversations.record(str(conversation))
        return record.force if record and record.force else account.force

    async def _asked(self, request: web.Request, kind: type[Body]) -> tuple[Account, Body]:
        from_our_page(request, self._floor.settings.public_origins)
        _, account = await self._doors.member(request)
        return account, read_body(await request.read(), kind)

    def _wake(self) -> None:
        self._floor.assigner.wake()
        self._floor.psychologists.wake()

    def _done(self, action: AuditAction, account: Account, conversation: UUID) -> web.Response:
        self._wake()
        get_logger().info(action.value, operator=account.login, conversation=str(conversation))
        self._floor.audit.record(action, account=account.login, conversation=conversation)
        return web.Response(status=204)
