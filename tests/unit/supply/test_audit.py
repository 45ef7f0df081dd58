"""The audit never says that all is well when nobody could be asked."""

import json

import pytest

from infra.supply.advisories import Answer, of_npm_audit, of_pip_audit
from infra.supply.audit import UNKNOWN, WELL, WRONG, verdict
from infra.supply.sbom import missing_npm, missing_python

SKIPPED = {"name": "aiohttp", "skip_reason": "Dependency not found on PyPI and could not be audited: aiohttp (3.14.5)"}
SOUND = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
HURT = {"name": "aiohttp", "version": "3.14.5", "vulns": [{"id": "PYSEC-2026-1"}, {"id": "GHSA-x"}]}


def pip(*packages: object) -> Answer:
    answer = of_pip_audit("a.lock", json.dumps({"dependencies": packages, "fixes": []}))
    assert answer is not None
    return answer


def test_a_package_that_was_skipped_is_not_known_to_be_sound() -> None:
    """pip-audit itself says "No known vulnerabilities found" here, and exits with 0."""
    status, sentence = verdict(0, [pip(SOUND, SKIPPED)])
    assert status == UNKNOWN
    assert "OFFLINE" in sentence
    assert "1 of 2" in sentence


def test_a_service_that_is_out_of_reach_says_nothing() -> None:
    assert of_pip_audit("a.lock", "") is None
    for nothing in ("", "{}", "[]", '{"message": "405 Method Not Allowed", "method": "POST"}'):
        assert of_npm_audit("package-lock.json", nothing, 174) == Answer("package-lock.json", 174, 174)


def test_a_vulnerable_package_is_wrong_though_others_are_unknown() -> None:
    assert verdict(0, [pip(HURT, SKIPPED)])[0] == WRONG
    report = json.dumps({"vulnerabilities": {"preact": {"range": "<11", "severity": "high"}}})
    assert of_npm_audit("package-lock.json", report, 1).vulnerable == ["preact <11: severity high"]


@pytest.mark.parametrize("problems", [1, 7])
def test_a_problem_that_is_seen_here_is_wrong_whatever_the_services_say(problems: int) -> None:
    assert verdict(problems, [pip(SOUND)])[0] == WRONG


def test_all_is_well_only_when_every_package_was_asked_about() -> None:
    everything = [pip(SOUND), of_npm_audit("package-lock.json", '{"vulnerabilities": {}}', 3)]
    assert verdict(0, everything)[0] == WELL


def test_what_is_locked_and_not_listed_is_named() -> None:
    document = {
        "components": [{"name": "AIOHTTP", "version": "3.14.5"}, {"group": "@eslint", "name": "js", "version": "1.0.0"}]
    }
    assert missing_python(document, "aiohttp==3.14.5\nuvloop==0.23.0\n") == ["uvloop 0.23.0"]
    entries = {
        "": {},
        "node_modules/@eslint/js": {"version": "1.0.0"},
        "node_modules/a/node_modules/b": {"version": "2.0.0"},
    }
    assert missing_npm(document, {"packages": entries}) == ["b 2.0.0"]
