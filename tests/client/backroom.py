"""What staff write and read in the back room, without a browser; see ``services/dispatcher/web/src/staff``."""

from collections.abc import Sequence
from typing import Any

import aiohttp
from joserfc.jwk import ECKey

from shared.chat.frames import Holder
from shared.clock import now_ms
from shared.contracts.conversation import Force
from shared.sealing import credential
from shared.sealing.jose import public_jwk, public_key
from tests.client.base import client_id
from tests.client.operator import Operator
from tests.sealing.backroom import make_supervision_key, open_line, seal_line
from tests.sealing.keys import Reader, Verified
from tests.sealing.staff import ShiftKey
from tests.sealing.visitor import verify

Answer = tuple[int, Any]


class Backroom:
    """The part of a console, or of the supervisors' page, that speaks to colleagues."""

    def __init__(self, operator: Operator, supervision: ShiftKey | None = None) -> None:
        self._operator = operator
        self._supervision = supervision

    @classmethod
    async def of_supervisor(cls, operator: Operator) -> "Backroom":
        """The supervisors' page of somebody who has logged in: with a key of its own, and without the duty key."""
        assert operator.account is not None
        account = operator.account
        key = make_supervision_key(account.key, account.certificate, account.force, now_ms() // 1000)
        made = cls(operator, key)
        assert (await made.present())[0] == 204
        return made

    async def present(self, text: str | None = None) -> Answer:
        """Be addressed by the supervision key."""
        own = self._supervision.credential if self._supervision else ""
        return await self._post("present", {"credential": own if text is None else text})

    async def write(self, place: str, text: str, cid: str | None = None) -> Answer:
        """Seal a line for everybody who is to read it, and have it stored."""
        status, found = await self._get("readers", place=place)
        if status != 200:
            return status, found
        return await self.write_for(place, text, [await self._verified(one) for one in found["readers"]], cid)

    async def write_for(self, place: str, text: str, readers: Sequence[Verified], cid: str | None = None) -> Answer:
        """Seal a line for these readers, and have it stored."""
        cid = cid or client_id()
        line = seal_line(place, cid, text, readers)
        return await self._post("lines", {"place": place, "cid": cid, "mark": line.mark, "sealed": line.sealed})

    async def post_line(self, **body: Any) -> Answer:
        """Have something stored as it is."""
        return await self._post("lines", body)

    async def lines(self, place: str, after: int = 0) -> Answer:
        """Return a place as the server has it."""
        return await self._get("lines", place=place, after=str(after))

    async def read(self, place: str) -> list[tuple[str, str | None]]:
        """Return who wrote what in a place, as far as this page's keys open it."""
        status, found = await self.lines(place)
        assert status == 200, found
        return [(line["by"], open_line(place, line, self._readers())) for line in found["lines"]]

    async def hear(self) -> aiohttp.ClientWebSocketResponse:
        """Open the socket that names places with news."""
        site = self._operator.site
        return await self._operator.http.ws_connect(
            site.replace("http", "ws", 1) + "/ws/staff", headers=self._operator.headers
        )

    def _readers(self) -> list[Reader]:
        if self._supervision is not None:
            return [Reader(self._supervision.kid, self._supervision.key)]
        assert self._operator.shift is not None
        assert self._operator.duty is not None
        duties = [Reader(kid, ECKey.import_key(dict(jwk))) for kid, jwk in self._operator.duty.held.items()]
        return [Reader(self._operator.shift.kid, self._operator.shift.key), *duties]

    async def _verified(self, reader: dict[str, str]) -> Verified:
        authority = public_key(public_jwk((await self._get_json("/api/me"))["authority"]))
        kid, text, role, force = (reader[name] for name in ("kid", "credential", "role", "force"))
        now = now_ms() // 1000
        if role == "supervisor":
            use = credential.Use.SUPERVISION
            found = credential.read(text, authority, now, force=Force(force), use=use)
            assert found.kid == kid
            return Verified(kid, role, found.key)
        holder: Any = Holder(kid=kid, role=role, credential=text)  # type: ignore[arg-type]
        return verify(holder, authority, Force(force), now)

    async def _get(self, what: str, **query: str) -> Answer:
        async with self._operator.http.get(
            f"{self._operator.site}/api/staff/{what}", params=query, headers=self._headers()
        ) as answer:
            return answer.status, await answer.json()

    async def _get_json(self, path: str) -> Any:
        async with self._operator.http.get(self._operator.site + path, headers=self._headers()) as answer:
            return await answer.json()

    async def _post(self, what: str, body: object) -> Answer:
        async with self._operator.http.post(
            f"{self._operator.site}/api/staff/{what}", json=body, headers=self._headers()
        ) as answer:
            return answer.status, None if answer.status == 204 else await answer.json()

    def _headers(self) -> dict[str, str]:
        return {"X-Havre": "1", **self._operator.headers}
