"""``docs/anonymity.md`` says what the visitor's page says, word for word, with ordinary times."""

import re
from pathlib import Path

import pytest

from services.gateway.settings import GatewaySettings

REPOSITORY = Path(__file__).parents[3]
SENTENCE = re.compile(r'^  (anonymous\w+): "(.*)",$', re.MULTILINE)
HOUR_S = 3_600
UNITS = {"fr": ("heures", "jours"), "en": ("hours", "days")}


def default(name: str) -> int:
    return int(GatewaySettings.model_fields[name].default)


def sentences(language: str) -> dict[str, str]:
    """Return what the page says, by key, as it says it where nothing was set otherwise."""
    catalogue = (REPOSITORY / f"services/gateway/web/src/words/anonymity.{language}.ts").read_text()
    hours, days = UNITS[language]
    values = {
        "{kept}": f"{default('address_s') // HOUR_S} {hours}",
        "{resume}": f"{default('resume_s') // HOUR_S} {hours}",
        "{missing}": f"{default('vanished_kept_s') // HOUR_S} {hours}",
        "{days}": f"{default('lifting_days')} {days}",
        "{time}": "23:40",
    }
    found = dict(SENTENCE.findall(catalogue))
    return {key: _filled(sentence, values) for key, sentence in found.items()}


def _filled(sentence: str, values: dict[str, str]) -> str:
    for place, value in values.items():
        sentence = sentence.replace(place, value)
    return sentence


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_public_text_says_each_sentence_of_the_page_and_no_other(language: str) -> None:
    """V16: one truth."""
    text = (REPOSITORY / "docs/anonymity.md").read_text()
    heading = {"fr": "## En français", "en": "## In English"}[language]
    section = text.split(heading)[1].split("\n## ")[0]
    lines = [line.lstrip("#- ") for line in section.splitlines() if line.strip()]
    bare = [re.sub(r"^\*[^*]+\*[\s\u00a0]*:?\s*", "", line) for line in lines]
    assert len(bare) >= 25
    assert sorted(bare) == sorted(sentences(language).values())
