"""Writes the report on a verdict in the format asked for."""

from dataclasses import dataclass
from pathlib import Path

from flowlint.cli.console import PLAIN_WIDTH, columns, paint, remark, write
from flowlint.errors import EXIT_SOURCE, EXIT_USAGE
from flowlint.reports.terminal import Paint, count
from flowlint.verdict.finding import Verdict


@dataclass(frozen=True, slots=True)
class Showing:
    """Options that change what is shown, never what is found."""

    format_: str = "text"
    output: Path | None = None
    """None: standard output."""
    no_color: bool = False
    expand: bool = False
    statistics: bool = False
    quiet: bool = False
    max_findings: int | None = None


def show(verdict: Verdict, options: Showing) -> None:
    """Write the report. Raises UsageError where the file cannot be written."""
    if options.format_ == "json":
        from flowlint.reports import json_report

        write(json_report.render(verdict, max_findings=options.max_findings), options.output)
        return
    from flowlint.reports import text

    layout = text.Options(
        width=columns() if options.output is None else PLAIN_WIDTH,
        paint=paint(no_color=options.no_color) if options.output is None else Paint(),
        expand=options.expand,
        statistics=options.statistics,
        quiet=options.quiet,
        max_findings=options.max_findings,
    )
    write(text.render(verdict, layout), options.output)


def warn(verdict: Verdict) -> None:
    """Say on standard error why the status is above that of findings; the report holds the details."""
    if verdict.status >= EXIT_SOURCE:
        remark(f"Damaged input in {count(len(verdict.faults), 'place')}: the report names it, the rest was judged.")
    elif verdict.status >= EXIT_USAGE:
        failed = dict.fromkeys(fault.rule for fault in verdict.rule_faults)
        remark(f"Rules that failed: {', '.join(failed)}. The others ran.")
