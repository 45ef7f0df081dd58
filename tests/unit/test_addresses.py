"""Who counts as one behind an address, and that no address can be read back from what is counted (P2)."""

import pytest

from shared.addresses import hidden, party


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_a_phone_that_changes_its_ipv6_address_counts_as_one(address: str, expected: str) -> None:
    assert party(address) == expected


def test_the_same_address_is_another_number_tomorrow() -> None:
    """P2: whoever reads the counters of two days cannot tell that they are of one address."""
    today, tomorrow = b"1" * 32, b"2" * 32
    assert hidden(today, "192.0.2.7") == hidden(today, "192.0.2.7")
    assert hidden(today, "192.0.2.7") != hidden(tomorrow, "192.0.2.7")
    assert hidden(today, "2001:db8::1") == hidden(today, "2001:db8::2")
    assert "192" not in hidden(today, "192.0.2.7")
