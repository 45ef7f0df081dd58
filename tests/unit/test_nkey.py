"""NATS's own keys: what they sign is told from what they did not, and no text is more than an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.nkey import BadNkey, Kind, Nkey, check, make_seed, verify

SEED = make_seed(Kind.USER)


def test_what_a_key_signed_is_told_from_what_it_did_not() -> None:
    key, other = Nkey(SEED, Kind.USER), Nkey(make_seed(Kind.USER), Kind.USER)
    signature = key.sign(b"nonce")
    verify(key.public, Kind.USER, b"nonce", signature)
    for public, text, signed in (
        (other.public, b"nonce", signature),
        (key.public, b"another", signature),
        (key.public, b"nonce", signature[:-1]),
        (key.public, b"nonce", b""),
    ):
        with pytest.raises(BadNkey):
            verify(public, Kind.USER, text, signed)


@pytest.mark.parametrize(("kind", "letter"), [(Kind.USER, "U"), (Kind.ACCOUNT, "A"), (Kind.SERVER, "N")])
def test_the_first_letter_says_what_a_key_is_for(kind: Kind, letter: str) -> None:
    key = Nkey(make_seed(kind), kind)
    assert key.public.startswith(letter)
    check(key.public, kind)
    for other in set(Kind) - {kind}:
        with pytest.raises(BadNkey):
            check(key.public, other)
        with pytest.raises(BadNkey):
            Nkey(make_seed(kind), other)


def test_a_mistyped_key_is_none() -> None:
    public = Nkey(SEED, Kind.USER).public
    swapped = public[:10] + ("A" if public[10] != "A" else "B") + public[11:]
    with pytest.raises(BadNkey):
        check(swapped, Kind.USER)


@given(st.text() | st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=50, max_size=62))
def test_no_text_is_more_than_an_error(text: str) -> None:
    for attempt in (lambda: check(text, Kind.USER), lambda: Nkey(text, Kind.USER)):
        with pytest.raises(BadNkey):
            attempt()
