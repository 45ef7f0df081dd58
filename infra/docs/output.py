"""What every generator does with its text: write it, or with ``--check`` compare it with the file that is there."""

import argparse
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The repository's root."""


def run(module: str, target: Path, render: Callable[[], str]) -> int:
    """Serve one generator's command line; return its exit status (1: ``--check`` found the file stale)."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is stale")
    name = target.relative_to(ROOT).as_posix()
    text = render()
    if not parser.parse_args().check:
        target.write_text(text, encoding="utf-8")
        print(f"wrote {name}")
        return 0
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        print(f"{name} is what the code says")
        return 0
    print(f"{name} is stale: run `python -m {module}`")
    return 1
