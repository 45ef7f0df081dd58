"""The words' twin leads where the page leads: the same figures stand in ``return.test.ts``."""

from pathlib import Path

import pytest
from joserfc.errors import JoseError

from tests.sealing.words import Phrase

WORDS = ("académie", "bolide", "citron", "dauphin")
SHARE = "kS0dV3vYh1gqWbZ2nXr5mJt8uCfLpEa7oIiQyTzR4Nw"
PAGE_TESTS = Path(__file__).parents[3] / "services/gateway/web/src/return/return.test.ts"


def test_page_and_twin_lead_to_the_same_place_and_prove_the_same() -> None:
    """V14: words that a page drew open the conversation from any client, in whatever order and spelling."""
    phrase = Phrase(("Dauphin", "CITRON", "academie", "bolide"))
    figures = PAGE_TESTS.read_text(encoding="utf-8")
    assert f'"locator": "{phrase.locator}"' in figures
    assert f'"proof": "{phrase.proof}"' in figures


def test_a_box_opens_with_its_words_and_its_share_alone() -> None:
    box = Phrase(WORDS).seal('{"token":"x"}', SHARE)
    assert Phrase(WORDS[::-1]).open(box, SHARE) == '{"token":"x"}'
    with pytest.raises(JoseError):
        Phrase((*WORDS[:3], "jardin")).open(box, SHARE)
    with pytest.raises(JoseError):
        Phrase(WORDS).open(box, SHARE.replace("k", "l"))
