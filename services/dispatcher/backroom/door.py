"""What a member of staff's page asks of the back room: write, read, seal again, and hear of news (O10).

A door of its own, beside the console's socket: what is said here is in no frame, so no code that speaks frames, the
gateway's least of all, could hand it on to a visitor.
"""

import asyncio
from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web

from services.dispatcher import metrics
from services.dispatcher.backroom.ears import Ear, Ears
from services.dispatcher.backroom.places import Places, StaffReader
from services.dispatcher.backroom.store import Lines, SealedLine, StaffLine
from services.dispatcher.domain.backroom import Notes, Place, place_of
from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.refusals import Body, Refused, from_our_page, read_body
from services.dispatcher.staff.accounts import Account
from services.dispatcher.staff.sessions import Session
from shared.contracts.audit import AuditAction
from shared.logs import get_logger
from shared.pages import same_origin
from shared.sealing.credential import MAX_CREDENTIAL

MAX_NUMBER = 2**53
PING_S = 20.0
"""How often a page that hears is asked whether it is still there."""
PlaceName = Annotated[str, msgspec.Meta(max_length=64)]
Mark = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}$")]
Number = Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)]


class Writing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Write a line. The same ``cid`` again is the same line. ``mark``: SHA-256 of what is sealed, in base64url."""

    place: PlaceName
    cid: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
    mark: Mark
    sealed: SealedLine


class Resealing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seal a line for those who may read it now; its text stays what it is."""

    place: PlaceName
    seq: Number
    mark: Mark
    sealed: SealedLine


class Presence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Be there, with a key of one's own to be addressed by."""

    credential: Annotated[str, msgspec.Meta(max_length=MAX_CREDENTIAL)]


class Stored(msgspec.Struct, frozen=True):
    """A line is stored, under this number of its place."""

    seq: int


class Found(msgspec.Struct, frozen=True):
    """Lines of a place in order, and the last number that there is."""

    last: int
    lines: list[StaffLine]


class Readers(msgspec.Struct, frozen=True):
    """For whom a line is to be sealed."""

    readers: list[StaffReader]


class BackroomDoor:
    """The handlers."""

    def __init__(self, floor: Floor, doors: Doors, lines: Lines, places: Places, ears: Ears) -> None:
        self._floor = floor
        self._doors = doors
        self._lines = lines
        self._places = places
        self._ears = ears

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/api/staff/lines", self.read),
            web.post("/api/staff/lines", self.write),
            web.post("/api/staff/reseal", self.reseal),
            web.get("/api/staff/readers", self.readers),
            web.post("/api/staff/present", self.present),
            web.get("/ws/staff", self.socket),
        ]

    async def read(self, request: web.Request) -> web.StreamResponse:
        """Answer with the lines of ``place`` after the number ``after``."""
        _, account = await self._doors.member(request)
        after = request.query.get("after", "0")
        if not after.isdecimal() or not after.isascii() or int(after) > MAX_NUMBER:
            raise Refused(400, "invalid", "after is a number")
        place = await self._admitted(account, request.query.get("place", ""))
        return _json(Found(*await self._lines.read(place, int(after))))

    async def write(self, request: web.Request) -> web.StreamResponse:
        """Store a line before anything else, then have everybody whom it concerns look."""
        session, account, asked = await self._asked(request, Writing)
        place = await self._admitted(account, asked.place)
        written = await self._lines.append(place, account.login, asked.cid, asked.mark, asked.sealed)
        match written.outcome:
            case "too_fast":
                wait_s = -(-written.wait_ms // 1000)
                raise Refused(429, "too_fast", "too much at once; wait", {"Retry-After": str(wait_s)})
            case "gone" | "full" as why:
                raise Refused(409, why, "nothing more can be noted here")
            case "new":
                self._note(place, session, account, written.seq)
                await self._ears.changed(place)
            case "known":
                pass
        return _json(Stored(written.seq))

    async def reseal(self, request: web.Request) -> web.StreamResponse:
        """Let a note be sealed for the keys of this moment too: whoever takes over later reads it."""
        _, account, asked = await self._asked(request, Resealing)
        place = await self._admitted(account, asked.place)
        if not isinstance(place, Notes):
            raise Refused(400, "invalid", "only notes are sealed again")
        if not await self._lines.reseal(place, asked.seq, asked.mark, asked.sealed):
            raise Refused(409, "gone", "there is no such line")
        await self._ears.changed(place)
        return web.Response(status=204)

    async def readers(self, request: web.Request) -> web.StreamResponse:
        """Answer with the keys for which a line of ``place`` is to be sealed."""
        _, account = await self._doors.member(request)
        place = await self._admitted(account, request.query.get("place", ""))
        return _json(Readers(await self._places.readers(place, account)))

    async def present(self, request: web.Request) -> web.StreamResponse:
        """Count the page as there, so that lines are sealed for its key; every ten seconds anew."""
        _, account, asked = await self._asked(request, Presence)
        if not await self._places.arrive(account, asked.credential):
            raise Refused(403, "forbidden", "this credential is not this account's, or not what it should be")
        return web.Response(status=204)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Tell a page the name of each place that has news; refused before it opens for others' pages."""
        if not same_origin(request, self._floor.settings.public_origins):
            raise Refused(403, "forbidden", "this origin may not connect")
        session, account = await self._doors.member(request)
        if not self._ears.room_for(account):
            raise Refused(503, "full", "too many pages hear; try again", {"Retry-After": "5"})
        response = web.WebSocketResponse(heartbeat=PING_S, compress=False, max_msg_size=1_024)
        await response.prepare(request)
        ear = Ear(account, session.digest)
        with self._ears.hearing(ear):
            speaking = asyncio.create_task(ear.speak(self._floor, response))
            try:
                async for _ in response:
                    break  # a page has nothing to say here
            finally:
                speaking.cancel()
                await asyncio.gather(speaking, return_exceptions=True)
        await response.close()
        return response

    async def _admitted(self, account: Account, name: str) -> Place:
        """Return the place of this name, if the account may read and write there. Raises ``Refused``."""
        place = place_of(name)
        if place is None:
            raise Refused(400, "invalid", "place is a force and a channel, or conversation and its id")
        if not await self._places.admits(place, account):
            raise Refused(403, "forbidden", "this place is not yours")
        return place

    async def _asked(self, request: web.Request, kind: type[Body]) -> tuple[Session, Account, Body]:
        from_our_page(request, self._floor.settings.public_origins)
        session, account = await self._doors.member(request)
        return session, account, read_body(await request.read(), kind)

    def _note(self, place: Place, session: Session, account: Account, seq: int) -> None:
        get_logger().info("staff_line", place=str(place), operator=account.login, seq=seq)
        record, who, mark = self._floor.audit.record, account.login, session.mark
        if isinstance(place, Notes):
            metrics.NOTES.inc()
            record(AuditAction.NOTE_WRITTEN, account=who, console=mark, conversation=UUID(place.conversation))
        else:
            metrics.STAFF_LINES.inc()
            record(AuditAction.STAFF_LINE_WRITTEN, account=who, console=mark, target=str(place))


def _json(view: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(view), content_type="application/json")
