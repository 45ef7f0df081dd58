"""What a visitor without a browser decides about reports; see ``services/gateway/web/src/report``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from shared.chat.frames import Answer, Error, Follow, Following, Role, Withdraw, Withdrawn
from shared.clock import now_ms
from shared.contracts.signalement_reports import ReportStatus
from tests.patience import PATIENCE_S
from tests.sealing import report as twin
from tests.sealing.plain import PlainKind, json_object
from tests.sealing.words import Phrase

if TYPE_CHECKING:
    from tests.client.visitor import Visitor

A = TypeVar("A", Withdrawn, Following)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an operator proposed to transmit."""

    report: str
    recipient: twin.Recipient
    fields: tuple[twin.Field, ...]


@dataclass(frozen=True, slots=True)
class Agreed:
    """A ``yes``: the exact text, its signature, and the key that opens the answer."""

    report: str
    document: str
    consent: str
    answer_key: str


class Decisions:
    """The reports of one visitor's conversation."""

    def __init__(self, visitor: "Visitor") -> None:
        self._visitor = visitor

    def proposals(self) -> list[Proposal]:
        """Return what was proposed, in order."""
        visitor = self._visitor
        opened = (visitor.reading(message) for message in visitor.heard_messages.ordered(Role.OPERATOR))
        return [_proposal(one.data or "") for one in opened if one.kind is PlainKind.PROPOSAL]

    async def proposed(self, nth: int = 1, within_s: float = PATIENCE_S) -> Proposal:
        """Wait for the ``nth`` proposal."""
        await self._visitor.until(lambda: len(self.proposals()) >= nth, within_s)
        return self.proposals()[nth - 1]

    def agree(
        self, proposal: Proposal, *, change: Mapping[str, str] | None = None, strike: Sequence[str] = ()
    ) -> Agreed:
        """Say yes to a proposal of a verified recipient, with these changes. Raises ``Unverified``."""
        visitor, keys = self._visitor, self._visitor.keys
        assert keys is not None
        now = now_ms() // 1000
        partner = twin.verify_partner(proposal.recipient.certificate, visitor.authority, now)
        values = [(name, (change or {}).get(name, value)) for name, value in proposal.fields if name not in strike]
        key = twin.make_answer_key()
        fields = tuple((name, value) for name, value in values if value.strip())
        content = twin.Content(proposal.report, visitor.conversation, proposal.recipient, partner.kid, fields, key)
        document = twin.document_of(content)
        consent = twin.sign_consent(keys, document, now)
        self._say(twin.decision_of(proposal.report, "yes", document=document, consent=consent))
        return Agreed(proposal.report, document, consent, key)

    def decline(self, report: str, decision: str = "no") -> None:
        """Say no, or later."""
        self._say(twin.decision_of(report, decision))

    async def withdraw(self, report: str, within_s: float = PATIENCE_S) -> ReportStatus | Error:
        """Take consent back, as the page does; return what holds now, or why nobody knows."""
        visitor, keys = self._visitor, self._visitor.keys
        assert keys is not None
        self._say(twin.decision_of(report, "withdrawn"))
        signed = twin.sign_withdrawal(keys, report, visitor.conversation, now_ms() // 1000)
        frame = Withdraw(conversation=visitor.conversation, report=report, withdrawal=signed)
        answer = await self._ask(frame, Withdrawn, within_s)
        return answer.status if isinstance(answer, Withdrawn) else answer

    async def follow(self, agreed: Agreed, words: Phrase, within_s: float = PATIENCE_S) -> int | Error:
        """Let words lead to the answer; return until when they do (ms since 1970), or why they do not."""
        conversation, report = self._visitor.conversation, agreed.report
        first = Follow(conversation=conversation, report=report, locator=words.locator)
        answer = await self._ask(first, Following, within_s)
        if not isinstance(answer, Following):
            return answer
        assert answer.share is not None
        box = words.seal(json.dumps({"report": report, "answer_key": agreed.answer_key}), answer.share)
        second = Follow(conversation=conversation, report=report, locator=words.locator, proof=words.proof, box=box)
        answer = await self._ask(second, Following, within_s)
        if not isinstance(answer, Following):
            return answer
        assert answer.until is not None
        return answer.until

    def statuses(self, report: str) -> list[dict[str, Any]]:
        """Return what the service said of a report in the chat, in order."""
        said = (json_object(message.body) or {} for message in self._visitor.heard_messages.ordered(Role.SERVICE))
        return [one for one in said if one.get("report") == report]

    async def becomes(self, report: str, status: ReportStatus, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """Wait until the service has said this of a report; return its word."""

        def words() -> list[dict[str, Any]]:
            return [one for one in self.statuses(report) if one["status"] == status]

        await self._visitor.until(lambda: bool(words()), within_s)
        return words()[-1]

    def _say(self, decision: str) -> None:
        self._visitor.say(decision, self._visitor.conversation, PlainKind.CONSENT)

    async def _ask(self, frame: Withdraw | Follow, answer: type[A], within_s: float) -> A | Error:
        """Say a frame and return its answer: a refusal names no frame, so one thing is asked at a time."""
        visitor = self._visitor
        before = len(visitor.frames)

        def answers() -> list[A | Error]:
            heard = visitor.frames[before:]
            return [one for one in heard if isinstance(one, answer) or (isinstance(one, Error) and one.cid is None)]

        await visitor.until(lambda: visitor.ready, within_s)
        visitor.send(frame)
        await visitor.until(lambda: bool(answers()), within_s)
        return answers()[0]


def opened_by(words: Phrase, found: Answer) -> tuple[str, dict[str, Any] | None]:
    """Open what words found once the conversation was gone: the report's id, and the answer if there is one."""
    box = json.loads(words.open(found.box, found.share))
    answer = twin.open_answer(found.answer, box["answer_key"], box["report"]) if found.answer else None
    return box["report"], answer


def _proposal(data: str) -> Proposal:
    said = json.loads(data)
    fields = twin.read_fields(said["fields"])
    assert fields is not None, "a proposal whose fields are none"
    return Proposal(said["report"], twin.Recipient(**said["recipient"]), fields)
