"""The hand-written documents name nothing that is not there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from infra.docs.output import ROOT
from infra.streams import stream_configs

WRITTEN = sorted(
    [
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "SECURITY.md",
        ROOT / "infra" / "docs" / "protocol.template.md",
    ]
)
ROOMS = "shared|services|infra|tests|docs"
NAMED_PATH = re.compile(rf"`((?:{ROOMS})/[\w./-]+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
SETTING = re.compile(r"\bHAVRE_[A-Z][A-Z_]*[A-Z]\b")
MODULE = re.compile(r"python -m ((?:shared|services|infra|tests)(?:\.\w+)*)")
TARGET = re.compile(r"`?make ([a-z][a-z-]*)`")
STREAM_ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)


def named(pattern: re.Pattern[str]) -> Iterator[tuple[Path, str]]:
    """Yield what the documents name, with the document."""
    for document in WRITTEN:
        for name in pattern.findall(document.read_text(encoding="utf-8")):
            yield document, name


def settings_of_the_code() -> set[str]:
    """Return every HAVRE_ name that a source file reads, and every field of every settings class."""
    names = set()
    for folder in ("shared", "services", "infra", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.parts[-2] != "docs":
                names |= set(SETTING.findall(path.read_text(encoding="utf-8")))
    pending: list[type[BaseSettings]] = [BaseSettings]
    while pending:
        cls = pending.pop()
        pending += cls.__subclasses__()
        names |= {f"HAVRE_{field.upper()}" for field in cls.model_fields}
    return names


def test_every_path_that_a_document_names_exists() -> None:
    missing = {(document.name, name) for document, name in named(NAMED_PATH) if not (ROOT / name).exists()}
    assert not missing


def test_every_link_leads_to_a_file() -> None:
    missing = {(document.name, name) for document, name in named(LINK) if not (document.parent / name).exists()}
    assert not missing


def test_every_module_that_a_document_runs_exists() -> None:
    for document, name in named(MODULE):
        path = ROOT / name.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), (document.name, name)


@pytest.mark.parametrize("service", ["gateway", "router", "dispatcher", "signalement", "referral"])
def test_every_service_is_on_the_map(service: str) -> None:
    assert f"`services/{service}`" in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_every_setting_that_a_document_names_is_read_by_the_code() -> None:
    import services.dispatcher.settings
    import services.gateway.settings
    import services.referral.settings
    import services.router.settings
    import services.signalement.settings  # noqa: F401 - importing them makes their fields known

    known = settings_of_the_code()
    assert {(document.name, name) for document, name in named(SETTING) if name not in known} == set()


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {(document.name, name) for document, name in named(TARGET) if name not in targets} == set()


def test_every_stream_is_on_the_map_and_no_other() -> None:
    table = STREAM_ROW.findall((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    assert set(table) == {str(config.name) for config in stream_configs(1)}


def test_every_folder_of_shared_and_infra_is_on_the_map() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = {
        f"{room}/{folder.name}"
        for room in ("shared", "infra")
        for folder in (ROOT / room).iterdir()
        if folder.is_dir() and folder.name != "__pycache__" and any(folder.iterdir())
    }
    assert {folder for folder in folders if f"`{folder}/" not in text} == set()


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    listed = set(LINK.findall((folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in folder.glob("0*.md")}


def test_the_licence_is_the_one_that_the_packages_name() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert all(f"\n{number}." in text for number in range(1, 16))
    assert 'license = "EUPL-1.2"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
