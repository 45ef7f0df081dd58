"""The dispatcher's events, made from decisions: the same decision always gives the same event, id included."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.dispatcher.store.dispatch import Decision, queue_parts
from shared.contracts.conversation import EndedBy
from shared.contracts.dispatcher import (
    ConversationAssigned,
    ConversationErasedByDispatcher,
    ConversationFound,
    ConversationMissing,
    ConversationQueued,
    ConversationReleased,
    MissingEnd,
)
from shared.contracts.envelope import Event, derived_id


def of_decision(decision: Decision) -> Event | None:
    """Return the fact that a decision is; None when it is between staff alone."""
    force, category = queue_parts(decision.queue)
    match decision.kind:
        case "queued":
            return ConversationQueued(**_about(decision, "queued"), force=force, category=category)
        case "moved":
            return ConversationQueued(**_about(decision, f"moved.{decision.version}"), force=force, category=category)
        case "parted" | "joined" | "left":
            return None
        case "missing":
            return ConversationMissing(
                **_about(decision, f"missing.{decision.version}"),
                operator=decision.operator or None,
                force=force,
                category=category,
                last_sign=datetime.fromtimestamp(decision.missing_ms / 1000, UTC),
            )
        case "found":
            why = decision.found_why or MissingEnd.RETURNED
            return ConversationFound(**_about(decision, f"found.{decision.version}"), why=why)
        case "assigned" | "transferred":
            return ConversationAssigned(
                **_about(decision, f"assigned.{decision.turn}"),
                operator=decision.operator,
                force=force,
                category=category,
                turn=decision.turn,
                waited_ms=decision.waited_ms,
            )
        case "released":
            return ConversationReleased(
                **_about(decision, f"released.{decision.turn}"), operator=decision.operator, reason=decision.reason
            )
        case "ended":
            return ConversationErasedByDispatcher(
                **_about(decision, "erased"), ended_by=EndedBy.OPERATOR, messages=decision.messages
            )
        case "vanished":
            return ConversationErasedByDispatcher(**_about(decision, "erased"), ended_by=EndedBy.SILENCE, messages=None)


def _about(decision: Decision, step: str) -> dict[str, Any]:
    conversation = UUID(decision.conversation)
    return {
        "id": derived_id(conversation, step),
        "time": datetime.fromtimestamp(decision.at_ms / 1000, UTC),
        "trace": conversation.hex,
        "conversation_id": conversation,
    }
