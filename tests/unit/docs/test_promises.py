"""``docs/promises.md`` names sentences that are read and tests that exist."""

import json
import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
ROW = re.compile(r"^\| « (?P<sentence>.+) » \| `(?P<key>\w+)` \| (?P<tests>.+) \| [A-Z0-9 ]+ \|$")
TEST = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<name>test_\w+)`")


def rows() -> list[re.Match[str]]:
    lines = (REPOSITORY / "docs/promises.md").read_text().splitlines()
    return [found for line in lines if (found := ROW.match(line))]


def sentences() -> dict[str, str]:
    words = REPOSITORY / "services/gateway/web/src/words"
    catalogue = "\n".join((words / name).read_text() for name in ("fr.ts", "anonymity.fr.ts"))
    spoken = dict(re.findall(r'^  (\w+): "(.*)",$', catalogue, re.MULTILINE))
    return {**spoken, "intro": json.loads((REPOSITORY / "services/gateway/help/messages/fr.json").read_text())["intro"]}


def test_each_promise_is_word_for_word_what_the_visitor_reads() -> None:
    """P3."""
    found = rows()
    assert len(found) >= 20
    assert {row["key"]: row["sentence"] for row in found}.items() <= sentences().items()


def test_each_promise_has_a_test_that_exists() -> None:
    """P3."""
    for row in rows():
        tests = TEST.findall(row["tests"])
        assert tests, row["key"]
        for file, name in tests:
            assert f"def {name}(" in (REPOSITORY / file).read_text(), f"{file} has no {name}"
