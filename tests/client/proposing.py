"""What an operator without a browser does about reports: propose one, read what was decided, seal it and hand it in."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import DEVNULL
from typing import Any
from uuid import uuid4

from joserfc.jwk import ECKey

from shared.chat.frames import Role
from shared.clock import now_ms
from tests.client.operator import Operator
from tests.patience import PATIENCE_S
from tests.sealing import report as twin
from tests.sealing.plain import PlainKind, json_object
from tests.servers import eventually

SAMPLE = Path(__file__).resolve().parents[2] / "examples" / "partner.py"


class Proposer:
    """The reports of one conversation that an operator has, in one department."""

    def __init__(self, operator: Operator, conversation: str, authority: ECKey, department: str) -> None:
        self._operator = operator
        self._conversation = conversation
        self._authority = authority
        self._department = department

    async def recipient(self, unit: str = "Commissariat", address: str = "1 rue de la Paix") -> twin.Recipient:
        """Return the first competent partner, with the unit and the address that an operator writes.

        Services hear of the partners that there are a moment after they have started.
        """
        found: list[dict[str, Any]] = []

        async def told() -> bool:
            found[:] = await self._recipients()
            return bool(found)

        await eventually(told)
        first = found[0]
        return twin.Recipient(first["partner"], first["name"], unit, address, first["certificate"])

    async def _recipients(self) -> list[dict[str, Any]]:
        operator = self._operator
        held = operator.held[self._conversation]
        where = {"force": held.force.value, "department": self._department}
        async with operator.http.get(
            operator.site + "/api/recipients", params=where, headers=operator.headers
        ) as answer:
            assert answer.status == 200, await answer.text()
            return list((await answer.json())["recipients"])

    def propose(self, to: twin.Recipient, fields: Sequence[twin.Field], report: str = "") -> str:
        """Propose a report; return its id."""
        chosen = report or str(uuid4())
        self._operator.say(twin.proposal_of(chosen, to, fields), self._conversation, PlainKind.PROPOSAL)
        return chosen

    def decided(self, report: str) -> list[dict[str, Any]]:
        """Return what the visitor decided about a report, in order."""
        said = (json_object(text) for text in self._operator.texts(self._conversation, Role.VISITOR))
        return [one for one in said if one and one.get("report") == report]

    async def decides(self, report: str, decision: str, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """Wait for a decision; return it."""

        def found() -> list[dict[str, Any]]:
            return [one for one in self.decided(report) if one["decision"] == decision]

        await self._operator.until(lambda: bool(found()), within_s)
        return found()[-1]

    async def hand_in(self, report: str) -> str:
        """Seal what was agreed to and hand it in, as the console does; return the status."""
        operator, yes = self._operator, await self.decides(report, "yes")
        content = twin.read_document(yes["document"])
        assert content is not None
        partner = await self._partner(content)
        body = {
            "conversation": self._conversation,
            "report": report,
            "kind": "report",
            "partner": partner.partner,
            "kid": partner.kid,
            "force": partner.force.value,
            "department": self._department,
            "sealed": twin.seal_report(partner, yes["document"], yes["consent"]),
            "consent": yes["consent"],
        }
        headers = {**operator.headers, "X-Havre": "1"}
        async with operator.http.post(operator.site + "/api/reports", json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return str((await answer.json())["status"])

    async def _partner(self, content: twin.Content) -> twin.Partner:
        named = await self.recipient()
        partner = twin.verify_partner(named.certificate, self._authority, now_ms() // 1000)
        assert partner.kid == content.kid
        return partner


@asynccontextmanager
async def sample_partner(card: Path, *arguments: str) -> AsyncIterator[None]:
    """Let the sample client settle reports as a separate process, for the length of the context."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SAMPLE), str(card), *arguments, stdout=DEVNULL, stderr=None
    )
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
