"""Patrols that were asked for, kept apart from the conversations they were asked in: an erased one takes none along.

What becomes of one comes from the signalement service as of every report. Whether somebody was late is told by this
clock too: a service that is away must not keep an alarm from sounding (O6).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from services.dispatcher.store.dispatch import text
from shared import keys
from shared.clock import now_ms
from shared.contracts.audit import AuditAction
from shared.contracts.signalement_reports import ReportChanged, ReportStatus

if TYPE_CHECKING:
    from services.dispatcher.floor import Floor

KEPT_S = 86_400
WAITS = (ReportStatus.RECEIVED, ReportStatus.SUBMITTED)
NECESSITY = "state_of_necessity"
"""Why it is sent without consent, as the audit says it."""

_PUT = """
local revision = tonumber(redis.call('HGET', KEYS[1], 'revision') or '-1')
if tonumber(ARGV[2]) <= revision then return 0 end
for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('HSETNX', KEYS[1], 'at', ARGV[3])
redis.call('HSET', KEYS[1], 'revision', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""


class Patrol(msgspec.Struct, frozen=True):
    """One patrol. Moments in ms; 0: not yet. ``called_by``: who has called the emergency number instead.

    ``alarm``: nobody has taken charge of it in time, or it was refused, and nobody has called.
    ``answer``: sealed; ``answer_key``: what opens it, sealed for the consoles on duty of the force that asked.
    """

    report: str
    conversation: str
    operator: str
    partner: str
    department: str
    status: str
    at: int
    taken_at: int
    alarm: bool
    called_by: str | None
    answer: str | None
    answer_key: str | None
    reason: str | None


class Patrols:
    """See the module's text."""

    def __init__(self, floor: "Floor", deadline_s: int) -> None:
        self._floor = floor
        self._valkey = floor.conversations.client
        self._deadline_ms = deadline_s * 1000
        self._put = self._valkey.register_script(_PUT)

    async def asked(
        self,
        report: UUID,
        conversation: UUID,
        operator: str,
        partner: str,
        department: str,
        answer_key: str | None = None,
    ) -> None:
        """Note that an operator asked for one, and that somebody is in danger."""
        said = {"conversation": str(conversation), "operator": operator, "partner": partner, "department": department}
        await self._note(report, 0, {**said, "status": ReportStatus.RECEIVED})
        # What became of it may have come first.
        await self._valkey.hsetnx(keys.patrol(str(report)), "operator", operator)
        if answer_key:
            await self._valkey.hsetnx(keys.patrol(str(report)), "answer_key", answer_key)
        self._floor.audit.record(
            AuditAction.PATROL_ASKED, account=operator, conversation=conversation, target=partner, reason=NECESSITY
        )
        await self._floor.dangers.say(str(conversation), operator, on=True)

    async def changed(self, fact: ReportChanged) -> None:
        """Note what became of one; an older word that comes late changes nothing."""
        said = {
            "conversation": str(fact.conversation),
            "partner": fact.partner,
            "department": fact.department,
            "status": fact.status,
        }
        said |= {"answer": fact.answer} if fact.answer else {}
        said |= {"reason": fact.reason} if fact.reason else {}
        said |= {"overdue": "1"} if fact.overdue else {}
        said |= {"taken_at": str(_ms(fact))} if fact.status is ReportStatus.TAKEN else {}
        await self._note(fact.report, fact.revision, said)

    async def all(self) -> list[Patrol]:
        """Return every patrol of the last day, the newest first."""
        now = now_ms()
        await self._valkey.zremrangebyscore(keys.PATROLS, "-inf", now - KEPT_S * 1000)
        reports = [text(one) for one in await self._valkey.zrange(keys.PATROLS, 0, -1, desc=True)]
        async with self._valkey.pipeline(transaction=False) as pipe:
            for report in reports:
                pipe.hgetall(keys.patrol(report))
            found = await pipe.execute()
        return [self._read(report, fields, now) for report, fields in zip(reports, found, strict=True) if fields]

    async def of(self, operator: str) -> list[Patrol]:
        """Return those that an operator asked for, and those of the conversations that they have now."""
        every = await self.all()
        held = {one: await self._floor.dispatch.holder(one) for one in {patrol.conversation for patrol in every}}
        return [patrol for patrol in every if operator in (patrol.operator, held[patrol.conversation])]

    async def called(self, report: UUID, who: str) -> bool:
        """Note that somebody has called the emergency number instead; False when there is no such patrol, or done."""
        key = keys.patrol(str(report))
        if not await self._valkey.exists(key) or not await self._valkey.hsetnx(key, "called_by", who):
            return False
        conversation = UUID(text(await self._valkey.hget(key, "conversation")))
        self._floor.audit.record(AuditAction.PATROL_CALLED, account=who, conversation=conversation)
        return True

    async def _note(self, report: UUID, revision: int, said: Mapping[str, str]) -> None:
        at = now_ms()
        flat = [item for pair in said.items() for item in pair]
        await self._put(keys=[keys.patrol(str(report))], args=[KEPT_S, revision, at, *flat])
        await self._valkey.zadd(keys.PATROLS, {str(report): at}, nx=True)

    def _read(self, report: str, fields: Mapping[bytes, bytes], now: int) -> Patrol:
        said: dict[str, Any] = {name.decode(): value.decode() for name, value in fields.items()}
        status, at = said["status"], int(said["at"])
        late = status in WAITS and ("overdue" in said or now - at > self._deadline_ms)
        return Patrol(
            report=report,
            conversation=said["conversation"],
            operator=said.get("operator", ""),
            partner=said["partner"],
            department=said["department"],
            status=status,
            at=at,
            taken_at=int(said.get("taken_at", 0)),
            alarm=(late or status == ReportStatus.REFUSED) and "called_by" not in said,
            called_by=said.get("called_by"),
            answer=said.get("answer"),
            answer_key=said.get("answer_key"),
            reason=said.get("reason"),
        )


def _ms(fact: ReportChanged) -> int:
    return int(fact.time.timestamp() * 1000)
