"""Key-value buckets of JetStream as what signalement keeps: reports, words, figures."""

from collections.abc import Awaitable
from typing import TypeVar
from uuid import UUID

import nats.js.errors
from nats.js import JetStreamContext
from nats.js.kv import KeyValue

from services.signalement.domain.follows import Words
from services.signalement.domain.reports import Report
from services.signalement.ports import ChangedMeanwhile
from shared import streams
from shared.contracts.envelope import Contract

Kept = TypeVar("Kept", bound=Contract)


async def value_of(bucket: KeyValue, key: str, kind: type[Kept]) -> tuple[Kept, int] | None:
    """Return a value and its revision."""
    try:
        entry = await bucket.get(key)
    except nats.js.errors.KeyNotFoundError:
        return None
    return kind.model_validate_json(entry.value or b""), entry.revision or 0


async def unless_changed(writing: Awaitable[int]) -> int:
    """Return the new revision. Raises ``ChangedMeanwhile`` when what was to be replaced is no longer there."""
    try:
        return await writing
    except nats.js.errors.KeyWrongLastSequenceError as error:
        raise ChangedMeanwhile from error


def _bytes(value: Contract) -> bytes:
    return value.model_dump_json().encode()


class ReportBucket:
    """See ``ports.Store``."""

    def __init__(self, bucket: KeyValue) -> None:
        self._bucket = bucket

    @classmethod
    async def open(cls, jetstream: JetStreamContext) -> "ReportBucket":
        """Return the bucket that ``infra.streams`` declared; raises when it is missing."""
        return cls(await jetstream.key_value(streams.REPORTS))

    async def get(self, report: UUID) -> tuple[Report, int] | None:
        return await value_of(self._bucket, str(report), Report)

    async def create(self, report: Report) -> int:
        return await unless_changed(self._bucket.create(str(report.report), _bytes(report)))

    async def replace(self, report: Report, revision: int) -> int:
        return await unless_changed(self._bucket.update(str(report.report), _bytes(report), last=revision))


class Pointer(Contract):
    """Which words lead to a report."""

    locator: str


class FollowBucket:
    """See ``ports.Follows``."""

    def __init__(self, bucket: KeyValue) -> None:
        self._bucket = bucket

    @classmethod
    async def open(cls, jetstream: JetStreamContext) -> "FollowBucket":
        """Return the bucket that ``infra.streams`` declared; raises when it is missing."""
        return cls(await jetstream.key_value(streams.FOLLOWS))

    async def get(self, locator: str) -> tuple[Words, int] | None:
        return await value_of(self._bucket, streams.follow_words(locator), Words)

    async def keep(self, locator: str, words: Words, revision: int) -> None:
        key = streams.follow_words(locator)
        if revision:
            await unless_changed(self._bucket.update(key, _bytes(words), last=revision))
        else:
            await unless_changed(self._bucket.create(key, _bytes(words)))

    async def forget(self, locator: str) -> None:
        await self._bucket.purge(streams.follow_words(locator))

    async def locator_of(self, report: UUID) -> str | None:
        found = await value_of(self._bucket, streams.follow_report(str(report)), Pointer)
        return found[0].locator if found else None

    async def point(self, report: UUID, locator: str) -> None:
        await self._bucket.put(streams.follow_report(str(report)), _bytes(Pointer(locator=locator)))
