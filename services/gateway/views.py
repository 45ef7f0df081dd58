"""What a visitor may know of where the conversation stands."""

from shared.chat.frames import Stage, State
from shared.chat.store import Record


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
        peer_connected=record.operator_at is not None if record.stage is Stage.ACTIVE else None,
    )
