"""Who is let in at once, who has to compute, who has to wait (V1: a shelter's address is no reason to refuse)."""

from itertools import product

import pytest

from services.gateway.pressure import Verdict, verdict


@pytest.mark.parametrize(("within_free", "calm", "worked"), list(product((False, True), repeat=3)))
def test_above_the_high_limit_one_has_to_wait_whatever_else(within_free: bool, calm: bool, worked: bool) -> None:
    assert verdict(within_most=False, within_free=within_free, calm=calm, worked=worked) is Verdict.WAIT


@pytest.mark.parametrize(
    ("within_free", "calm", "worked", "expected"),
    [
        (True, True, False, Verdict.WELCOME),
        (True, True, True, Verdict.WELCOME),
        (False, True, False, Verdict.PROVE),
        (True, False, False, Verdict.PROVE),
        (False, False, False, Verdict.PROVE),
        (False, True, True, Verdict.WELCOME),
        (True, False, True, Verdict.WELCOME),
        (False, False, True, Verdict.WELCOME),
    ],
)
def test_below_it_nobody_is_refused_and_work_opens_every_door(
    within_free: bool, calm: bool, worked: bool, expected: Verdict
) -> None:
    assert verdict(within_most=True, within_free=within_free, calm=calm, worked=worked) is expected
