"""What every event, command, query and reply has in common.

A contract is frozen and closed: an unknown field is an error, so that a producer and a consumer that disagree
find out at the border and not three services later.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4, uuid5

from pydantic import BaseModel, ConfigDict, Field

from shared.clock import utc_now


class Contract(BaseModel):
    """Base of everything that crosses a process border as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Contract):
    """A fact in the past tense, about one entity. Never content, never identity.

    ``TYPE`` is ``<owner>.<entity>.<past verb>.v<n>``; the subject is made from it by ``shared.subjects``.
    ``ENTITY`` names the field that holds the id of what the fact is about.
    """

    TYPE: ClassVar[str] = ""
    ENTITY: ClassVar[str] = "id"

    id: UUID = Field(default_factory=uuid4, description="Unique; also the Nats-Msg-Id, so a resend is dropped")
    type: str = Field(default="", description="<owner>.<entity>.<past verb>.v<n>")
    time: datetime = Field(default_factory=utc_now, description="When it happened, UTC, RFC 3339")
    causation_id: UUID | None = Field(default=None, description="The event or command that led to this one")
    trace: str = Field(default="", description="32 hex digits that one visit's events share; not an identity")

    @property
    def entity_id(self) -> str:
        """Last token of the subject: the id of the entity that the fact is about."""
        return str(getattr(self, self.ENTITY))

    def model_post_init(self, _context: Any) -> None:
        """Fill ``type`` from the class, and refuse a body whose type belongs to another contract."""
        if not self.type:
            object.__setattr__(self, "type", self.TYPE)
        elif self.type != self.TYPE:
            raise ValueError(f"type is {self.type!r}, this contract is {self.TYPE!r}")


def derived_id(cause: UUID, step: str) -> UUID:
    """Return the id of what ``cause`` leads to at ``step``: the same again when a message is redelivered."""
    return uuid5(cause, step)
