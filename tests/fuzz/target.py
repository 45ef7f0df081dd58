"""What a target is, and what feeding it proves."""

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.fuzz.grammar import MARK

CHUNK = 500
"""Inputs that one seed makes: any of them can be had again without the others."""
MOST_WORDS = 400
"""Words that the refusals of one target may use. Were they made from what is sent, there would be thousands."""


class Violation(AssertionError):
    """Something came out that must never."""


@dataclass(frozen=True, slots=True)
class Target:
    """``make`` an input; ``feed`` it and return the outcome's name, and the refusal's sentence or nothing.

    ``feed`` raises ``Violation`` for a broken promise; whatever else it raises is a crash of the code under test.
    ``weight``: its share of a long run.
    """

    name: str
    make: Callable[[Random], Any]
    feed: Callable[[Any], tuple[str, str]]
    weight: int = 1


@dataclass
class Findings:
    """What came of a number of inputs."""

    outcomes: Counter[str] = field(default_factory=Counter)
    words: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: "Findings") -> None:
        """Take another's in."""
        self.outcomes += other.outcomes
        self.words |= other.words
        self.failures += other.failures
        self.seconds += other.seconds


def run_chunk(target: Target, seed: int, chunk: int, inputs: int = CHUNK) -> Findings:
    """Feed a target the inputs of one chunk."""
    found, started = Findings(), time.perf_counter()
    rng = Random(f"{seed}/{target.name}/{chunk}")
    for number in range(inputs):
        hostile = target.make(rng)
        try:
            outcome, sentence = target.feed(hostile)
            _check_words(sentence)
        except Exception as error:  # noqa: BLE001 - whatever comes out that was not promised is a finding
            outcome, sentence = "FAILED", ""
            where = f"{target.name}, seed {seed}, chunk {chunk}, input {number}"
            found.failures.append(f"{where}: {type(error).__name__}: {str(error)[:300]}\n    {hostile!r:.600}")
        found.outcomes[outcome] += 1
        found.words.update(re.findall(r"[^\s.,:;`\"{}()\[\]]+", sentence))
    found.seconds = time.perf_counter() - started
    return found


def _check_words(sentence: str) -> None:
    if MARK in sentence:
        raise Violation(f"the refusal quotes what was sent: {sentence[:200]!r}")


def complaints(name: str, found: Findings) -> list[str]:
    """Return what is wrong with a target's findings."""
    wrong = list(found.failures)
    if len(found.words) > MOST_WORDS:
        wrong.append(f"{name}: refusals use {len(found.words)} words: they are made from what is sent")
    if "accepted" not in found.outcomes:
        wrong.append(f"{name}: nothing was ever accepted: the inputs are not near enough to what is right")
    return wrong
