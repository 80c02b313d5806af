"""How old a snapshot is, and whether that is too old: a cached one may be forgotten for weeks."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from flowlint.errors import Fault, Place
from flowlint.verdict.finding import PulledSite

Pulls = Mapping[str, tuple[str, datetime]]
"""Path of a snapshot -> its site, and when that was pulled, UTC."""


def sites_pulled(pulled: Pulls, now: datetime | None) -> tuple[PulledSite, ...]:
    """Return the sites with the ages of their snapshots; nothing where the moment of the run is not known."""
    if now is None:
        return ()
    return tuple(
        PulledSite(source, f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", round((now - at) / timedelta(hours=1), 1))
        for source, at in sorted(pulled.values())
    )


def ages(pulled: Pulls, now: datetime | None) -> tuple[str, ...]:
    """Return a sentence for each site on the moment that its issues are from."""
    return tuple(
        f"The issues of {source} are those of {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        + (f", {duration(now - at)} before this run." if now is not None else ".")
        for source, at in sorted(pulled.values())
    )


def stale(pulled: Pulls, now: datetime | None, max_age: timedelta | None) -> tuple[Fault, ...]:
    """Return a fault for each snapshot that is older than allowed."""
    if now is None or max_age is None:
        return ()
    return tuple(
        Fault(
            Place(path),
            f"this snapshot of {source} is {duration(now - at)} old, and --max-age allows {duration(max_age)}",
            "Pull again; where a job caches the snapshot, look whether its pulls fail.",
        )
        for path, (source, at) in sorted(pulled.items())
        if now - at > max_age
    )


def duration(time: timedelta) -> str:
    """Return a length of time in whole minutes, hours or days, as people say it."""
    minutes = max(int(time.total_seconds() // 60), 0)
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= 2 * size or unit == "minute":
            count = minutes // size
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    raise AssertionError(minutes)
