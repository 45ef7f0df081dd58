"""Settings of referral."""

from pathlib import Path

from shared.tables.settings import TableSettings

IMPORTED = "structures.csv"


class ReferralSettings(TableSettings):
    """What referral needs beside what every service with a table needs: nothing."""

    @property
    def imported_table(self) -> Path:
        """Where an imported directory stands."""
        return self.tables_dir / IMPORTED
