"""The router's command line answers at once."""

import subprocess
import sys

HEAVY = ("aiohttp", "faststream", "nats", "pydantic_settings", "redis", "structlog")
"""What a look-up does not need, and what would double the time to its answer."""


def test_a_look_up_loads_nothing_that_it_does_not_need() -> None:
    """V4: ``lookup`` is for whoever checks an address in a hurry; brokers, stores and logs are for the service."""
    listing = "import sys, services.router.cli; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", listing], check=True, capture_output=True, text=True)
    assert set(found.stdout.split()).isdisjoint(HEAVY)
