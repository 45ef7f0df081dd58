"""Who may lift anonymity, when, and how often: the rules, with every order of steps that can be thought of (O7)."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.dispatcher.domain import lifting as rules
from services.dispatcher.domain.lifting import (
    GRANTING,
    HANDED_FOR_MS,
    NEXT,
    Address,
    Ground,
    Hindered,
    Hindrance,
    Lifting,
    Motive,
    Status,
    Step,
)
from shared.contracts.conversation import Category, Force

ASKER, ONE, OTHER = "police1", "parquet1", "parquet2"
PEOPLE = st.sampled_from([ASKER, ONE, OTHER])
AT = 1_800_000_000_000
WHY, WHY_NOT = Motive.LIFE_IN_DANGER, Motive.OTHER_MEANS


def asked(sealed: tuple[str, ...] = ("sealed",)) -> Lifting:
    return Lifting(
        id=uuid4(),
        conversation=uuid4(),
        force=Force.POLICE,
        category=Category.DOMESTIC,
        ground=Ground.EMERGENCY,
        asked_by=ASKER,
        asked_at=AT,
        reasons="sealed reasons",
        address=Address.KEPT if sealed else Address.NONE,
        sealed=sealed,
    )


def hindrance(step: Callable[[], Lifting]) -> Hindrance:
    with pytest.raises(Hindered) as hindered:
        step()
    return hindered.value.why


class AnyOrder(RuleBasedStateMachine):
    """Three people and a clock do what they like with one request."""

    def __init__(self) -> None:
        super().__init__()
        self.lifting = asked()
        self.now = AT
        self.handed_to: list[str] = []
        self.confirmed = 0

    def attempt(self, step: Callable[[], Lifting]) -> bool:
        before = self.lifting
        try:
            self.lifting = step()
        except Hindered:
            assert self.lifting is before
            return False
        return True

    @rule(by=PEOPLE, motive=st.sampled_from(Motive))
    def grant(self, by: str, motive: Motive) -> None:
        if self.attempt(lambda: rules.grant(self.lifting, by, motive, None, self.now)):
            assert by != ASKER
            assert motive in GRANTING
            self.handed_to.append(by)

    @rule(by=PEOPLE, motive=st.sampled_from(Motive))
    def refuse(self, by: str, motive: Motive) -> None:
        if self.attempt(lambda: rules.refuse(self.lifting, by, motive, None, self.now)):
            assert by != ASKER
            assert motive not in GRANTING

    @rule(by=PEOPLE)
    def collect(self, by: str) -> None:
        if self.attempt(lambda: rules.collect(self.lifting, by, self.now)):
            self.handed_to.append(by)

    @rule(by=PEOPLE)
    def confirm(self, by: str) -> None:
        if self.attempt(lambda: rules.confirm(self.lifting, by, self.now)):
            self.confirmed += 1

    @rule()
    def lapse(self) -> None:
        self.attempt(lambda: rules.lapse(self.lifting, self.now))

    @rule(ms=st.integers(0, HANDED_FOR_MS))
    def time_passes(self, ms: int) -> None:
        self.now += ms

    @precondition(lambda self: self.handed_to)
    @invariant()
    def it_was_handed_to_one_person_who_did_not_ask(self) -> None:
        assert set(self.handed_to) == {self.lifting.decided_by}
        assert ASKER not in self.handed_to

    @invariant()
    def it_is_confirmed_once_at_most(self) -> None:
        assert self.confirmed <= 1

    @invariant()
    def nothing_of_an_address_stays_where_nothing_is_to_be_handed_over(self) -> None:
        assert bool(self.lifting.sealed) == (self.lifting.status in {Status.PENDING, Status.GRANTED})


TestAnyOrder = AnyOrder.TestCase


def test_every_pair_that_is_not_in_the_table_is_refused() -> None:
    reached = {
        Status.PENDING: asked(),
        Status.REFUSED: rules.refuse(asked(), ONE, WHY_NOT, None, AT),
        Status.GRANTED: (granted := rules.grant(asked(), ONE, WHY, None, AT)),
        Status.CONFIRMED: rules.confirm(granted, ONE, AT),
        Status.LAPSED: rules.lapse(granted, AT + HANDED_FOR_MS),
    }
    steps: dict[Step, Callable[[Lifting], Lifting]] = {
        Step.GRANT: lambda one: rules.grant(one, ONE, WHY, None, AT),
        Step.REFUSE: lambda one: rules.refuse(one, ONE, WHY_NOT, None, AT),
        Step.COLLECT: lambda one: rules.collect(one, ONE, AT),
        Step.CONFIRM: lambda one: rules.confirm(one, ONE, AT),
        Step.LAPSE: lambda one: rules.lapse(one, AT + HANDED_FOR_MS),
    }
    for status, lifting in reached.items():
        assert lifting.status is status
        for step, take in steps.items():
            if (status, step) in NEXT:
                assert take(lifting).status is NEXT[status, step]
            else:
                hindrance(lambda: take(lifting))  # noqa: B023 - called at once


def test_who_asked_does_not_decide_whatever_roles_they_have() -> None:
    """Two people, always."""
    assert hindrance(lambda: rules.grant(asked(), ASKER, WHY, None, AT)) is Hindrance.SAME_PERSON
    assert hindrance(lambda: rules.refuse(asked(), ASKER, WHY_NOT, None, AT)) is Hindrance.SAME_PERSON


def test_it_is_decided_once_and_a_second_decision_changes_nothing() -> None:
    granted = rules.grant(asked(), ONE, WHY, None, AT)
    assert hindrance(lambda: rules.refuse(granted, OTHER, WHY_NOT, None, AT)) is Hindrance.DECIDED
    assert hindrance(lambda: rules.grant(granted, OTHER, WHY, None, AT)) is Hindrance.DECIDED


@given(st.integers(0, 3 * HANDED_FOR_MS))
def test_what_was_not_confirmed_is_fetched_again_for_a_quarter_of_an_hour_by_the_same_person(after: int) -> None:
    granted = rules.grant(asked(), ONE, WHY, None, AT)
    if after < HANDED_FOR_MS:
        assert rules.collect(granted, ONE, AT + after).sealed == ("sealed",)
        assert hindrance(lambda: rules.collect(granted, OTHER, AT + after)) is Hindrance.NOT_YOURS
        assert hindrance(lambda: rules.lapse(granted, AT + after)) is Hindrance.UNDECIDED
    else:
        assert hindrance(lambda: rules.collect(granted, ONE, AT + after)) is Hindrance.OVER
        assert rules.lapse(granted, AT + after).sealed == ()


def test_what_was_confirmed_is_handed_over_to_nobody_again() -> None:
    confirmed = rules.confirm(rules.grant(asked(), ONE, WHY, None, AT), ONE, AT + 1)
    assert confirmed.sealed == ()
    assert hindrance(lambda: rules.collect(confirmed, ONE, AT + 2)) is Hindrance.OVER
    assert hindrance(lambda: rules.confirm(confirmed, ONE, AT + 2)) is Hindrance.OVER


def test_where_there_is_no_address_it_can_only_be_refused() -> None:
    nothing = asked(())
    assert hindrance(lambda: rules.grant(nothing, ONE, WHY, None, AT)) is Hindrance.NOTHING_KEPT
    assert rules.refuse(nothing, ONE, Motive.NOTHING_KEPT, None, AT).status is Status.REFUSED


def test_a_motive_is_for_one_decision() -> None:
    assert hindrance(lambda: rules.grant(asked(), ONE, WHY_NOT, None, AT)) is Hindrance.WRONG_MOTIVE
    assert hindrance(lambda: rules.refuse(asked(), ONE, WHY, None, AT)) is Hindrance.WRONG_MOTIVE
