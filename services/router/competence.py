"""Who is competent where. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts.conversation import Force


@dataclass(frozen=True, slots=True)
class Competence:
    """Who is competent in one commune. No force: the source is blank. ``service`` is the source's own name."""

    forces: tuple[Force, ...]
    service: str | None


GENDARMERIE = Competence((Force.GENDARMERIE,), None)


@dataclass(frozen=True, slots=True)
class CompetenceTable:
    """A whole edition. ``digest``: first 32 hex digits of the file's SHA-256."""

    edition: str
    source: str
    digest: str
    rows: Mapping[str, Competence]

    def of(self, insee: str) -> Competence:
        """Return the competence in a commune."""
        return self.rows.get(insee, GENDARMERIE)
