"""What a visitor may know of where the conversation stands."""

from typing import Literal

from shared.chat.frames import Role, Stage, State
from shared.chat.store import Record


def _psychologist(record: Record) -> Literal["here", "left"] | None:
    """Return whether a psychologist is in it, or has been: what kind of people saw it, never who."""
    if record.psychologist is not None:
        return "here"
    seen_as = {turn.split(" ")[0] for turn in record.turns.split(";")}
    return "left" if Role.PSYCHOLOGIST in seen_as else None


def of_record(cid: str, record: Record) -> State:
    """Return the state to show: a position only while waiting, the peer's presence only once there is one."""
    waiting = record.stage is Stage.WAITING
    return State(
        conversation=cid,
        stage=record.stage,
        force=record.force,
        unit=record.unit,
        position=record.position if waiting else None,
        estimate_s=record.estimate_s if waiting else None,
        notice=record.notice if waiting else None,
        resumable_until=record.resumable_until,
        danger=record.danger,
        handover=record.colleague is not None,
        turn=record.turn or None,
        psychologist=_psychologist(record),
        peer_connected=record.operator_at is not None if record.stage is Stage.ACTIVE else None,
    )
