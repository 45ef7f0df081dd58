"""A short run of every target, the same each time. ``make fuzz`` runs a million, other ones each time."""

import pytest

from tests.fuzz.every import every
from tests.fuzz.target import CHUNK, Findings, Target, complaints, run_chunk

SEED = 7
CHUNKS = 2


@pytest.mark.parametrize("number", range(len(every())))
def test_nothing_but_a_typed_refusal_ever_comes_out(number: int) -> None:
    """And none repeats what was sent."""
    target: Target = every()[number]
    found = Findings()
    for chunk in range(CHUNKS):
        found.add(run_chunk(target, SEED, chunk))
    print(f"{target.name}: {dict(found.outcomes)}, {CHUNKS * CHUNK / found.seconds:.0f}/s")
    assert complaints(target.name, found) == []
