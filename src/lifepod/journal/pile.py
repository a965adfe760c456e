"""What a pile of exports lacks, told from the names and kinds of its files alone.

It refuses to guess what a person has: it names gaps in numbered parts, and what an export of its kind no longer holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from lifepod.plain import plain

_NUMBERED = re.compile(r"(?P<before>.*[^0-9])(?P<number>[0-9]{1,3})(?P<after>\.(?:zip|json|csv|mbox))\Z", re.IGNORECASE)
_PLACES = (
    "This Takeout holds no places: Google keeps them on your phone only. Android: Settings, Location, Timeline, "
    "Export; iPhone: Google Maps, Location & privacy, Export Timeline data."
)


def notes(files: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Sentences about what is missing, from path and importer (empty: not known) of every file.

    A member of an archive is written ``takeout-001.zip!/inside``.
    """
    pile = list(files)
    importers = {importer for _, importer in pile}
    found = [f"Part {part} is missing: ask for it, or download it again." for part in gaps(path for path, _ in pile)]
    from_takeout = any(importer == "google-activity" and "takeout" in path.lower() for path, importer in pile)
    if from_takeout and "google-places" not in importers:
        found.append(_PLACES)
    return tuple(found)


def gaps(paths: Iterable[str]) -> list[str]:
    """Names between the first and the last of numbered files that are not there."""
    series: dict[tuple[str, str], dict[int, str]] = {}
    for path in paths:
        # An archive counts once, by its own name; what lies in it is numbered by others.
        name = path.split("!/")[0]
        found = _NUMBERED.match(name)
        if found is not None:
            numbers = series.setdefault((found["before"], found["after"].lower()), {})
            numbers[int(found["number"])] = found["number"]
    missing: list[str] = []
    for (before, after), numbers in sorted(series.items()):
        missing += [plain(name) for name in _between(before, after, numbers)]
    return missing


def _between(before: str, after: str, numbers: Mapping[int, str]) -> list[str]:
    # Two files of one name that differ in a number may be anything; three parts with one gone in between are a gap.
    first, last = min(numbers), max(numbers)
    if len(numbers) < 2 or last - first >= 2 * len(numbers) + 2 or first > 2:
        return []
    width = len(numbers[first])
    return [f"{before}{n:0{width}}{after}" for n in range(min(first, 1), last) if n not in numbers]
