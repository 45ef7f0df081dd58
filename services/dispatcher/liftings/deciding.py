"""The magistrate's side: what waits, one decision, and the address handed over once, to that page alone."""

from collections.abc import Callable
from uuid import UUID

import msgspec
from aiohttp import web

from services.dispatcher.domain import lifting as rules
from services.dispatcher.domain.lifting import Hindered, Hindrance, Lifting, Motive, Status
from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.liftings.acting import Ledger
from services.dispatcher.liftings.asking import Sealed
from services.dispatcher.liftings.store import Changed, Liftings, Stored
from services.dispatcher.refusals import Body, Refused, from_our_page, read_body
from services.dispatcher.staff.accounts import Account
from services.dispatcher.staff.sessions import Session
from shared.clock import now_ms
from shared.contracts.audit import AuditAction
from shared.sealing.jose import BadToken
from shared.sealing.magistrates import read, recipients

SENTENCES = {
    Hindrance.SAME_PERSON: "who asked does not decide",
    Hindrance.DECIDED: "this was decided already",
    Hindrance.NOT_YOURS: "another magistrate granted this",
    Hindrance.OVER: "nothing is here any more: it was handed over once, or its time is over",
    Hindrance.NOTHING_KEPT: "there is no address to hand over",
    Hindrance.WRONG_MOTIVE: "that is a motive for the other decision",
    Hindrance.UNDECIDED: "nobody has decided this yet",
}
DENIED = frozenset({Hindrance.SAME_PERSON, Hindrance.NOT_YOURS, Hindrance.OVER})
"""What the audit keeps: somebody wanted an address that is not, or no longer, theirs to have."""


class Decide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Grant or refuse. ``words``: the motive in one's own words, sealed for the magistrates."""

    conversation: UUID
    id: UUID
    granted: bool
    motive: Motive
    words: Sealed | None = None


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The request that was granted."""

    conversation: UUID
    id: UUID


class Deciding:
    """The handlers, and the clearing away of what nobody confirmed."""

    def __init__(self, floor: Floor, doors: Doors, liftings: Liftings, ledger: Ledger) -> None:
        self._floor = floor
        self._doors = doors
        self._liftings = liftings
        self._ledger = ledger

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/api/magistrate", self.look),
            web.post("/api/magistrate/decide", self.decide),
            web.post("/api/magistrate/collect", self.collect),
            web.post("/api/magistrate/confirm", self.confirm),
        ]

    async def look(self, request: web.Request) -> web.StreamResponse:
        """Answer with every request that is kept, without an address, and what opens the magistrate's own key."""
        _, account = await self._magistrate(request)
        found = [_view(one.lifting, account) for one in await self._liftings.all()]
        return web.json_response(
            {"magistrate": account.login, "key": self._key(account), "at": now_ms(), "liftings": found}
        )

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """Decide once; what is granted is handed over with the answer."""
        session, account, asked = await self._asked(request, Decide)
        _check_words(asked.words)
        judge = rules.grant if asked.granted else rules.refuse
        stored = await self._step(
            asked, account, session, lambda one: judge(one, account.login, asked.motive, asked.words, now_ms())
        )
        if not asked.granted:
            self._ledger.step(
                AuditAction.LIFTING_REFUSED, stored.lifting, account.login, session.mark, str(asked.motive)
            )
            return web.json_response(_view(stored.lifting, account))
        return await self._hand_over(stored.lifting, session, account)

    async def collect(self, request: web.Request) -> web.StreamResponse:
        """Hand over again what was granted and not confirmed: the page may have died with it."""
        session, account, asked = await self._asked(request, Which)
        stored = await self._step(asked, account, session, lambda one: rules.collect(one, account.login, now_ms()))
        return await self._hand_over(stored.lifting, session, account)

    async def confirm(self, request: web.Request) -> web.StreamResponse:
        """The magistrate has it: erase it here, for good."""
        session, account, asked = await self._asked(request, Which)
        stored = await self._step(asked, account, session, lambda one: rules.confirm(one, account.login, now_ms()))
        self._ledger.step(AuditAction.LIFTING_CONFIRMED, stored.lifting, account.login, session.mark)
        return web.json_response(_view(stored.lifting, account))

    async def clear(self) -> None:
        """Erase what was granted and never confirmed in time; called periodically, by every instance."""
        now = now_ms()
        for stored in await self._liftings.all():
            until = stored.lifting.open_until
            if until is None or now < until:
                continue
            try:
                after = await self._liftings.put(rules.lapse(stored.lifting, now), stored)
            except Changed:
                continue
            self._ledger.step(AuditAction.LIFTING_LAPSED, after.lifting, after.lifting.decided_by)

    # ---- inside

    async def _hand_over(self, lifting: Lifting, session: Session, account: Account) -> web.Response:
        """Answer with the sealed address, once the audit knows that it is handed over."""
        # Granting is recorded each time: whoever died between storing and recording it may have left it unwritten.
        self._ledger.step(AuditAction.LIFTING_GRANTED, lifting, account.login, session.mark, str(lifting.motive))
        self._ledger.step(AuditAction.LIFTING_HANDED, lifting, account.login, session.mark, again=True)
        await self._ledger.written()
        return web.json_response({**_view(lifting, account), "addresses": list(lifting.sealed)})

    async def _step(
        self, asked: Decide | Which, account: Account, session: Session, step: Callable[[Lifting], Lifting]
    ) -> Stored:
        """Take a step and store it. Raises ``Refused``: 404, 409 with the reason."""
        stored = await self._liftings.get(asked.conversation)
        if stored is None or stored.lifting.id != asked.id:
            raise Refused(404, "not_found", "there is no such request")
        try:
            after = step(stored.lifting)
            return stored if after == stored.lifting else await self._liftings.put(after, stored)
        except Hindered as hindered:
            if hindered.why in DENIED:
                self._ledger.denied(asked.conversation, account.login, session.mark, str(hindered.why))
            raise Refused(409, str(hindered.why), SENTENCES[hindered.why]) from None
        except Changed:
            raise Refused(409, str(Hindrance.DECIDED), SENTENCES[Hindrance.DECIDED]) from None

    async def _magistrate(self, request: web.Request) -> tuple[Session, Account]:
        session, account = await self._doors.anybody(request)
        if not account.is_magistrate:
            raise Refused(403, "forbidden", "this is for magistrates")
        return session, account

    async def _asked(self, request: web.Request, kind: type[Body]) -> tuple[Session, Account, Body]:
        from_our_page(request, self._floor.settings.public_origins)
        session, account = await self._magistrate(request)
        return session, account, read_body(await request.read(), kind)

    def _key(self, account: Account) -> dict[str, str] | None:
        """Return the magistrate's own key, its private part as their password sealed it."""
        if account.reading_certificate is None or account.reading_key is None:
            return None
        try:
            kid = read(account.reading_certificate, self._floor.authority).kid
        except BadToken:
            return None
        return {"kid": kid, "certificate": account.reading_certificate, "sealed": account.reading_key}


def _check_words(sealed: str | None) -> None:
    try:
        if sealed is not None:
            recipients(sealed)
    except BadToken:
        raise Refused(400, "invalid", "the words are not sealed for magistrates") from None


def _view(lifting: Lifting, account: Account) -> dict[str, object]:
    """Return what a magistrate's page sees of a request: all but the address."""
    until = lifting.open_until
    mine = lifting.decided_by == account.login
    over = lifting.status is Status.GRANTED and (until is None or now_ms() >= until)
    return {
        "id": str(lifting.id),
        "conversation": str(lifting.conversation),
        "force": lifting.force,
        "category": lifting.category,
        "ground": lifting.ground,
        "asked_by": lifting.asked_by,
        "asked_at": lifting.asked_at,
        "own": lifting.asked_by == account.login,
        "reasons": lifting.reasons,
        "address": lifting.address,
        "status": Status.LAPSED if over else lifting.status,
        "mine": mine,
        "until": until if mine else None,
        "decided_at": lifting.decided_at,
        "motive": lifting.motive,
        "words": lifting.words,
    }
