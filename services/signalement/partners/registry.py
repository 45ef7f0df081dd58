"""The registry of partners: a JetStream key-value bucket, one key an id, one ``Partner`` a value."""

from collections.abc import Callable

import nats.js.errors
from nats.js import JetStreamContext
from nats.js.kv import KeyValue
from pydantic import TypeAdapter, ValidationError

from shared import streams
from shared.contracts.signalement_partners import Partner
from shared.contracts.signalement_reports import PartnerId


class ChangedMeanwhile(Exception):
    """Somebody else changed the partner between reading and writing."""


class Registry:
    """Reads and writes partners. Raises what nats-py raises when NATS is away."""

    def __init__(self, bucket: KeyValue) -> None:
        self._bucket = bucket

    @classmethod
    async def open(cls, jetstream: JetStreamContext) -> "Registry":
        """Return the registry over the bucket that ``infra.streams`` declared; raises when it is missing."""
        return cls(await jetstream.key_value(streams.PARTNERS))

    async def get(self, partner: str) -> Partner | None:
        """Return a partner, or None; a text that cannot be an id has none."""
        found = await self._entry(partner)
        return found[0] if found else None

    async def all(self) -> list[Partner]:
        """Return every partner, the revoked ones included, by id."""
        try:
            ids = await self._bucket.keys()
        except nats.js.errors.NoKeysError:
            return []
        found = [await self.get(one) for one in sorted(ids)]
        return [partner for partner in found if partner]

    async def add(self, partner: Partner) -> None:
        """Store a new partner. Raises ``ChangedMeanwhile`` when there is one with that id."""
        try:
            await self._bucket.create(partner.id, partner.model_dump_json().encode())
        except nats.js.errors.KeyWrongLastSequenceError as error:
            raise ChangedMeanwhile(partner.id) from error

    async def change(self, partner: str, change: Callable[[Partner], Partner]) -> Partner | None:
        """Store what ``change`` makes of a partner and return it; None when there is no such partner.

        Raises ``ChangedMeanwhile``, and whatever ``change`` raises.
        """
        found = await self._entry(partner)
        if found is None:
            return None
        changed = change(found[0])
        if changed != found[0]:
            try:
                await self._bucket.update(partner, changed.model_dump_json().encode(), last=found[1])
            except nats.js.errors.KeyWrongLastSequenceError as error:
                raise ChangedMeanwhile(partner) from error
        return changed

    async def _entry(self, partner: str) -> tuple[Partner, int] | None:
        if not is_partner_id(partner):
            return None
        try:
            entry = await self._bucket.get(partner)
        except nats.js.errors.KeyNotFoundError:
            return None
        return Partner.model_validate_json(entry.value or b""), entry.revision or 0


_ID: TypeAdapter[str] = TypeAdapter(PartnerId)


def is_partner_id(text: str) -> bool:
    """Return whether a text has the form of a partner's id; what has not is never made part of a subject."""
    try:
        _ID.validate_python(text)
    except ValidationError:
        return False
    return True
