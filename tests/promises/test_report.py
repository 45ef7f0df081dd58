"""P1, S1, V10: a report is read by the visitor, the specialist and the service named, and by nobody between."""

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from infra.local import plan
from shared.contracts.conversation import Force
from shared.contracts.signalement_reports import ReportStatus
from tests.client import Operator, Visitor
from tests.client.proposing import SAMPLE, Proposer
from tests.promises.planted import canary, conversation
from tests.sealing import report as twin
from tests.search import everywhere
from tests.wiretap import TappedStack

NAMED = ("facts", "when", "where", "persons", "danger", "complaint", "callback", "safe_times", "identity", "contact")
FIELDS = {name: f"{canary()} ({name}), 06 00 00 00 00" for name in NAMED}
PLACE = canary()
APPOINTMENT = {"at": "2026-12-01T10:00:00+01:00", "place": PLACE, "with": canary()}


@dataclass
class Reporting:
    """A visitor who was proposed a report with a word planted in each field, and the specialist who proposed it."""

    visitor: Visitor
    operator: Operator
    proposer: Proposer
    report: str
    said: list[str]
    """The words that were planted in the chat."""

    async def hand_in(self) -> None:
        """She agrees, it is sealed and handed in."""
        self.visitor.reports.agree(await self.visitor.reports.proposed())
        await self.proposer.hand_in(self.report)


@asynccontextmanager
async def reporting(stack: TappedStack) -> AsyncIterator[Reporting]:
    """Hold a conversation in which 30 words are planted, and a report with ten more is proposed."""
    async with conversation(stack) as planted:
        visitor, operator = planted.visitor, planted.operator
        proposer = Proposer(operator, visitor.conversation, visitor.authority, "69")
        to = await proposer.recipient()
        report = proposer.propose(to, list(FIELDS.items()))
        yield Reporting(visitor, operator, proposer, report, list(planted.words.values()))
        await visitor.red_button()


async def partner_reads(stack: TappedStack, *arguments: str) -> str:
    """Let the sample client settle one report over a tapped line; return what it printed."""
    found = next(one.card for one in stack.partners if one.force is Force.POLICE)
    card = json.loads(found.read_text(encoding="utf-8"))
    tapped = card["url"].replace(str(stack.addresses.nats_port), str(stack.nats_line.port))
    found.write_text(json.dumps({**card, "url": tapped}), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SAMPLE), str(found), "--once", *arguments, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return said.decode()


async def test_a_report_is_read_by_the_service_named_and_by_nobody_between(tapped: TappedStack) -> None:
    """V10 S1 P1: 30 words are planted in the chat and ten in the report.

    The ten are in the partner's hands once each; none of the forty is on a line to NATS or Valkey, in a stream, the
    store, a log or a file.
    """
    async with reporting(tapped) as one:
        words = [*one.said, *FIELDS.values(), *APPOINTMENT.values()]
        await one.hand_in()
        await one.visitor.reports.becomes(one.report, ReportStatus.SUBMITTED)
        assert await everywhere(tapped, *words) == {}
        printed = await partner_reads(tapped, "--appointment", json.dumps(APPOINTMENT))
        for name, value in FIELDS.items():
            assert printed.count(value) == 1, name
        word = await one.visitor.reports.becomes(one.report, ReportStatus.TAKEN)
        key = json.loads(one.proposer.decided(one.report)[-1]["document"])["answer_key"]
        answer = twin.open_answer(word["answer"], key, one.report)
        assert answer is not None
        assert answer["appointment"] == APPOINTMENT
        assert answer["reference"]
        assert tapped.lines_that_carried(*words) == []
        assert await everywhere(tapped, *words) == {}
        sealed = word["answer"]
        assert plan.NATS in tapped.lines_that_carried(sealed[100:160]), "what is sealed did pass there"
    assert await everywhere(tapped, *words) == {}


async def test_the_same_search_finds_a_report_that_is_not_sealed(
    tapped: TappedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search of the test above, with the sealing of the report switched off: every word of it is found."""

    def open_report(partner: twin.Partner, document: str, consent: str) -> str:
        header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": partner.kid, "typ": "havre-report+jwe"}
        content = (document + consent).encode().ljust(max(twin.REPORT_SIZES))
        parts = (json.dumps(header).encode(), b"key", b"iv", content, b"tag")
        return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)

    monkeypatch.setattr(twin, "seal_report", open_report)
    async with reporting(tapped) as one:
        await one.hand_in()
        await one.visitor.reports.becomes(one.report, ReportStatus.SUBMITTED)
        for name, value in FIELDS.items():
            assert tapped.lines_that_carried(value) == [plan.NATS], name
            found: dict[str, Any] = await everywhere(tapped, value)
            assert set(found) == {"streams", "files"}, name
        printed = await partner_reads(tapped)
        assert f"report {one.report}: refused" in printed
