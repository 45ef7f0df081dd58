"""Settings of the router."""

from pathlib import Path

from pydantic import Field

from shared.contracts.conversation import Force
from shared.tables.settings import TableSettings

IMPORTED = "competence.csv"


class RouterSettings(TableSettings):
    """What the router needs beside what every service with a table needs."""

    default_force: Force = Field(
        default=Force.POLICE, description="Who answers when nothing of what the visitor typed leads to a place"
    )

    @property
    def imported_table(self) -> Path:
        """Where an imported table of competence stands."""
        return self.tables_dir / IMPORTED
