"""Writing a decision into the conversation's own record, where the gateway and the consoles read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from services.dispatcher.store.dispatch import Decision, queue_parts
from shared import keys
from shared.chat.frames import Role, Stage
from shared.chat.store import at, who

SCRIPT = Path(__file__).with_name("projection.lua")


@dataclass(frozen=True, slots=True)
class Projected:
    """What a projection found: whether the decision is the newest, and which instances held the ends before it."""

    newest: bool
    visitor_at: str
    operator_at: str


class Projection:
    """Projects decisions; an older one that comes late changes nothing."""

    def __init__(self, valkey: Redis) -> None:
        self._script = valkey.register_script(SCRIPT.read_text(encoding="utf-8"))

    async def write(self, decision: Decision) -> Projected | None:
        """Write what ``decision`` means for the record; None when the conversation is gone. Again is harmless."""
        flat = [item for pair in fields_of(decision).items() for item in pair]
        found: Any = await self._script(keys=[keys.conversation(decision.conversation)], args=[decision.version, *flat])
        if not found:
            return None
        newest, visitor_at, operator_at = found
        return Projected(bool(newest), visitor_at.decode(), operator_at.decode())


def fields_of(decision: Decision) -> Mapping[str, str | int]:
    """Return the fields that a decision sets; an empty string removes one."""
    if decision.kind == "assigned":
        return {
            "stage": Stage.ACTIVE,
            "position": "",
            "estimate_s": "",
            "assigned_at": decision.at_ms,
            "turn": decision.turn,
            who(Role.OPERATOR): decision.operator,
            at(Role.OPERATOR): "",
        }
    force, _ = queue_parts(decision.queue)
    return {"stage": Stage.WAITING, "force": force, who(Role.OPERATOR): "", at(Role.OPERATOR): ""}
