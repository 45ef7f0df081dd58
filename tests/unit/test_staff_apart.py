"""What staff write to each other is in code that no visitor's page has, and that knows no way to a visitor (O10)."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VISITORS = ROOT / "services/gateway/web/src"
STAFF = ROOT / "services/dispatcher/web/src/staff"
SHARED = ROOT / "shared/web"
IMPORT = re.compile(
    r"""^(?:import|export)\s+[\w*{][^;"']*?\bfrom\s*["']([^"']+)["']|^import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']""",
    re.MULTILINE,
)
WAYS_TO_A_VISITOR = (
    SHARED / "sealed-link.ts",
    SHARED / "socket.ts",
    SHARED / "outbox.ts",
    SHARED / "conversation.ts",
    SHARED / "sealing/visitor.ts",
    ROOT / "services/dispatcher/web/src/desk/console.ts",
    ROOT / "services/dispatcher/web/src/parts/composer.tsx",
    ROOT / "services/dispatcher/web/src/parts/context.ts",
)


def imports_of(file: Path, text: str | None = None) -> Iterable[Path]:
    """Return the files of this repository that a module imports, types included."""
    for match in IMPORT.finditer(file.read_text(encoding="utf-8") if text is None else text):
        name = (match[1] or match[2] or match[3]).partition("?")[0]
        if name.startswith("@shared/"):
            stem = SHARED / name.removeprefix("@shared/")
        elif name.startswith("."):
            stem = (file.parent / name).resolve()
        else:
            continue
        named = [stem, stem.with_name(stem.name + ".ts"), stem.with_name(stem.name + ".tsx"), stem / "index.ts"]
        found = [one for one in named if one.is_file()]
        assert found, f"{file.relative_to(ROOT)} imports {name}, which is nowhere"
        yield found[0]


def reached_from(files: Iterable[Path]) -> dict[Path, Path]:
    """Return every file that these reach by imports, over however many others, each with one that imports it."""
    reached: dict[Path, Path] = {}
    ahead = list(files)
    while ahead:
        file = ahead.pop()
        if file.suffix not in {".ts", ".tsx"}:
            continue
        for one in imports_of(file):
            if one not in reached:
                reached[one] = file
                ahead.append(one)
    return reached


def code_in(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*.ts*") if ".test." not in file.name and ".fixture." not in file.name]


def test_no_visitors_page_reaches_what_staff_write() -> None:
    reached = reached_from(code_in(VISITORS))
    assert SHARED / "sealing/visitor.ts" in reached, "the search follows imports"
    inside = {one: why for one, why in reached.items() if ROOT / "services/dispatcher" in one.parents}
    assert inside == {}
    assert SHARED / "sealing/supervision.ts" not in reached


def test_what_staff_write_reaches_no_way_to_a_visitor() -> None:
    """Not the console's link, not its composer, no key of a conversation: it cannot send to a visitor."""
    reached = reached_from(code_in(STAFF))
    assert SHARED / "sealing/supervision.ts" in reached, "the search follows imports"
    for way in WAYS_TO_A_VISITOR:
        assert way.is_file()
        assert way not in reached, f"by {reached.get(way)}"


@pytest.mark.parametrize(
    "text",
    [
        'import { Notes } from "../../../../dispatcher/web/src/staff/notes";',
        'const late = await import("../../../../dispatcher/web/src/staff/notes");',
        'export type { Said } from "../../../../dispatcher/web/src/staff/seal";',
    ],
)
def test_the_search_sees_each_form_of_import(text: str) -> None:
    [found] = imports_of(VISITORS / "visit/index.ts", text)
    assert STAFF in found.parents
