"""What can be wrong with a file of the operator's desk, and where."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Fault(StrEnum):
    """What is wrong with a file or a field of it; the console says it in words."""

    NOT_THERE = "not_there"
    NOT_TEXT = "not_text"
    TOO_LARGE = "too_large"
    NOT_TOML = "not_toml"
    TWICE = "twice"
    MISSING = "missing"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_VALUE = "unknown_value"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    WRONG_FORM = "wrong_form"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    NO_OTHERWISE = "no_otherwise"
    NO_SUCH_SOURCE = "no_such_source"
    NO_SUCH_SHEET = "no_such_sheet"


class Problem(BaseModel):
    """A file, or a part of one, that was left out. ``field``: dotted, empty for the whole file; ``line``: from 1."""

    model_config = ConfigDict(frozen=True)

    file: str
    field: str
    fault: Fault
    line: int | None = None


class BadFile(Exception):
    """A file that cannot be used; ``problem`` names it, the field, and what is wrong."""

    def __init__(self, file: str, field: str, fault: Fault, line: int | None = None) -> None:
        super().__init__(f"{file}: {field or 'file'}: {fault}")
        self.problem = Problem(file=file, field=field, fault=fault, line=line)


class Faulty(ValueError):
    """A rule between the fields of one thing is broken; raised while it is validated."""

    def __init__(self, field: str, fault: Fault) -> None:
        super().__init__(str(fault))
        self.field = field
        self.fault = fault
