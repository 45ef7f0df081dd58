"""Frames: what is understood, and how everything else is refused."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.chat.frames import (
    KNOWN_TAGS,
    MAX_BODY,
    MAX_FRAME,
    Error,
    ErrorCode,
    FrameError,
    Open,
    Say,
    decode_server,
    encode,
    read_operator,
    read_visitor,
)
from shared.contracts.conversation import Audience, Category
from shared.contracts.gateway import ConversationOpened

CONVERSATION = "0b0e7a52-6f7c-4d0e-9f2b-0d6f1f9f7a11"
MARK = "OISEAUBLEU"
"""Stands for what a person wrote: no refusal may repeat it."""


def refusal(raw: str) -> Error:
    refused = outcome(read_visitor, raw)
    assert refused is not None, "this was read"
    return refused


def outcome(read: Callable[[str], object], raw: str) -> Error | None:
    """Return the refusal, or None for a frame that was read; any other exception is a failure of the test."""
    try:
        read(raw)
    except FrameError as refused:
        return refused.error
    return None


def say(**changes: object) -> str:
    return json.dumps({"t": "say", "conversation": CONVERSATION, "cid": "abcdefgh", "body": "bonjour", **changes})


def test_a_frame_that_is_right_is_read() -> None:
    assert read_visitor(say()) == Say(conversation=CONVERSATION, cid="abcdefgh", body="bonjour")
    opened = read_visitor('{"t":"open","category":"domestic","audience":"victim","postal_code":"95300"}')
    assert opened == Open(category=Category.DOMESTIC, audience=Audience.VICTIM, postal_code="95300")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", ErrorCode.NOT_JSON),
        ("{", ErrorCode.NOT_JSON),
        ("bonjour " + MARK, ErrorCode.NOT_JSON),
        ("[" * 60_000, ErrorCode.INVALID),
        ('{"x":' * 10_000, ErrorCode.INVALID),
        ('{"t":"ping","x":' + "[" * 60_000, ErrorCode.INVALID),
        ('{"t":"say","body":"\ud800"}', ErrorCode.NOT_JSON),
        ("[1,2]", ErrorCode.INVALID),
        ("null", ErrorCode.INVALID),
        ('{"body":"' + MARK + '"}', ErrorCode.UNKNOWN_FRAME),
        ('{"t":null}', ErrorCode.UNKNOWN_FRAME),
        ('{"t":["say"]}', ErrorCode.UNKNOWN_FRAME),
        ('{"t":{"say":1}}', ErrorCode.UNKNOWN_FRAME),
        ('{"t":7}', ErrorCode.UNKNOWN_FRAME),
        ('{"t":"' + MARK + '"}', ErrorCode.UNKNOWN_FRAME),
        ('{"t":"held"}', ErrorCode.UNKNOWN_FRAME),
        ('{"t":"sync"}', ErrorCode.UNKNOWN_FRAME),
        ('{"t":"say"}', ErrorCode.INVALID),
        (say(body=""), ErrorCode.INVALID),
        (say(body=MARK * MAX_BODY)[:MAX_FRAME], ErrorCode.NOT_JSON),
        (say(body="a" * (MAX_BODY + 1)), ErrorCode.INVALID),
        (say(body=[MARK]), ErrorCode.INVALID),
        (say(kind="text"), ErrorCode.INVALID),
        (say(cid=MARK + " " + MARK), ErrorCode.INVALID),
        (say(conversation=MARK), ErrorCode.INVALID),
        (say(**{MARK: 1}), ErrorCode.INVALID),
        (say(**{"x - at `$." + MARK: 1}), ErrorCode.INVALID),
        (say(by="operator"), ErrorCode.INVALID),
        (say(kind="Expected " + MARK), ErrorCode.INVALID),
        ("x" * (MAX_FRAME + 1), ErrorCode.TOO_LARGE),
        (json.dumps({"t": "ping", "seqs": {MARK: 1}}), ErrorCode.INVALID),
        (json.dumps({"t": "ping", "seqs": {CONVERSATION: -1}}), ErrorCode.INVALID),
        ('{"t":"ping","seqs":{"' + CONVERSATION + '":' + "9" * 5000 + "}}", ErrorCode.INVALID),
        ('{"t":"open","category":"' + MARK + '","audience":"victim"}', ErrorCode.INVALID),
    ],
)
def test_each_fault_has_its_own_refusal_and_none_repeats_what_was_sent(raw: str, code: ErrorCode) -> None:
    error = refusal(raw)
    assert error.code is code
    assert MARK not in error.detail
    assert len(error.detail) < 200


def test_a_postal_code_of_letters_is_refused_since_words_would_reach_a_disk() -> None:
    """V4, P1: the code travels in a durable event."""
    for words in ("ABCDE", "au secours", "il me frappe", "75 O11"):
        frame = {"t": "open", "category": "domestic", "audience": "victim", "postal_code": words}
        assert refusal(json.dumps(frame)).code is ErrorCode.INVALID


@pytest.mark.parametrize(
    "frame",
    [
        {"t": "commune", "insee": "95500\n"},
        {"t": "typing", "conversation": CONVERSATION + "\n"},
        {"t": "say", "conversation": CONVERSATION, "cid": "abcdefgh\n", "body": "x"},
        {"t": "open", "category": "sexual", "audience": "victim", "postal_code": "95300\n"},
        {"t": "open", "category": "sexual", "audience": "victim", "language": "fr\n"},
    ],
)
def test_a_line_end_behind_a_name_is_no_part_of_it(frame: dict[str, str]) -> None:
    """Names become subjects, keys and fields of narrower contracts."""
    assert refusal(json.dumps(frame)).code is ErrorCode.INVALID


@given(st.text(alphabet="0123456789ABab -", max_size=14), st.text(alphabet="abfrzhHNt-0419", max_size=12))
def test_whatever_open_lets_through_fits_the_event_that_states_it(code: str, language: str) -> None:
    """A contract narrower than its frame would end the connection of whoever falls between the two."""
    raw = {"t": "open", "category": "sexual", "audience": "witness", "postal_code": code, "language": language}
    try:
        frame = read_visitor(json.dumps(raw))
    except FrameError:
        return
    assert isinstance(frame, Open)
    ConversationOpened(
        conversation_id=CONVERSATION,
        category=frame.category,
        audience=frame.audience,
        postal_code=frame.postal_code,
        language=frame.language,
    )


@given(st.text(max_size=300))
def test_no_text_does_anything_but_be_read_or_refused(raw: str) -> None:
    for read in (read_visitor, read_operator):
        refused = outcome(read, raw)
        assert refused is None or len(refused.detail) < 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.sampled_from(["conversation", "cid", "body", "kind", "seqs", "category", "postal_code", "by", "seq", "x"])


@given(st.sampled_from(sorted(KNOWN_TAGS)) | st.text(max_size=5), st.dictionaries(FIELDS, JSON, max_size=5), st.data())
def test_a_frame_with_anything_in_its_fields_is_read_or_refused_without_its_words(
    tag: str, fields: dict[str, object], data: st.DataObject
) -> None:
    place = data.draw(FIELDS)
    raw = json.dumps({"t": tag, **fields, place: data.draw(st.sampled_from([MARK, [MARK], {MARK: MARK}]))})
    for read in (read_visitor, read_operator):
        refused = outcome(read, raw)
        assert refused is None or MARK not in refused.detail


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_refused_by_a_typed_error(raw: bytes) -> None:
    refused = outcome(read_visitor, raw.decode("utf-8", "surrogateescape"))
    assert refused is None or refused.code in ErrorCode


def test_what_the_server_says_can_be_read_back() -> None:
    error = Error(code=ErrorCode.TOO_FAST, detail="later", conversation=CONVERSATION, retry_after_ms=5)
    assert decode_server(encode(error)) == error
