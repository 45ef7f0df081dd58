"""Hold CycloneDX documents against their schema; runs in the environment of the audit's tools, which has its library.

``python -m infra.supply.cyclonedx_schema FILE...``. Exit status 1 when one is invalid.
"""

import json
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def main(names: list[str]) -> int:
    """Say which are invalid, and why."""
    invalid = 0
    for name in names:
        text = Path(name).read_text(encoding="utf-8")
        version = SchemaVersion.from_version(json.loads(text)["specVersion"])
        error = JsonStrictValidator(version).validate_str(text)
        if error is not None:
            invalid += 1
            print(f"{name} is no CycloneDX {version.to_version()}: {error}")
    return 1 if invalid else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
