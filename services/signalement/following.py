"""Words that lead to what became of a report when the conversation is gone.

What arrives here of them is hashed under a secret of the gateways: neither this service nor its disk can tell which
words to try. Five wrong tries, and they are dead.
"""

from services.signalement.domain.follows import Try, Words, attempt, left
from services.signalement.ports import ChangedMeanwhile, Follows, Store
from shared.clock import now_ms
from shared.contracts.signalement_reports import (
    FollowedQuery,
    FollowedReply,
    FollowOutcome,
    FollowReply,
    FollowReport,
)

TRIES = 8
"""How often something is done anew because somebody else was quicker."""
DAY_MS = 86_400_000


class Following:
    """The handlers."""

    def __init__(self, follows: Follows, store: Store, follow_days: int) -> None:
        self._follows = follows
        self._store = store
        self._lives_ms = follow_days * DAY_MS

    async def follow(self, asked: FollowReport) -> FollowReply:
        """Let words lead to a report from now on, in place of any before. Words of another report stay its own."""
        found = await self._store.get(asked.report)
        if found is None or found[0].conversation != asked.conversation:
            return FollowReply(until=None, reason="unknown")
        before = await self._follows.get(asked.locator)
        if before is not None and before[0].report != asked.report:
            return FollowReply(until=None, reason="taken")
        until = before[0].until if before else now_ms() + self._lives_ms
        words = Words(report=asked.report, proof=asked.proof, box=asked.box, until=until)
        older = await self._follows.locator_of(asked.report)
        try:
            await self._follows.keep(asked.locator, words, before[1] if before else 0)
        except ChangedMeanwhile:
            return FollowReply(until=None, reason="taken")
        await self._follows.point(asked.report, asked.locator)
        if older not in {None, asked.locator}:
            await self._follows.forget(str(older))
        return FollowReply(until=until)

    async def followed(self, asked: FollowedQuery) -> FollowedReply:
        """Try words. A wrong try is counted before it is answered."""
        for _ in range(TRIES):
            found = await self._follows.get(asked.locator)
            before = found[0] if found else None
            outcome, words = attempt(before, asked.proof, now_ms())
            try:
                if before is not None and words is None and outcome is Try.WRONG:
                    await self._follows.forget(asked.locator)
                elif found is not None and words is not None and words != before:
                    await self._follows.keep(asked.locator, words, found[1])
            except ChangedMeanwhile:
                continue
            return await self._reply(outcome, words)
        raise ChangedMeanwhile

    async def _reply(self, outcome: Try, words: Words | None) -> FollowedReply:
        if outcome is Try.WRONG:
            return FollowedReply(outcome=FollowOutcome.WRONG, left=left(words))
        found = await self._store.get(words.report) if words else None
        if outcome is Try.NOTHING or words is None or found is None:
            return FollowedReply(outcome=FollowOutcome.NOT_FOUND)
        report = found[0]
        return FollowedReply(
            outcome=FollowOutcome.FOUND,
            report=report.report,
            box=words.box,
            until=words.until,
            status=report.status,
            overdue=report.overdue,
            answer=report.answer,
            reason=report.reason,
        )
