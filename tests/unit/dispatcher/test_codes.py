"""One-time codes and what is sealed under the staff key: the pure rules (O9)."""

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatcher.staff.codes import STEP_S, new_secret, steps_of, uri_of
from services.dispatcher.staff.sealed import NoStaffKey, Purpose, Sealer, Unsealable, new_key

RFC_6238 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238's own examples, whose last six digits are below."""


@pytest.mark.parametrize(
    ("at", "code"), [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    assert steps_of(RFC_6238, code, at) == [at // STEP_S]


@given(st.integers(300, 4_000_000_000), st.integers(-4, 4))
def test_a_code_counts_one_half_minute_before_and_after_and_no_further(now: int, away: int) -> None:
    step = now // STEP_S + away
    code = pyotp.TOTP(RFC_6238).generate_otp(step)
    assert (step in steps_of(RFC_6238, code, now)) is (abs(away) <= 1)


def test_a_secret_is_new_each_time_and_its_address_says_whose_it_is() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert uri_of(first, "police1").startswith("otpauth://totp/Havre:police1?secret=" + first)


def test_what_is_sealed_opens_for_its_purpose_and_owner_under_its_key_alone() -> None:
    sealer = Sealer(new_key())
    sealed = sealer.seal(Purpose.ONE_TIME_CODES, "police1", RFC_6238)
    assert RFC_6238 not in sealed
    assert sealer.open(Purpose.ONE_TIME_CODES, "police1", sealed) == RFC_6238
    for opener, purpose, owner in (
        (sealer, Purpose.ONE_TIME_CODES, "police2"),
        (sealer, Purpose.LOGIN_UNDER_WAY, "police1"),
        (Sealer(new_key()), Purpose.ONE_TIME_CODES, "police1"),
    ):
        with pytest.raises(Unsealable):
            opener.open(purpose, owner, sealed)


@given(st.text())
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(Unsealable):
        Sealer("A" * 43).open(Purpose.LOGIN_UNDER_WAY, "", text)


def test_without_a_key_nothing_is_sealed_and_a_bad_key_is_named() -> None:
    with pytest.raises(NoStaffKey, match="HAVRE_STAFF_KEY"):
        Sealer("").seal(Purpose.ONE_TIME_CODES, "police1", RFC_6238)
    with pytest.raises(ValueError, match="has 16 bytes instead of 32"):
        Sealer("A" * 22)
