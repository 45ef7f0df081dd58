"""Processes die by SIGKILL in the middle of a conversation: every acknowledged message is there, once and in order."""

import pytest

from infra.local.stack import Stack
from tests.chaos.chat import Chat

EACH = 200
"""Messages that each end says."""


@pytest.mark.parametrize("victim", ["gateway", "dispatcher", "nats"])
async def test_nothing_acknowledged_is_lost_doubled_or_moved_when_a_process_is_killed(
    mortal: Stack, chat: Chat, victim: str
) -> None:
    """O8, and the design's promise of one truth, the store."""
    chat.visitor_says(EACH)
    chat.operator_says(EACH)
    await chat.until_stored(EACH // 2)
    mortal.kill(victim)
    acknowledged = {
        message.cid: (message.seq, message.body)
        for transcript in (chat.visitor.heard_messages, chat.operator.transcript(chat.conversation))
        for message in transcript.messages.values()
    }
    assert len(acknowledged) < 2 * EACH, "it has to die in the middle"
    await mortal.start_service(victim)
    await chat.until_all_is_said(2 * EACH)
    final = {message.cid: (message.seq, message.body) for message in chat.visitor.heard_messages.messages.values()}
    assert acknowledged.items() <= final.items()


async def test_a_gateway_killed_again_and_again_loses_nothing(mortal: Stack, chat: Chat) -> None:
    for turn in range(3):
        chat.visitor_says(40, first=40 * turn)
        chat.operator_says(40, first=40 * turn)
        await chat.until_stored(80 * turn + 20)
        await mortal.restart("gateway")
    await chat.until_all_is_said(240)
    assert chat.visitor.connections >= 4


async def test_both_services_killed_at_once_lose_nothing(mortal: Stack, chat: Chat) -> None:
    chat.visitor_says(100)
    chat.operator_says(100)
    await chat.until_stored(40)
    mortal.kill("gateway")
    mortal.kill("dispatcher")
    await mortal.start_service("gateway")
    await mortal.start_service("dispatcher")
    await chat.until_all_is_said(200)
