"""The operator's side: asking that the anonymity of a conversation one holds be lifted, and hearing what came of it."""

from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web

from services.dispatcher.domain.lifting import Ground, Lifting
from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.liftings import addresses
from services.dispatcher.liftings.acting import Ledger
from services.dispatcher.liftings.store import Changed, Liftings
from services.dispatcher.refusals import Refused, from_our_page, read_body
from services.dispatcher.staff.accounts import Account, Accounts
from services.dispatcher.staff.sessions import Session
from shared.clock import now_ms
from shared.contracts.audit import AuditAction
from shared.contracts.conversation import Force
from shared.sealing.jose import BadToken
from shared.sealing.magistrates import read, recipients

MOST_SEALED = 16_000
"""Characters of a sealed text: what the page seals has at most 8,192 bytes, for at most 16 magistrates."""
Sealed = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_SEALED)]


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for anonymity to be lifted. ``id``: made by the page; ``reasons``: sealed for the magistrates."""

    id: UUID
    conversation: UUID
    ground: Ground
    reasons: Sealed


class Asking:
    """The handlers."""

    def __init__(self, floor: Floor, doors: Doors, accounts: Accounts, liftings: Liftings, ledger: Ledger) -> None:
        self._floor = floor
        self._doors = doors
        self._accounts = accounts
        self._liftings = liftings
        self._ledger = ledger

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/api/liftings/keys", self.keys),
            web.get("/api/liftings/{conversation}", self.look),
            web.post("/api/liftings", self.ask),
        ]

    async def keys(self, request: web.Request) -> web.StreamResponse:
        """Say for whom reasons, and magistrates' own words, are sealed; the page verifies each before it seals."""
        await self._doors.anybody(request)
        return web.json_response({"keys": await self._certified()})

    async def look(self, request: web.Request) -> web.StreamResponse:
        """Say what became of the request about a conversation, to who asked or holds it; never the address."""
        _, account = await self._doors.member(request)
        conversation = _conversation(request)
        stored = await self._liftings.get(conversation)
        theirs = stored and stored.lifting.asked_by == account.login
        if not (theirs or await self._holds(account, conversation)):
            raise Refused(404, "not_found", "you neither have this conversation nor asked about it")
        return web.json_response({"asked": _told(stored.lifting) if stored else None})

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """Take a request; asked twice it is the same one. 409 says why it is none."""
        from_our_page(request, self._floor.settings.public_origins)
        session, account = await self._doors.member(request)
        asked = read_body(await request.read(), Ask)
        before = await self._liftings.get(asked.conversation)
        if before and before.lifting.id == asked.id and before.lifting.asked_by == account.login:
            return web.json_response(_told(before.lifting))
        if not await self._holds(account, asked.conversation):
            self._ledger.denied(asked.conversation, account.login, session.mark, "not_held")
            raise Refused(409, "not_held", "you do not have this conversation")
        if before and not before.lifting.is_over:
            raise Refused(409, "asked", "this was asked already, and is not decided yet")
        await self._check_reasons(asked.reasons)
        try:
            stored = await self._liftings.put(await self._lifting(asked, account), before)
        except Changed:
            raise Refused(409, "asked", "this was asked already, and is not decided yet") from None
        self._tell(stored.lifting, session)
        return web.json_response(_told(stored.lifting))

    def _tell(self, lifting: Lifting, session: Session) -> None:
        self._ledger.step(
            AuditAction.LIFTING_ASKED, lifting, lifting.asked_by, session.mark, f"{lifting.ground}_{lifting.address}"
        )

    async def _lifting(self, asked: Ask, account: Account) -> Lifting:
        found = await addresses.look(self._floor.conversations.client, str(asked.conversation))
        if found.record is None:
            raise Refused(409, "gone", "this conversation is over, and its address was erased with it")
        return Lifting(
            id=asked.id,
            conversation=asked.conversation,
            force=found.record.force or Force(account.force),
            category=found.record.category,
            ground=asked.ground,
            asked_by=account.login,
            asked_at=now_ms(),
            reasons=asked.reasons,
            address=found.address,
            sealed=found.sealed,
        )

    async def _check_reasons(self, sealed: str) -> None:
        """Return if a magistrate can open them. Raises ``Refused``."""
        kids = {one["kid"] for one in await self._certified()}
        if not kids:
            raise Refused(409, "no_magistrate", "there is no magistrate here: nobody could decide")
        try:
            meant = recipients(sealed)
        except BadToken:
            raise Refused(400, "invalid", "the reasons are not sealed for magistrates") from None
        if not kids & meant:
            raise Refused(400, "invalid", "the reasons are sealed for no magistrate who is here")

    async def _certified(self) -> list[dict[str, str]]:
        """Return the reading keys of the magistrates whose accounts are open, in their time, with their proof."""
        found = []
        for account in await self._accounts.all():
            if account.enabled and account.is_magistrate and account.reading_certificate:
                try:
                    key = read(account.reading_certificate, self._floor.authority)
                except BadToken:
                    continue
                if key.expires_at * 1000 > now_ms():
                    found.append({"kid": key.kid, "certificate": account.reading_certificate})
        return found

    async def _holds(self, account: Account, conversation: UUID) -> bool:
        return await self._floor.dispatch.holder(str(conversation)) == account.login


def _conversation(request: web.Request) -> UUID:
    try:
        return UUID(request.match_info["conversation"])
    except ValueError:
        raise Refused(404, "not_found", "you neither have this conversation nor asked about it") from None


def _told(lifting: Lifting) -> dict[str, object]:
    """Return what an operator is told: that it was asked, and what was decided."""
    return {
        "id": str(lifting.id),
        "ground": lifting.ground,
        "address": lifting.address,
        "asked_at": lifting.asked_at,
        "decision": _decision(lifting),
        "decided_at": lifting.decided_at,
        "motive": lifting.motive,
    }


def _decision(lifting: Lifting) -> str:
    """Return ``pending``, ``refused`` or ``granted``: whether it was fetched is between magistrate and audit."""
    return "granted" if lifting.decided_at and lifting.status != "refused" else str(lifting.status)
