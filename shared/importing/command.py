"""What every ``import`` command line does around its own import: a report beside the table, one exit code."""

import sys
from collections.abc import Callable
from pathlib import Path

from shared.importing.report import ImportRefused, Report


def import_with_report(target: Path, bring: Callable[[Report], str], in_force: str) -> int:
    """Let ``bring`` replace the table at ``target``; print what became of every row, and return the exit code.

    ``bring`` returns the lines to print after the summary, or raises ``ImportRefused``: then ``in_force`` (what the
    table is called) is unchanged, and standard error says so.
    """
    with Report(target.with_suffix(".report.csv")) as report:
        try:
            done = bring(report)
        except ImportRefused as refused:
            report.refused(refused)
            sys.stderr.write(f"{report.summary()}\nrefused: {refused}\nthe {in_force} in force is unchanged\n")
            return 1
        sys.stdout.write(f"{report.summary()}\n{done}\n")
    return 0
