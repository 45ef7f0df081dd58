"""Three dispatchers die again and again while visitors come: the short form of ``make chaos`` (O8, O9)."""

from infra.local.stack import Stack
from tests.chaos.fleet import Plan, run

SHORT = Plan(consoles=9, visitors=80, seconds=6.0, kill_every_s=(0.4, 1.2), offers=0.3)


async def test_nobody_is_lost_or_has_two_operators_whichever_dispatcher_dies(mortal: Stack) -> None:
    """O8, O9: zero double assignments, zero lost conversations, zero over the limit; some are handed over meanwhile."""
    outcome = await run(mortal, SHORT)
    print(outcome.text())
    assert outcome.lost == []
    assert outcome.ledger.faults == {}
    assert outcome.doubled == 0
    assert outcome.served == SHORT.visitors
    assert outcome.kills >= 3
    assert outcome.ledger.looks > 20
    assert outcome.transfers["offer"] >= 3
    assert outcome.transfers["accept"] >= 1
