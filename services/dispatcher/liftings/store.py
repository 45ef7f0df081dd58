"""Requests to lift anonymity, in a JetStream key-value bucket: one key a conversation, every change compared first."""

from dataclasses import dataclass
from uuid import UUID

import nats.js.errors
from nats.aio.client import Client
from nats.js.kv import KeyValue

from services.dispatcher.domain.lifting import Lifting
from shared import streams

_ABSENT = (nats.js.errors.KeyNotFoundError, nats.js.errors.KeyDeletedError)


class Changed(Exception):
    """Somebody else was faster: look again."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A request as it stands at one revision."""

    lifting: Lifting
    revision: int


class Liftings:
    """Reads and writes them. Raises what nats-py raises when NATS is away."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._bucket: KeyValue | None = None

    async def get(self, conversation: UUID) -> Stored | None:
        """Return the last request about a conversation, or None."""
        try:
            entry = await (await self._open()).get(str(conversation))
        except _ABSENT:
            return None
        return Stored(Lifting.model_validate_json(entry.value or b""), entry.revision or 0)

    async def all(self) -> list[Stored]:
        """Return the last request about each conversation, oldest first."""
        try:
            names = await (await self._open()).keys()
        except nats.js.errors.NoKeysError:
            return []
        found = [await self.get(UUID(name)) for name in names]
        return sorted((one for one in found if one), key=lambda one: one.lifting.asked_at)

    async def put(self, lifting: Lifting, before: Stored | None) -> Stored:
        """Store a request in the place of ``before`` (none: there is none yet). Raises ``Changed``."""
        bucket, name, value = await self._open(), str(lifting.conversation), lifting.model_dump_json().encode()
        try:
            if before is None:
                revision = await bucket.create(name, value)
            else:
                revision = await bucket.update(name, value, last=before.revision)
        except nats.js.errors.KeyWrongLastSequenceError:
            raise Changed from None
        return Stored(lifting, revision)

    async def _open(self) -> KeyValue:
        if self._bucket is None:
            self._bucket = await self._client.jetstream().key_value(streams.LIFTINGS)
        return self._bucket
