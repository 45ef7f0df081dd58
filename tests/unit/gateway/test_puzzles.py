"""A proof of work counts when it solves a puzzle that we signed, unchanged and in time."""

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest
from altcha import Challenge, Payload, create_challenge, solve_challenge

from services.gateway.puzzles import ALGORITHM, signature_of_solved

SIGNING, SOLVING = b"s" * 32, b"k" * 32


def puzzle(valid_s: int = 60, signing: bytes = SIGNING) -> Challenge:
    """Return a puzzle as the gateway makes them, but quickly solved."""
    return create_challenge(
        ALGORITHM,
        5,
        counter=7,
        expires_at=int(time.time()) + valid_s,
        hmac_secret=signing,
        hmac_key_secret=SOLVING,
    )


def work(challenge: Challenge) -> str:
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


def changed(text: str, change: Callable[[dict[str, Any]], object]) -> str:
    """Return the work after ``change`` was made to what it holds."""
    held: dict[str, Any] = json.loads(b64decode(text))
    change(held)
    return b64encode(json.dumps(held).encode()).decode()


def test_what_solves_our_puzzle_in_time_counts() -> None:
    made = puzzle()
    assert signature_of_solved(work(made), SIGNING, SOLVING) == made.signature


def test_what_comes_too_late_or_solves_another_s_puzzle_does_not() -> None:
    """A challenge expires."""
    assert signature_of_solved(work(puzzle(valid_s=-1)), SIGNING, SOLVING) is None
    assert signature_of_solved(work(puzzle(signing=b"o" * 32)), SIGNING, SOLVING) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda held: held["challenge"]["parameters"].update(cost=1),
        lambda held: held["challenge"]["parameters"].update(expiresAt=int(time.time()) + 9_999),
        lambda held: held["challenge"]["parameters"].update(keyPrefix="00"),
        lambda held: held["challenge"]["parameters"].pop("expiresAt"),
        lambda held: held["challenge"].pop("signature"),
        lambda held: held["solution"].update(derivedKey="00" * 32),
        lambda held: held["solution"].update(derivedKey=None),
        lambda held: held.pop("solution"),
    ],
)
def test_nothing_of_it_can_be_changed(change: Callable[[dict[str, Any]], object]) -> None:
    assert signature_of_solved(changed(work(puzzle()), change), SIGNING, SOLVING) is None
