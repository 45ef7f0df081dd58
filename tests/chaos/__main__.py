"""``python -m tests.chaos``: a minute of SIGKILL over three dispatchers, a hundred consoles, two thousand visitors."""

import argparse
import asyncio
import os
from dataclasses import fields, replace

from tests.chaos.fleet import OPEN_DOORS, Outcome, Plan, run
from tests.stack import running_stack


async def _run(plan: Plan) -> Outcome:
    os.environ.update(OPEN_DOORS)
    async with running_stack() as stack:
        return await run(stack, plan)


def main() -> int:
    """Run; 1 when anything was lost, doubled or over a limit."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    for one in fields(Plan):
        if isinstance(one.default, int | float):
            parser.add_argument(f"--{one.name}", type=type(one.default), default=one.default)
    plan = replace(Plan(), **vars(parser.parse_args()))
    outcome = asyncio.run(_run(plan))
    print(outcome.text())
    for line in outcome.lost[:10]:
        print("lost:", line)
    return 1 if outcome.lost or outcome.doubled or outcome.ledger.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
