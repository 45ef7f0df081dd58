"""Magistrates with their browsers, and addresses as the gateway leaves them, for the tests of lifting."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pyotp
from joserfc.jwk import ECKey
from redis.asyncio import Redis

from services.dispatcher.staff.accounts import StaffRole
from services.dispatcher.staff.codes import STEP_S, new_secret
from services.dispatcher.staff.keys import reading_keys_of
from services.dispatcher.staff.sealed import Purpose, Sealer, new_key
from shared import keys
from shared.clock import now_ms
from shared.sealing.magistrates import MagistrateKey, read, seal
from tests.component.dispatcher.office import AUTHORITY
from tests.component.dispatcher.people import PASSWORD, Desk, Place
from tests.sealing.magistrates import reading_key
from tests.stack import KEY_ROUNDS

STAFF_KEY = new_key()


@dataclass
class Magistrate:
    """One magistrate: an account with codes, a private key, a browser."""

    desk: Desk
    key: ECKey
    public: MagistrateKey
    secret: str
    steps: int = field(default=0)

    async def log_in(self) -> "Magistrate":
        """Log in with both factors; each code once only, so each login takes the next one."""
        at = int(time.time()) // STEP_S + self.steps
        answer = await self.desk.log_in(code=pyotp.TOTP(self.secret).generate_otp(at))
        assert answer.status == 200, await answer.text()
        return self

    async def sees(self) -> list[dict[str, Any]]:
        """Return what waits for a decision, and what was decided."""
        answer = await get(self.desk, "/api/magistrate")
        found: list[dict[str, Any]] = (await answer.json())["liftings"]
        return found

    async def decides(self, asked: Mapping[str, Any], motive: str, *, granted: bool) -> aiohttp.ClientResponse:
        """Grant or refuse."""
        return await post(self.desk, "/api/magistrate/decide", **which(asked), granted=granted, motive=motive)

    async def collects(self, asked: Mapping[str, Any]) -> aiohttp.ClientResponse:
        """Fetch what was granted once more."""
        return await post(self.desk, "/api/magistrate/collect", **which(asked))

    async def confirms(self, asked: Mapping[str, Any]) -> aiohttp.ClientResponse:
        """Say that one has it."""
        return await post(self.desk, "/api/magistrate/confirm", **which(asked))


def which(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a request is named."""
    return {"conversation": asked["conversation"], "id": asked["id"]}


async def hire_magistrate(
    place: Place, port: int, login: str, http: aiohttp.ClientSession, roles: tuple[StaffRole, ...] = ()
) -> Magistrate:
    """Make a magistrate's account; ``roles``: what else it may do, as no command would let it."""
    secret, reading = new_secret(), reading_keys_of(AUTHORITY, PASSWORD, KEY_ROUNDS)
    fields: dict[str, Any] = {
        "roles": (StaffRole.MAGISTRATE, *roles),
        "second_factor": Sealer(STAFF_KEY).seal(Purpose.ONE_TIME_CODES, login, secret),
        **reading,
        **({} if roles else {"certificate": None, "account_key": None}),
    }
    await place.hire(login, **fields)
    key = reading_key(reading["reading_key"], PASSWORD)
    return Magistrate(Desk(port, login, http), key, read(reading["reading_certificate"], AUTHORITY), secret)


async def come_from(valkey: Redis, conversation: str, ip: str, to: list[MagistrateKey]) -> None:
    """Leave a visitor's address as the gateway does."""
    said = {"v": 1, "conversation": conversation, "ip": ip, "port": 51_514, "by": "connection", "at": now_ms()}
    until = now_ms() + 86_400_000
    name = keys.addresses(conversation)[0]
    await valkey.hset(name, mapping={"until": until, "sealed": seal(said, to)})
    await valkey.pexpireat(name, until)
    await valkey.hset(keys.conversation(conversation), "address_until", str(until))


async def ask(
    desk: Desk, conversation: str, to: list[MagistrateKey], ground: str = "emergency", lifting: UUID | None = None
) -> aiohttp.ClientResponse:
    """Ask for anonymity to be lifted, as the console does."""
    reasons = seal({"v": 1, "conversation": conversation, "ground": ground, "text": "menacée, adresse inconnue"}, to)
    return await post(
        desk,
        "/api/liftings",
        id=str(lifting or uuid4()),
        conversation=conversation,
        ground=ground,
        reasons=reasons,
    )


async def get(desk: Desk, path: str) -> aiohttp.ClientResponse:
    """Ask as the page does."""
    return await desk.http.get(f"{desk.base}{path}", headers=desk.headers())


async def post(desk: Desk, path: str, **body: object) -> aiohttp.ClientResponse:
    """Call as the page does."""
    return await desk.http.post(f"{desk.base}{path}", json=body, headers=desk.headers())


async def refusal(answer: aiohttp.ClientResponse) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return answer.status, (await answer.json())["error"]
