"""What one socket says of reports: consent taken back, words that lead to the answer, the answer itself.

All of it is decided by the signalement service, which alone knows of reports; here it is proved whose conversation it
is.
"""

from typing import TypeVar
from uuid import UUID

from faststream.nats import NatsBroker

from services.gateway.pepper import Pepper
from shared import subjects
from shared.broker import QueryRefused, QueryUnavailable, ask
from shared.chat.frames import (
    Answer,
    AskAnswer,
    Error,
    ErrorCode,
    Follow,
    Following,
    Frame,
    FrameError,
    Withdraw,
    Withdrawn,
    Wrong,
)
from shared.chat.outbox import TokenBucket
from shared.contracts.envelope import Contract
from shared.contracts.signalement_reports import (
    FollowedQuery,
    FollowedReply,
    FollowOutcome,
    FollowReply,
    FollowReport,
    WithdrawReply,
    WithdrawReport,
)
from shared.logs import get_logger

ASK_TIMEOUT_S = 4.0
AGAIN_AFTER_MS = 2_000
FIND, PROOF, SHARE = "follow find", "follow proof", "follow share"
"""Uses of the secret."""
A_SECOND, AT_ONCE = 0.2, 12
"""How often one socket may speak of its reports: each time, the service writes something down."""
Reply = TypeVar("Reply", bound=Contract)


class Reporting:
    """See the module's text. Raises ``FrameError`` for whatever is not done."""

    __slots__ = ("_broker", "_bucket", "_pepper")

    def __init__(self, broker: NatsBroker, pepper: Pepper) -> None:
        self._broker = broker
        self._pepper = pepper
        self._bucket = TokenBucket(A_SECOND, AT_ONCE)

    async def withdraw(self, frame: Withdraw) -> Frame:
        """Answer ``withdraw``: what holds now."""
        self._slow_down(frame.conversation)
        asked = WithdrawReport(
            conversation=UUID(frame.conversation), report=_id(frame.report), withdrawal=frame.withdrawal
        )
        reply = await self._ask(subjects.WITHDRAW, asked, WithdrawReply, frame.conversation)
        if reply.status is None:
            raise _refused(ErrorCode.NOT_FOUND, "there is no such report", frame.conversation)
        if reply.reason is not None:
            raise _refused(ErrorCode.FORBIDDEN, "this is not what the conversation's key signed", frame.conversation)
        return Withdrawn(conversation=frame.conversation, report=frame.report, status=reply.status)

    async def follow(self, frame: Follow) -> Frame:
        """Answer ``follow``: the share, or until when the words work."""
        self._slow_down(frame.conversation)
        self._check_offered(frame.conversation)
        if frame.proof is None or frame.box is None:
            share = self._pepper.share(SHARE, frame.locator)
            return Following(conversation=frame.conversation, report=frame.report, share=share)
        asked = FollowReport(
            report=_id(frame.report),
            conversation=UUID(frame.conversation),
            locator=self._pepper.keyed(FIND, frame.locator).hex(),
            proof=self._pepper.keyed(PROOF, frame.proof).hex(),
            box=frame.box,
        )
        reply = await self._ask(subjects.FOLLOW, asked, FollowReply, frame.conversation)
        if reply.until is None and reply.reason == "taken":
            raise _refused(ErrorCode.TAKEN, "these words are another report's", frame.conversation)
        if reply.until is None:
            raise _refused(ErrorCode.NOT_FOUND, "there is no such report", frame.conversation)
        return Following(conversation=frame.conversation, report=frame.report, until=reply.until)

    async def answer(self, frame: AskAnswer) -> Frame:
        """Answer ``ask_answer``: what became of the report, or how many tries are left."""
        self._check_offered()
        query = FollowedQuery(
            locator=self._pepper.keyed(FIND, frame.locator).hex(), proof=self._pepper.keyed(PROOF, frame.proof).hex()
        )
        reply = await self._ask(subjects.FOLLOWED, query, FollowedReply)
        if reply.outcome is FollowOutcome.WRONG:
            return Wrong(left=reply.left or 0)
        if reply.report is None or reply.status is None or reply.box is None or reply.until is None:
            raise _refused(ErrorCode.NOT_FOUND, "nothing is known of these words")
        return Answer(
            report=str(reply.report),
            status=reply.status,
            share=self._pepper.share(SHARE, frame.locator),
            box=reply.box,
            until=reply.until,
            overdue=reply.overdue,
            answer=reply.answer,
            reason=reply.reason,
        )

    async def _ask(self, subject: str, asked: Contract, reply: type[Reply], conversation: str | None = None) -> Reply:
        try:
            return await ask(self._broker, subject, asked, reply, ASK_TIMEOUT_S)
        except (QueryUnavailable, QueryRefused) as error:
            get_logger().warning("signalement_not_answered", subject=subject, conversation=conversation, error=error)
            detail = "reports cannot be reached; try again in a moment"
            failed = Error(
                code=ErrorCode.UNAVAILABLE, detail=detail, conversation=conversation, retry_after_ms=AGAIN_AFTER_MS
            )
            raise FrameError(failed) from error

    def _slow_down(self, conversation: str) -> None:
        wait = self._bucket.take()
        if wait:
            detail = "too much about reports at once; say this again later"
            raise FrameError(
                Error(code=ErrorCode.TOO_FAST, detail=detail, conversation=conversation, retry_after_ms=wait)
            )

    def _check_offered(self, conversation: str | None = None) -> None:
        if not self._pepper.given:
            raise _refused(ErrorCode.FORBIDDEN, "this installation offers no words", conversation)


def _id(text: str) -> UUID:
    """Read a report's id. Raises ``FrameError``."""
    try:
        return UUID(text)
    except ValueError:
        raise _refused(ErrorCode.INVALID, "a report has a UUID") from None


def _refused(code: ErrorCode, detail: str, conversation: str | None = None) -> FrameError:
    return FrameError(Error(code=code, detail=detail, conversation=conversation))
