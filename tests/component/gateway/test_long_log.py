"""A long conversation comes back whole."""

from infra.local.stack import Stack
from shared.chat.frames import MAX_BODY, Ack, Message, Resumed
from tests.component.gateway.raw import Raw

LONG = 30


async def test_a_log_larger_than_the_outbox_is_read_to_its_end_and_not_taken_for_a_slow_client(
    system: Stack, raw: Raw
) -> None:
    """V14 O8: half a megabyte of messages, resumed from the first."""
    opened = await raw.open()
    for number in range(LONG):
        await raw.send(t="say", conversation=opened.conversation, cid=f"long-{number:05}", body="x" * MAX_BODY)
        assert isinstance(await raw.hear(), Ack)
    async with Raw(system.addresses.visitor) as again:
        await again.send(t="resume", conversation=opened.conversation, token=opened.token, seq=0)
        assert isinstance(await again.hear(), Resumed)
        heard = [await again.hear() for _ in range(LONG)]
    assert [frame.seq for frame in heard if isinstance(frame, Message)] == list(range(1, LONG + 1))
