"""The router's command line: ``lookup``, ``bench`` and ``import`` need no broker; no argument runs the service."""

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from services.router import table
from services.router.domain import Place, Territory
from shared.clock import utc_now
from shared.contracts.conversation import Force
from shared.geography import table as communes
from shared.geography.memory import no_collection, peak_mb
from shared.importing.report import Report

LOOKUPS = 100_000
SEED = 20_251_122


def load_territory(path: Path | None = None, fallback: Force = Force.POLICE) -> Territory:
    """Return the territory with the table at ``path``, or the shipped one."""
    with no_collection():
        return Territory(communes.load(), table.read(path or table.SHIPPED), fallback)


def as_dict(place: Place) -> dict[str, Any]:
    """Return a place in the shape of ``PlaceReply``."""
    return {
        "postal_code": place.postal_code,
        "communes": [
            {"insee": c.insee, "name": c.name, "forces": list(c.forces), "service": c.service} for c in place.communes
        ],
        "ask_commune": place.ask_commune,
        "forces": list(place.forces),
    }


def counts(territory: Territory) -> dict[str, int]:
    """Return how the postal codes divide by force, and how many must ask."""
    by_force = Counter(" and ".join(place.forces) for place in territory.places.values())
    found = {f"codes_{forces.replace(' ', '_')}": number for forces, number in sorted(by_force.items())}
    return found | {
        "codes": len(territory.places),
        "codes_of_one_commune": sum(len(place.communes) == 1 for place in territory.places.values()),
        "codes_that_must_ask": sum(place.ask_commune for place in territory.places.values()),
        "communes": len(territory.country.communes),
        "communes_not_plainly_gendarmerie": len(territory.table.rows),
    }


def _sample(territory: Territory) -> list[str]:
    """Return codes as people type them: nine of ten real, the others not."""
    chance = random.Random(SEED)
    real = sorted(territory.places)
    return [
        chance.choice(real) if chance.random() < 0.9 else f"{chance.randrange(100_000):05d}" for _ in range(LOOKUPS)
    ]


def _times(look_up: Callable[[str], object], sample: Sequence[str]) -> dict[str, float]:
    spent = []
    for code in sample:
        before = time.perf_counter_ns()
        look_up(code)
        spent.append(time.perf_counter_ns() - before)
    spent.sort()
    last = len(spent) - 1
    return {"p50_us": spent[last // 2] / 1000, "p99_us": spent[last * 99 // 100] / 1000, "max_us": spent[-1] / 1000}


def whole_start_ms() -> int:
    """Return how long a new process takes from nothing to the answer for one code; the median of five, in ms."""
    spent = []
    for _ in range(5):
        before = time.perf_counter()
        subprocess.run([sys.executable, "-m", "services.router", "lookup", "95300"], check=True, capture_output=True)
        spent.append(time.perf_counter() - before)
    return round(statistics.median(spent) * 1000)


def bench(territory: Territory, table_s: float) -> dict[str, Any]:
    """Measure 100,000 look-ups of each sort; times in microseconds, memory (peak of this process) in MB.

    ``start_ms``: a new process from nothing to its first answer. ``table_ms``: of which reading the tables.
    """
    sample = _sample(territory)
    return {
        "lookups": LOOKUPS,
        "place": _times(territory.place, sample),
        "route": _times(territory.route, sample),
        "start_ms": whole_start_ms(),
        "table_ms": round(table_s * 1000),
        "memory_mb": peak_mb(),
        **counts(territory),
    }


def _print(found: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")


def take(file: Path, edition: str, *, quiet: bool) -> int:
    """Import ``file`` where running routers look for it; returns the exit code."""
    # Imported here: a look-up needs none of it, and answers in half the time.
    from services.router.importer import import_file
    from services.router.settings import RouterSettings
    from shared.importing.command import import_with_report

    target = RouterSettings().imported_table

    def bring(report: Report) -> str:
        named = import_file(file, target, edition, communes.load(), report, quiet=quiet)
        return f"{named} communes, edition {edition}: {target}"

    return import_with_report(target, bring, "table")


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.router", description=__doc__)
    parser.add_argument("--table", type=Path, help="table of competence; without it, the shipped one")
    commands = parser.add_subparsers(dest="command", required=True)
    lookup = commands.add_parser("lookup", help="what a postal code leads to")
    lookup.add_argument("postal_code")
    lookup.add_argument("--commune", help="INSEE code of the commune, when it is chosen")
    importing = commands.add_parser("import", help="take the official file of competence into use")
    importing.add_argument("file", type=Path)
    importing.add_argument("--edition", help="edition of the file, YYYY-MM or YYYY-MM-DD; without it, today")
    importing.add_argument("--quiet", action="store_true", help="no progress bar")
    commands.add_parser("bench", help="100,000 look-ups, and counts of the table")
    given = parser.parse_args(arguments)
    if given.command == "import":
        return take(given.file, given.edition or utc_now().date().isoformat(), quiet=given.quiet)
    started = time.perf_counter()
    territory = load_territory(given.table)
    table_s = time.perf_counter() - started
    if given.command == "lookup":
        _print(as_dict(territory.place(given.postal_code, given.commune)))
    else:
        _print(bench(territory, table_s))
    return 0
