"""An importer for the log of a made-up internet radio: a CSV with the columns heard_at, title, station."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime

from lifepod import Activity, Importer, Match, Member, Moment, Skipped, Thing

SCHEMA = "https://schema.org/"


class RadioLog:
    name = "radio-log"
    title = "Radio log"
    version = "1"
    how_to_get = "In the radio's settings: History, Save as CSV."

    def recognise(self, member: Member) -> Match | None:
        """By its first line; a name alone would not be enough."""
        if member.head(256).startswith(b"heard_at,title,station"):
            return Match(member, "radio-log", "1", 0.7, "it has the columns heard_at, title and station")
        return None

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """One record a row; a row that is none says why, and never what stood in it."""
        with match.member.open() as stream, io.TextIOWrapper(stream, "utf-8", errors="replace") as text:
            for number, row in enumerate(csv.DictReader(text), 1):
                try:
                    heard = datetime.fromisoformat(row["heard_at"])
                except (ValueError, TypeError):
                    yield Skipped("bad-time", f"{match.member.path}#{number}")
                    continue
                if not row["title"]:
                    yield Skipped("no-object", f"{match.member.path}#{number}")
                    continue
                song = ((SCHEMA + "name", row["title"]), (SCHEMA + "byArtist", row["station"] or "unknown"))
                part = Thing("object", SCHEMA + "object", (SCHEMA + "MusicRecording",), song)
                key = (row["title"], heard.isoformat())
                yield Activity("listen", "radio", key, Moment(heard), row["title"], things=(part,))


IMPORTER: Importer = RadioLog()
