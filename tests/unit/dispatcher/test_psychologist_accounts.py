"""What an account of a psychologist serves, and how one is stated (O4)."""

import pytest

from services.dispatcher.cli import main
from services.dispatcher.domain.claims import Names, member
from services.dispatcher.staff.accounts import Account, StaffRole
from shared.contracts.conversation import Category, Force

BOTH = ["gendarmerie.psychologist", "police.psychologist"]
NAMES = Names("login", "roles", "force", "categories", "languages")


def _account(*roles: StaffRole, both: bool = False) -> Account:
    return Account(
        login="psy1", force=Force.GENDARMERIE, categories=tuple(Category), limit=2, roles=roles, both_forces=both
    )


def test_a_psychologist_serves_calls_and_no_queue() -> None:
    assert _account(StaffRole.PSYCHOLOGIST).skills == ["gendarmerie.psychologist"]
    assert sorted(_account(StaffRole.PSYCHOLOGIST, StaffRole.SUPERVISOR, both=True).skills) == BOTH


def test_whoever_is_an_operator_too_sits_as_an_operator() -> None:
    account = _account(StaffRole.OPERATOR, StaffRole.PSYCHOLOGIST, both=True)
    assert not account.is_psychologist
    assert account.forces == [Force.GENDARMERIE]
    assert account.queues == [f"gendarmerie.{category}" for category in Category]


def test_an_identity_provider_may_state_the_role() -> None:
    said = {"sub": "1", "login": "psy1", "roles": ["psychologist"], "force": "police"}
    assert member(said, NAMES).roles == ("psychologist",)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--force", "police", "--both-forces"], "--both-forces is for psychologists"),
        (["--magistrate", "--psychologist"], "a magistrate is nothing else here"),
    ],
)
def test_roles_that_do_not_go_together_are_refused(
    words: list[str], why: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SECRET", "long enough a password")
    assert main(["account", "add", "psy1", "--password-env", "SECRET", *words]) == 1
    assert why in capsys.readouterr().err
