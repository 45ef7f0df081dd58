"""Presence is a lease: present, then in grace, then lost, in that order and with nothing between (O9)."""

from hypothesis import given
from hypothesis import strategies as st

from services.dispatcher.domain.presence import Patience

PATIENCES = st.builds(Patience, sign_ms=st.integers(1, 120_000), grace_ms=st.integers(0, 600_000))
NOW = 1_800_000_000_000
AFTER = st.integers(0, 1_000_000)


@given(PATIENCES, AFTER)
def test_a_sign_of_life_keeps_one_present_then_in_grace_then_lost(patience: Patience, after: int) -> None:
    lease = patience.renewed(NOW)
    assert patience.present(lease, NOW + after) == (after < patience.sign_ms)
    assert patience.lost(lease, NOW + after) == (after >= patience.sign_ms + patience.grace_ms)


@given(PATIENCES, AFTER, AFTER)
def test_a_closed_socket_is_absent_at_once_and_lost_after_the_grace_or_before(
    patience: Patience, silent: int, after: int
) -> None:
    before = patience.renewed(NOW)
    lease = patience.closed(before, NOW + silent)
    assert not patience.present(lease, NOW + silent)
    assert lease <= before
    assert not patience.lost(lease, NOW + silent) or patience.grace_ms == 0 or patience.lost(before, NOW + silent)
    assert patience.lost(lease, NOW + silent + patience.grace_ms + after)
