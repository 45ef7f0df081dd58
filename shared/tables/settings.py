"""Settings of a service that holds a table."""

from pathlib import Path

from pydantic import Field

from shared.settings import Settings

DEFAULT_DIR = Path(__file__).parents[2] / "var" / "tables"


class TableSettings(Settings):
    """What a service needs that holds a table."""

    tables_dir: Path = Field(
        default=DEFAULT_DIR, description="Folder of imported tables; they go before those shipped with the package"
    )
    look_for_tables_s: float = Field(default=2.0, gt=0, description="Seconds between two looks for a newer table")
