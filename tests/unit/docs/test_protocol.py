"""``docs/protocol.md`` is enough to write a client from, because it is what the code says."""

import json
import re
from typing import get_args

import msgspec
import pytest

from infra.docs import frame_fields, protocol
from infra.docs.frame_examples import EXAMPLES
from infra.docs.frame_meanings import ERRORS, MEANINGS
from infra.docs.output import ROOT
from shared.chat import frames

DOCUMENT = protocol.TARGET.read_text(encoding="utf-8")
EVERY_FRAME: set[frame_fields.FrameClass] = {
    cls for union in (frames.VisitorFrame, frames.OperatorFrame, frames.ServerFrame) for cls in get_args(union)
}
CLOSE_CODE = re.compile(r"\b(?:code=|CLOSE_[A-Z_]+ = |[A-Z_]*SUPERSEDED = )([14]\d{3})\b")


def section_of(frame: frame_fields.FrameClass) -> str:
    """Return the part of the document that is about one frame."""
    return DOCUMENT.split(f"\n### `{frame.__struct_config__.tag}`\n", 1)[1].split("\n### ", 1)[0]


def test_the_document_is_what_the_code_says() -> None:
    assert protocol.render() == DOCUMENT


def test_every_frame_shown_is_one_that_its_receiver_takes() -> None:
    spoken = protocol.spoken_lines(DOCUMENT)
    assert len(spoken) > len(EVERY_FRAME)
    for speaker, line in spoken:
        assert isinstance(protocol.decode(speaker, line), msgspec.Struct)


def test_no_frame_is_shown_outside_what_is_checked() -> None:
    shown = [line for line in DOCUMENT.splitlines() if line.startswith(("→", "←"))]
    assert len(shown) == len(protocol.spoken_lines(DOCUMENT))


def test_every_frame_has_a_section_with_an_example_of_itself() -> None:
    for frame in EVERY_FRAME:
        examples = [json.loads(line) for _, line in protocol.spoken_lines(section_of(frame))]
        assert [example["t"] for example in examples] == [frame.__struct_config__.tag]


@pytest.mark.parametrize("frame", sorted(EVERY_FRAME, key=str))
def test_every_field_of_a_frame_is_in_its_table(frame: frame_fields.FrameClass) -> None:
    for field in frame.__struct_encode_fields__:
        assert f"\n| `{field}` | " in section_of(frame)


def test_an_example_that_no_decoder_takes_stops_the_generator() -> None:
    with pytest.raises(msgspec.ValidationError):
        protocol.decode("visitor", '{"t": "say", "conversation": "nobody"}')
    with pytest.raises(msgspec.ValidationError):
        protocol.decode("console", '{"t": "open", "category": "domestic", "audience": "victim"}')


def test_a_field_without_a_meaning_stops_the_generator() -> None:
    class Novelty(frames.Frame, tag="novelty", frozen=True):
        unheard_of: int

    with pytest.raises(frame_fields.Undocumented, match=r"Novelty\.unheard_of"):
        frame_fields.fields_of(Novelty)


def test_every_meaning_is_of_a_field_that_exists() -> None:
    structs = [*EVERY_FRAME, *frame_fields.referenced_structs(EVERY_FRAME)]
    fields = {name for cls in structs for name in cls.__struct_fields__}
    qualified = {f"{cls.__name__}.{name}" for cls in structs for name in cls.__struct_fields__}
    assert set(MEANINGS) <= fields | qualified


def test_every_error_code_says_what_a_client_does() -> None:
    assert set(ERRORS) == set(frames.ErrorCode)
    assert all(f"| `{code}` |" in DOCUMENT for code in frames.ErrorCode)


def test_every_frame_is_told_in_one_story() -> None:
    assert {type(example) for example in EXAMPLES} == EVERY_FRAME


def test_every_close_code_of_the_services_is_documented() -> None:
    sources = [path for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py")]
    used = {code for path in sources for code in CLOSE_CODE.findall(path.read_text(encoding="utf-8"))}
    assert used
    assert all(f"| {code} |" in DOCUMENT for code in used), used
