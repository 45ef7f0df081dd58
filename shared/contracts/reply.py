"""What any query may be answered with beside its own reply."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.contracts.envelope import Contract


class RefusalCode(StrEnum):
    """Whose fault it is."""

    INVALID = "invalid"
    FAILED = "failed"


class Refusal(Contract):
    """A query that could not be answered."""

    refused: Literal[True] = Field(default=True, description="Tells a refusal from a reply")
    code: RefusalCode = Field(description="invalid: the query is wrong; failed: the service is")
    detail: str = Field(description="A sentence for the engineer who reads it; quotes no input")
