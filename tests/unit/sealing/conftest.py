"""An office that makes accounts, one of its consoles, and a chat with its log."""

import pytest

from tests.sealing.cast import Log, Office, now_s
from tests.sealing.staff import ShiftKey
from tests.sealing.visitor import VisitorKeys


@pytest.fixture(scope="module")
def office() -> Office:
    return Office()


@pytest.fixture
def log(office: Office) -> Log:
    return Log(VisitorKeys.make(office.public))


@pytest.fixture
def shift(office: Office) -> ShiftKey:
    return office.account().shift(now_s())
