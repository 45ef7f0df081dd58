"""What the gateway (visitors) tells the others."""

from typing import ClassVar

from pydantic import Field

from shared.contracts.conversation import Audience, Category, ConversationEvent, ErasedFact


class ConversationOpened(ConversationEvent):
    """A visitor chose a chat and waits for a specialist."""

    TYPE: ClassVar[str] = "gateway.conversation.opened.v1"

    category: Category = Field(description="Which of the three chats")
    audience: Audience = Field(description="Who the visitor says they are")
    postal_code: str | None = Field(default=None, max_length=12, description="As typed; need not be true (V4)")
    commune: str | None = Field(default=None, max_length=5, description="INSEE code, when the visitor chose one")
    language: str = Field(default="fr", max_length=8, description="BCP 47 tag of the page")
    signer: str | None = Field(
        default=None,
        pattern=r"^[0-9A-Za-z_-]{43}$",
        description="Name of the key by which the page signs for this conversation: a consent counts by no other",
    )


class ConversationEndangered(ConversationEvent):
    """Somebody said that they are in danger, or took it back: which of the two holds stands with the conversation.

    So neither a repeat nor the order of two of them matters, and nothing of it is on a disk.
    """

    TYPE: ClassVar[str] = "gateway.conversation.endangered.v1"


class ConversationErasedByGateway(ErasedFact):
    """The visitor left and the conversation was destroyed."""

    TYPE: ClassVar[str] = "gateway.conversation.erased.v1"
