"""Whatever a frightened person types is read as kindly as possible (V4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.geography.postal import Kind, read


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("95300", Kind.CODE, "95300"),
        (" 95 300 ", Kind.CODE, "95300"),
        ("95\u00a0300", Kind.CODE, "95300"),
        ("95.300", Kind.CODE, "95300"),
        ("９５３００", Kind.CODE, "95300"),
        ("٩٥٣٠٠", Kind.CODE, "95300"),
        ("९५३००", Kind.CODE, "95300"),
        ("1000", Kind.CODE, "01000"),
        ("F-75011", Kind.CODE, "75011"),
        ("FR 75011", Kind.CODE, "75011"),
        ("75116 PARIS CEDEX 16", Kind.CODE, "75116"),
        ("33077 Bordeaux Cedex", Kind.CODE, "33077"),
        ("750O1", Kind.CODE, "75001"),
        ("75 0l1", Kind.CODE, "75011"),
        ("2A004", Kind.INSEE, "2A004"),
        ("2b", Kind.DEPARTMENT, "2B"),
        ("95", Kind.DEPARTMENT, "95"),
        ("974", Kind.DEPARTMENT, "974"),
        ("B-1000", Kind.NOTHING, ""),
        ("D-10115", Kind.NOTHING, ""),
        ("SW1A 1AA", Kind.NOTHING, ""),
        ("12345678", Kind.NOTHING, ""),
        ("123", Kind.NOTHING, ""),
        ("", Kind.NOTHING, ""),
        ("   ", Kind.NOTHING, ""),
        ("Paris", Kind.NOTHING, ""),
        ("😱", Kind.NOTHING, ""),
        ("²³⁴", Kind.NOTHING, ""),
    ],
)
def test_what_is_typed_is_understood(typed: str, kind: Kind, value: str) -> None:
    found = read(typed)
    assert (found.kind, found.value) == (kind, value)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(typed: str) -> None:
    found = read(typed)
    assert (found.kind is Kind.NOTHING) == (found.value == "")


@given(st.integers(min_value=0, max_value=99_999).map(lambda number: f"{number:05d}"))
def test_five_digits_are_themselves_however_they_are_spaced(code: str) -> None:
    assert read(" ".join(code)) == read(code)
    assert read(code).value == code
