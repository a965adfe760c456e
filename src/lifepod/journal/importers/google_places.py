"""Where Google knows a person has been: the Timeline on the phone, and what Takeout held of it until 2024.

It refuses to guess a shape from a file's name (names are translated, keys are not), and to pass off as a success the
files that Takeout gives instead of places since 2024: it says how to get them from the phone.

* Visits become stays and activities become trips, as they stand in the file. Points, which are many, become one track
  for each day (UTC) after the whole file was read: an export may tell of days in any order, and of one in many places.
  What Takeout tells of the way of a trip stays with the trip, as its line.
* What a track is made of is counted in it (``lp:points``); points that are none are counted one by one, as skipped.
* Raw signals of a phone are read only where there is no segment: they tell of the same days, the last few weeks.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Literal

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Reason, Skipped
from lifepod.journal.importers import google_device_places, google_takeout_places
from lifepod.journal.importers.entries import encoding_of, entries, outline
from lifepod.journal.importers.tracks import Days
from lifepod.journal.source import Importer, Match, Member

_OLD, _RECORDS, _SEMANTIC = "location-history-2012", "records-2020", "semantic-location-history"
_ANDROID, _IOS = "timeline-android", "timeline-ios"
_UNDER = {_OLD: "locations", _RECORDS: "locations", _SEMANTIC: "timelineObjects", _ANDROID: "semanticSegments"}
_USUAL = re.compile(
    r"(?:^|[/\\])(?:Records|(?:Location[ _]History|Standortverlauf|Historique des positions|Locatiegeschiedenis|"
    r"Historial de ubicaciones|Cronologia delle posizioni|Histórico de localização)|"
    r"(?:19|20)[0-9]{2}_[^/]{2,20}|location-history|"
    r"(?:Timeline|Zeitachse|Chronologie|Vos trajets|Tijdlijn|Cronología|Cronologia|Linha do tempo|Spostamenti)"
    r"[^/]{0,40})\.json$",
    re.IGNORECASE,
)
_KINDS = re.compile(r'"(?:visit|activity|timelinePath|timelineMemory)"\s*:')
_SEGMENTS = re.compile(r'"semanticSegments"\s*:\s*\[\s*[^\]\s]')
_LOCKED = re.compile(r"(?:^|/)Encrypted Backups?(?:\.txt)?$", re.IGNORECASE)
PHONE = (
    "Places are on the phone only. Android: Settings, Location, Location services, Timeline, Export Timeline data. "
    "iOS: Google Maps, your picture, Settings, Location & privacy, Export Timeline data. Menu words differ by phone."
)
_RAW = f"It holds raw signals of the last weeks only, and no visits or trips. {PHONE}"
Item = Activity | Skipped
Take = Callable[[object], Iterator[Activity | Reason]]


class GooglePlaces:
    """Reads ``Timeline.json``, ``location-history.json``, ``Records.json`` and ``Semantic Location History``."""

    name = "google-places"
    title = "Google Timeline and Location History (phone export, or Takeout until 2024)"
    version = "1"
    how_to_get = f"{PHONE} At once. A Takeout from before the end of 2024 is read as well."

    def recognise(self, member: Member) -> Match | None:
        """By the keys at its start; the name makes it surer."""
        first = member.head()
        kind, keys = outline(first)
        head = first.decode(encoding_of(first), errors="replace")
        path = unicodedata.normalize("NFC", member.path)
        found = _shape((kind, frozenset(keys)), head, _USUAL.search(path) is not None)
        if found is None:
            return _aside(member, path, (kind, keys))
        shape, why = found
        sure = 0.9 if _USUAL.search(path) else 0.7
        hint = _RAW if shape == _ANDROID and not _SEGMENTS.search(head) else ""
        label = google_device_places.SOURCE if shape in (_ANDROID, _IOS) else google_takeout_places.SOURCE
        return Match(member, shape, "", sure, why, hint=hint, label=label)

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Item]:
        """Stays and trips in the order of the file, and then the tracks of its days."""
        try:
            with Days() as days:
                broken = yield from _read(match, answers.get("now", ""), days)
                yield from days.tracks(match.label)
        except sqlite3.Error:  # no room left for the points
            broken = Skipped("too-large", match.member.path)
        if broken is not None:
            yield broken


def _shape(told: tuple[str, frozenset[str]], head: str, usual: bool) -> tuple[str, str] | None:
    """The shape of a document and what it is known by."""
    kind, keys = told
    if kind == "[":
        first = keys & {"visit", "activity", "timelinePath", "timelineMemory"}
        timed = '"startTime"' in head and (first or _KINDS.search(head))
        return (_IOS, "its entries have startTime and a visit, an activity or a path") if timed else None
    if "timelineObjects" in keys:
        return _SEMANTIC, "it has the key timelineObjects"
    if keys & {"semanticSegments", "rawSignals", "userLocationProfile"}:
        return _ANDROID, "it has the key semanticSegments or rawSignals"
    if "locations" in keys and ('"latitudeE7"' in head or (usual and re.search(r'"locations"\s*:\s*\[\s*\]', head))):
        return (_OLD if '"timestampMs"' in head else _RECORDS), "it has locations with latitudeE7"
    return None


def _aside(member: Member, path: str, told: tuple[str, tuple[str, ...]]) -> Match | None:
    """Files that Takeout gives beside places or instead of them."""
    kind, keys = told
    known: tuple[Literal["encrypted-placeholder", "unsupported-version"], float, str]
    if "timelineEdits" in keys:
        known = "unsupported-version", 0.7, "it has the key timelineEdits"
    elif kind == "{" and "deviceSettings" in keys and {"createdTime", "hasReportedLocations"} & set(keys):
        known = "unsupported-version", 0.7, "it holds the settings of the Timeline"
    elif not kind and _LOCKED.search(path):
        known = "encrypted-placeholder", 0.4, "it has the name of the note about encrypted backups"
    else:
        return None
    reason, sure, why = known
    shape = "takeout-without-places"
    hint = f"Takeout holds no places any more. {PHONE}"
    return Match(member, shape, "", sure, why, problem=Skipped(reason, member.path), hint=hint)


def _read(match: Match, now: str, days: Days) -> Generator[Item, None, Skipped | None]:
    """Everything but the tracks; returns what is wrong with the file."""
    takeout, phone = google_takeout_places.Takeout(now, days), google_device_places.Phone(now, days)
    shape = match.shape
    take: Take = phone.segment
    if shape in (_OLD, _RECORDS):
        take = takeout.point
    elif shape == _SEMANTIC:
        take = takeout.object
    count, broken = yield from _entries(match.member, _UNDER.get(shape), take)
    if shape == _ANDROID and not count:
        count, broken = yield from _entries(match.member, "rawSignals", phone.signal)
        if count:
            yield Skipped("raw-only", match.member.path)
    return broken


def _entries(member: Member, under: str | None, take: Take) -> Generator[Item, None, tuple[int, Skipped | None]]:
    """What becomes of each entry of a list; returns how many there were and what is wrong with the file."""
    number, problem = 0, None
    try:
        with member.open() as stream:
            for number, entry in enumerate(entries(stream, member.path, under), 1):
                for found in take(entry):
                    yield Skipped(found, f"{member.path}#{number}") if isinstance(found, str) else found
    except TooBig:
        problem = Skipped("too-large", f"{member.path}#{number + 1}")
    except Malformed:
        problem = Skipped("malformed", f"{member.path}#{number + 1}")
    return number, problem


IMPORTER: Importer = GooglePlaces()
"""What the entry point names."""
