"""What the dispatcher (operators) tells the others."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from shared.contracts.conversation import Category, ConversationEvent, ErasedFact, Force


class ReleaseReason(StrEnum):
    """Why a conversation went back to the head of its queue."""

    OPERATOR_LOST = "operator_lost"
    """The console gave no sign of life until the grace was over."""

    OPERATOR_LEFT = "operator_left"
    """The operator logged out, or their account was closed."""

    REASSIGNED = "reassigned"
    """A supervisor gave it to somebody else, or back to the queue."""


class ConversationQueued(ConversationEvent):
    """It waits for an operator of this force and category."""

    TYPE: ClassVar[str] = "dispatcher.conversation.queued.v1"

    force: Force = Field(description="Whose queue")
    category: Category = Field(description="Which of the three chats")


class ConversationAssigned(ConversationEvent):
    """One operator, and only one, has it: given to them, or handed over to them by the one before."""

    TYPE: ClassVar[str] = "dispatcher.conversation.assigned.v1"

    operator: str = Field(description="The operator's account id (a matricule, not a name)")
    force: Force = Field(description="The operator's force")
    category: Category = Field(description="Which of the three chats")
    turn: int = Field(ge=1, description="1 for the first operator, 2 for the one who took over, ...")
    waited_ms: int = Field(ge=0, description="Milliseconds since the visitor opened it, or since it was put back")


class ConversationReleased(ConversationEvent):
    """Its operator is gone for good; it is back at the head of its queue."""

    TYPE: ClassVar[str] = "dispatcher.conversation.released.v1"

    operator: str = Field(description="The account id of the operator who had it")
    reason: ReleaseReason = Field(description="Why it was taken back")


class MissingEnd(StrEnum):
    """Why a visitor who vanished while in danger is no longer missing."""

    RETURNED = "returned"
    """Their page is back."""

    DANGER_OVER = "danger_over"
    """Whoever may say so said that nobody is in danger."""

    SAFE = "safe"
    """Closed by staff: the person is known to be safe."""

    PATROL_THERE = "patrol_there"
    """Closed by staff: a patrol is with them."""

    HANDED_ON = "handed_on"
    """Closed by staff: another service has taken charge."""

    MISTAKE = "mistake"
    """Closed by staff: there was no danger."""


class ConversationMissing(ConversationEvent):
    """Its visitor is in danger and gave no sign for too long."""

    TYPE: ClassVar[str] = "dispatcher.conversation.missing.v1"

    force: Force = Field(description="Whose queue it is of")
    category: Category = Field(description="Which of the three chats")
    operator: str | None = Field(description="The account id of the operator who has it; null: it waits")
    last_sign: datetime = Field(description="When the visitor's page last gave a sign, UTC")


class ConversationFound(ConversationEvent):
    """Its visitor is no longer missing."""

    TYPE: ClassVar[str] = "dispatcher.conversation.found.v1"

    why: MissingEnd = Field(description="Why")


class ConversationErasedByDispatcher(ErasedFact):
    """The operator ended the conversation and it was destroyed; or its visitor fell silent and it expired."""

    TYPE: ClassVar[str] = "dispatcher.conversation.erased.v1"
