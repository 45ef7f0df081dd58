"""What supervisors see and decide: queues, people and forecasts, never the content of a conversation (O12)."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web

from services.dispatcher import overview
from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.refusals import Body, Refused, from_our_page, read_body
from services.dispatcher.staff.accounts import LOGIN_PATTERN, StaffRole
from services.dispatcher.store.dispatch import QUEUES
from services.dispatcher.store.supervision import Notice, Supervision
from services.dispatcher.traffic import TrafficKeeper
from shared.clock import now_ms
from shared.contracts.audit import AuditAction
from shared.contracts.conversation import Force
from shared.logs import get_logger

HOURS_AHEAD = 12
Login = Annotated[str, msgspec.Meta(pattern=LOGIN_PATTERN)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}$")]


class Hand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Give a conversation to this operator; back to its queue without one."""

    conversation: UUID
    operator: Login | None = None


class Drain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Give an operator nothing new, or again."""

    operator: Login
    drained: bool


class Close(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Close a queue, and say why, in French and whatever other languages."""

    queue: str
    words: Annotated[dict[Language, Words], msgspec.Meta(max_length=20)]


class Reopen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Serve a queue again."""

    queue: str


class Overflow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Have those who wait in ``queue`` longer than ``after_s`` wait in ``to``; nowhere else without it."""

    queue: str
    to: str | None = None
    after_s: Annotated[int, msgspec.Meta(ge=10, le=86_400)] = 300


class Debriefed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody sees to an operator who asked for it."""

    operator: Login


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See to a conversation in danger."""

    conversation: UUID


class Supervisor:
    """The handlers. Everything that changes something is in the audit."""

    def __init__(self, floor: Floor, doors: Doors, traffic: TrafficKeeper) -> None:
        self._floor = floor
        self._doors = doors
        self._traffic = traffic
        self._store = Supervision(floor.dispatch)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/api/supervision", self.look),
            web.get("/api/supervision/forecast", self.forecast),
            web.post("/api/supervision/hand", self.hand),
            web.post("/api/supervision/drain", self.drain),
            web.post("/api/supervision/close", self.close),
            web.post("/api/supervision/reopen", self.reopen),
            web.post("/api/supervision/overflow", self.overflow),
            web.post("/api/supervision/debrief", self.debrief),
            web.post("/api/supervision/danger", self.danger),
        ]

    async def look(self, request: web.Request) -> web.StreamResponse:
        """Answer with the floor at this moment."""
        await self._supervisor(request)
        board = await self._floor.dispatch.board()
        dangers = await self._floor.dangers.all()
        # The answers of services are for whoever has the conversation, sealed or not.
        found = await self._floor.patrols.all()
        patrols = [msgspec.structs.replace(one, answer=None, answer_key=None) for one in found]
        shown = await self._store.overview()
        kept_ms = self._floor.settings.vanished_kept_s * 1000
        missing = [overview.missing_of(alarm, kept_ms) for alarm in await self._floor.dangers.missing.all()]
        view = overview.of(board, shown, dangers, patrols, await self._floor.psychologists.stand(), missing)
        return _json(view)

    async def forecast(self, request: web.Request) -> web.StreamResponse:
        """Answer with the next hours of a force: ``force``, and ``operators`` (otherwise those on duty)."""
        await self._supervisor(request)
        try:
            force = Force(request.query.get("force", ""))
            operators = int(request.query["operators"]) if request.query.get("operators") else None
        except ValueError:
            raise Refused(400, "invalid", "force is police or gendarmerie, operators a number") from None
        if operators is not None and not 0 <= operators <= overview.MOST_ASKED:
            raise Refused(400, "invalid", f"operators are at most {overview.MOST_ASKED}")
        crew = overview.crew(await self._store.overview(0), force)
        crew = crew if operators is None else overview.Crew(operators, crew.limit)
        start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        hours = [start + timedelta(hours=ahead) for ahead in range(HOURS_AHEAD)]
        known = await self._traffic.known()
        return _json(overview.forecast(known, force, hours, crew, self._floor.settings.promise))

    async def hand(self, request: web.Request) -> web.StreamResponse:
        """Give a conversation to a named operator, or back to its queue; 409 says why not."""
        who, asked = await self._asked(request, Hand)
        conversation = str(asked.conversation)
        if asked.operator is None:
            decision = await self._store.put_back(conversation)
            if decision is None:
                raise Refused(409, "gone", "nobody has this conversation")
            made = [decision]
        else:
            found = await self._store.hand(conversation, asked.operator)
            if isinstance(found, str):
                raise Refused(409, found, "this operator cannot have this conversation now")
            made = found
        self._floor.announcer.announce(made)
        action = AuditAction.CONVERSATION_HANDED if asked.operator else AuditAction.CONVERSATION_PUT_BACK
        return self._done(action, who, asked.operator, asked.conversation)

    async def drain(self, request: web.Request) -> web.StreamResponse:
        """Give an operator nothing new: their shift ends; or again."""
        who, asked = await self._asked(request, Drain)
        if not await self._store.drain(asked.operator, drained=asked.drained):
            raise Refused(409, "absent", "this operator is not on duty")
        action = AuditAction.OPERATOR_DRAINED if asked.drained else AuditAction.OPERATOR_UNDRAINED
        return self._done(action, who, asked.operator)

    async def close(self, request: web.Request) -> web.StreamResponse:
        """Close a queue with words for those who wait in it and who come."""
        who, asked = await self._asked(request, Close)
        queue = _queue(asked.queue)
        if "fr" not in asked.words:
            raise Refused(400, "invalid", "the words are wanted in French at least")
        await self._store.close(queue, Notice(asked.words, who, now_ms()))
        return self._done(AuditAction.QUEUE_CLOSED, who, queue)

    async def reopen(self, request: web.Request) -> web.StreamResponse:
        """Serve a queue again."""
        who, asked = await self._asked(request, Reopen)
        queue = _queue(asked.queue)
        if not await self._store.reopen(queue):
            raise Refused(409, "open", "this queue is open")
        return self._done(AuditAction.QUEUE_REOPENED, who, queue)

    async def overflow(self, request: web.Request) -> web.StreamResponse:
        """Have a queue overflow into another after so long, or no longer."""
        who, asked = await self._asked(request, Overflow)
        queue = _queue(asked.queue)
        if asked.to is None:
            if not await self._store.stop_overflow(queue):
                raise Refused(409, "none", "this queue does not overflow")
            return self._done(AuditAction.OVERFLOW_ENDED, who, queue)
        to = _queue(asked.to)
        if not await self._store.let_overflow(queue, to, asked.after_s * 1000):
            raise Refused(409, "round", "people would be sent on from where they are sent to")
        return self._done(AuditAction.OVERFLOW_SET, who, f"{queue}>{to}")

    async def debrief(self, request: web.Request) -> web.StreamResponse:
        """Tick off an operator's wish to talk: somebody sees to it."""
        who, asked = await self._asked(request, Debriefed)
        if not await self._store.tick_debrief(asked.operator):
            raise Refused(409, "none", "nobody waits for that")
        return self._done(AuditAction.DEBRIEF_TICKED, who, asked.operator)

    async def danger(self, request: web.Request) -> web.StreamResponse:
        """See to a conversation in danger: its operator and the other supervisors are told who does."""
        who, asked = await self._asked(request, Seen)
        if not await self._floor.dangers.see(str(asked.conversation), who):
            raise Refused(409, "none", "this danger is over, or somebody sees to it")
        return self._done(AuditAction.DANGER_SEEN, who, conversation=asked.conversation)

    async def _supervisor(self, request: web.Request) -> str:
        _, account = await self._doors.member(request)
        if StaffRole.SUPERVISOR not in account.roles:
            raise Refused(403, "forbidden", "this is for supervisors")
        return account.login

    async def _asked(self, request: web.Request, kind: type[Body]) -> tuple[str, Body]:
        """Return who asks, and the body of what they ask."""
        from_our_page(request, self._floor.settings.public_origins)
        who = await self._supervisor(request)
        return who, read_body(await request.read(), kind)

    def _done(
        self, action: AuditAction, who: str, target: str | None = None, conversation: UUID | None = None
    ) -> web.Response:
        self._floor.assigner.wake()
        get_logger().info(
            "supervised", action=action.value, supervisor=who, target=target, conversation=str(conversation or "")
        )
        self._floor.audit.record(action, account=who, target=target, conversation=conversation)
        return web.Response(status=204)


def _queue(name: str) -> str:
    if name not in QUEUES:
        raise Refused(400, "invalid", f"a queue is one of {', '.join(QUEUES)}")
    return name


def _json(view: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(view), content_type="application/json")
