"""Words that every service uses for a conversation."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Event


class Category(StrEnum):
    """The three chats (V2)."""

    SEXUAL = "sexual"
    DOMESTIC = "domestic"
    DISCRIMINATION = "discrimination"


class Audience(StrEnum):
    """Who the visitor says they are (V3)."""

    VICTIM = "victim"
    WITNESS = "witness"
    RELATIVE = "relative"
    PROFESSIONAL = "professional"


class Force(StrEnum):
    """Who answers, by territorial competence (V4)."""

    POLICE = "police"
    GENDARMERIE = "gendarmerie"


class EndedBy(StrEnum):
    """Whose act, or what, ended a conversation."""

    VISITOR = "visitor"
    RED_BUTTON = "red_button"
    OPERATOR = "operator"
    SILENCE = "silence"


class ConversationEvent(Event):
    """A fact about one conversation."""

    ENTITY: ClassVar[str] = "conversation_id"

    conversation_id: UUID = Field(description="The conversation; the last token of the subject")


class ErasedFact(ConversationEvent):
    """A conversation is over and its transcript destroyed. Each service that can erase has its own subclass."""

    TYPE: ClassVar[str] = ""

    ended_by: EndedBy = Field(description="Whose act, or what, ended it")
    messages: int | None = Field(
        ge=0, description="How many messages it had; a figure, not content. Null: it expired, nobody could count them"
    )
