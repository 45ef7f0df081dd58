"""The hard case in real browsers (V6, O8): an operator's tab is killed while the visitor's page is off line."""

import time

from playwright.async_api import expect

from infra.local.stack import Stack
from services.dispatcher.domain.presence import Patience
from services.dispatcher.store.duty import DutyStore
from shared.contracts.conversation import Force
from tests.e2e.people import People, Visitor
from tests.search import store_client
from tests.servers import eventually

WITHIN_S = 20.0
"""From the death of the tab: the grace for a console that only stumbled is fifteen seconds of it."""
SAID = ("il est rentré", "je n'ose plus parler", "ne m'appelez pas")


async def _off_line(visitor: Visitor) -> None:
    """The phone is off line and its page stands still: it can give nobody a key."""
    await visitor.page.context.set_offline(True)
    session = await visitor.page.context.new_cdp_session(visitor.page)
    await session.send("Page.setWebLifecycleState", {"state": "frozen"})


async def _both_have_the_duty_key(stack: Stack) -> None:
    async with store_client(stack) as store:
        duties = DutyStore(store, Patience())

        async def boxed() -> bool:
            return (await duties.look())[Force.POLICE].holders == 2

        await eventually(boxed, within_s=15)


async def test_the_next_operator_reads_everything_while_the_visitor_is_off_line(people: People, stack: Stack) -> None:
    first = await people.operator(0)
    visitor = await people.visitor()
    await visitor.ask("domestic", "75011")
    await first.open_first()
    for text in SAID:
        await visitor.say(text)
        await expect(first.line(text)).to_be_visible()
    await first.say("Je vous lis.")
    await expect(visitor.line("Je vous lis.")).to_be_visible()
    second = await people.operator(1)
    await _both_have_the_duty_key(stack)
    await _off_line(visitor)
    await first.page.close()
    died = time.monotonic()
    await second.page.locator(".lines button").first.wait_for(timeout=WITHIN_S * 1000)
    await second.open_first()
    for text in (*SAID, "Je vous lis."):
        await expect(second.line(text)).to_be_visible(timeout=WITHIN_S * 1000)
    took = time.monotonic() - died
    print(f"read by the next operator {took:.1f} s after the tab was killed")
    assert took < WITHIN_S
    await expect(second.page.locator(".pane .closed")).to_have_count(0)
    await expect(second.page.locator(".pane textarea").first).to_be_editable()
    await visitor.page.context.set_offline(False)
