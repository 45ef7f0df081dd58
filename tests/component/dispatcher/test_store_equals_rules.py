"""The script in the store decides exactly as the pure rules do, whatever happens in whatever order (O1, O9)."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.component.dispatcher.beside.calling import CallingIn
from tests.servers import ValkeyServer


@pytest.fixture
def machine(valkey: ValkeyServer) -> type[CallingIn]:
    return type("Machine", (CallingIn,), {"url": valkey.url})


def test_the_store_decides_as_the_rules_do(machine: type[CallingIn]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
