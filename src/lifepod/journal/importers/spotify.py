"""Spotify: the plays and searches of the account data, and the extended history of all years.

It refuses to read addresses, devices and countries, to take plays of a private session unless they are asked for, and
to call what was played for no time a play.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Duration, Fact, Iri, Moment, Reason, Skipped, Thing
from lifepod.journal.importers.clock import moment_of
from lifepod.journal.importers.entries import encoding_of, entries
from lifepod.journal.redact import clean_text
from lifepod.journal.source import Importer, Match, Member
from lifepod.names import LP_PLAYED_FOR, SCHEMA

_INCOGNITO = "spotify.incognito"
"""Name of the answer."""
_PLAYS, _EXTENDED, _SEARCHES = "spotify-plays", "spotify-extended", "spotify-searches"
_KEYS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_EXTENDED, ("ts", "ms_played", "spotify_track_uri")),
    (_EXTENDED, ("ts", "ms_played", "master_metadata_track_name")),
    (_PLAYS, ("endTime", "msPlayed", "trackName")),
    (_PLAYS, ("endTime", "msPlayed", "episodeName")),
    (_SEARCHES, ("searchTime", "searchQuery")),
)
"""Shape and the keys its entries have."""
_SOURCES = {_PLAYS: "spotify-account", _EXTENDED: "spotify", _SEARCHES: "spotify"}
"""The account's last year and the extended history tell of the same plays: as two sources they are shown once."""
_NAMES = {
    _PLAYS: re.compile(r"StreamingHistory(?:_(?:music|podcast|audiobook|video)_)?\d*[^/]*\.json$", re.IGNORECASE),
    _EXTENDED: re.compile(r"(?:Streaming_History_(?:Audio|Video)|endsong)[^/]*\.json$", re.IGNORECASE),
    _SEARCHES: re.compile(r"SearchQueries[^/]*\.json$", re.IGNORECASE),
}
_OTHERS = re.compile(
    r"(?:Inferences|Playlist\d*|YourLibrary|YourSoundCapsule|Userdata|Payments|Follow|Identity|Identifiers|Wrapped\d*|"
    r"Marquee|DuoNewFamily|MessageData|UserPrompts|Reviews|Ratings)[^/]*\.json$"
)
_PRIVATE_HINT = f"Plays of a private session come in only with --answer {_INCOGNITO}=yes."
_PRIVATE = re.compile(r'"incognito_mode"\s*:\s*true')
_URI = re.compile(r"spotify:(track|episode|chapter|show|audiobook):([A-Za-z0-9]{10,40})\Z")
_ZONE = re.compile(r"\[[A-Za-z/_]{1,40}\]\Z")
_BY: Fact = (SCHEMA + "provider", Iri("https://open.spotify.com/"))
_LONGEST = 366 * 86_400_000
"""Milliseconds; more were never played at a stretch."""
Entry = Mapping[str, Any]


class Spotify:
    """Reads ``StreamingHistory…``, ``Streaming_History_…``, ``endsong_…`` and ``SearchQueries.json``."""

    name = "spotify"
    title = "Spotify"
    version = "1"
    how_to_get = (
        "spotify.com/account/privacy: account data (plays of the last year, searches), after days; and extended "
        "streaming history (all years), after up to 30 days. Plays of a private session come in with --answer "
        "spotify.incognito=yes."
    )

    def recognise(self, member: Member) -> Match | None:
        """By the keys of its entries; the name makes it surer."""
        first = member.head()
        head = first.decode(encoding_of(first), errors="replace").lstrip("\ufeff \t\r\n")
        if head.startswith("["):
            for shape, keys in _KEYS:
                if all(f'"{key}"' in head for key in keys):
                    usual = 0.9 if _NAMES[shape].search(member.path) else 0.7
                    hint = _PRIVATE_HINT if _PRIVATE.search(head) else ""
                    return Match(member, shape, "", usual, f"its entries have {', '.join(keys)}", hint=hint)
        if re.fullmatch(r"\[\s*\]\s*", head):
            named = (shape for shape, name in _NAMES.items() if name.search(member.path))
            why = "it has the name of a file of Spotify and an empty list"
            return next((Match(member, shape, "", 0.5, why) for shape in named), None)
        return _sibling(member) if head.startswith(("[", "{")) else None

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every entry in the order of the file, read as a stream."""
        path, number = match.member.path, 0
        reader = _Reader(match.shape, answers)
        try:
            with match.member.open() as stream:
                for entry in entries(stream, path):
                    number += 1
                    found = reader.found(entry)
                    yield Skipped(found, f"{path}#{number}") if isinstance(found, str) else found
        except TooBig:
            yield Skipped("too-large", f"{path}#{number + 1}")
        except Malformed:
            yield Skipped("malformed", f"{path}#{number + 1}")


def _sibling(member: Member) -> Match | None:
    if not _OTHERS.search(member.path) or "spotify" not in member.path.lower():
        return None
    why, hint = "it is another file of Spotify's export", "Plays and searches are read; this file is not read yet."
    return Match(member, "spotify-other", "", 0.4, why, problem=Skipped("unsupported-version", member.path), hint=hint)


class _Reader:
    def __init__(self, shape: str, answers: Mapping[str, str]) -> None:
        self._shape, self._source, self._now = shape, _SOURCES[shape], answers.get("now", "")
        self._private = answers.get(_INCOGNITO, "").strip().lower() == "yes"

    def found(self, entry: object) -> Activity | Reason:
        if not isinstance(entry, dict):
            return "not-an-activity"
        if self._shape == _SEARCHES:
            return self._search(entry)
        if self._shape == _EXTENDED:
            if entry.get("incognito_mode") not in (False, None) and not self._private:
                return "not-an-activity"
            return self._play(_thing(entry), entry.get("ts"), entry.get("ms_played"))
        return self._play(_account_thing(entry), entry.get("endTime"), entry.get("msPlayed"))

    def _play(self, thing: Thing | None, ended: object, played: object) -> Activity | Reason:
        milliseconds = _count(played)
        if milliseconds is None:
            return "bad-number"
        if milliseconds == 0:
            return "not-an-activity"
        if thing is None:
            return "no-object"
        end = self._moment(ended)
        if isinstance(end, str):
            return end
        # Two plays may end in one second, and one song may be in the list twice for it: all that differs is the key.
        facts, when = dict(thing.facts), end.value.isoformat()
        name, by = str(facts.get(SCHEMA + "name", "")), _by(facts)
        what = name or _address(facts)
        key = (what, by, when, str(milliseconds))
        said: tuple[Fact, ...] = (_BY, (LP_PLAYED_FOR, _duration(milliseconds)))
        match = (what.casefold(), by.casefold(), when[:16])
        return Activity("listen", self._source, key, None, name or None, said, (thing,), match, end=end)

    def _search(self, entry: Entry) -> Activity | Reason:
        query = _text(entry.get("searchQuery"))
        if not query:
            return "not-an-activity"
        start = self._moment(entry.get("searchTime"))
        if isinstance(start, str):
            return start
        when, facts = start.value.isoformat(), ((SCHEMA + "query", query), _BY)
        return Activity("search", self._source, (query, when), start, None, facts, match=(query.casefold(), when[:16]))

    def _moment(self, told: object) -> Moment | Reason:
        return moment_of(_ZONE.sub("", told.strip()) if isinstance(told, str) else told, self._now)


def _account_thing(entry: Entry) -> Thing | None:
    """What was played, in the account data; a podcast of the older files has its show as the artist."""
    if "trackName" in entry or "artistName" in entry:
        return _part("MusicRecording", (("name", entry.get("trackName")), ("byArtist", entry.get("artistName"))))
    return _part("PodcastEpisode", (("name", entry.get("episodeName")), ("partOfSeries", entry.get("podcastName"))))


def _thing(entry: Entry) -> Thing | None:
    """What was played, in the extended history: a song, an episode or a chapter of a book."""
    return _song(entry) or _episode(entry) or _chapter(entry)


def _song(entry: Entry) -> Thing | None:
    said = (
        ("name", entry.get("master_metadata_track_name")),
        ("byArtist", entry.get("master_metadata_album_artist_name")),
        ("inAlbum", entry.get("master_metadata_album_album_name")),
    )
    return _part("MusicRecording", said, entry.get("spotify_track_uri"))


def _episode(entry: Entry) -> Thing | None:
    said = (("name", entry.get("episode_name")), ("partOfSeries", entry.get("episode_show_name")))
    return _part("PodcastEpisode", said, entry.get("spotify_episode_uri"))


def _chapter(entry: Entry) -> Thing | None:
    """A chapter of an audiobook, or the book where no chapter is named."""
    chapter, book = entry.get("audiobook_chapter_title"), entry.get("audiobook_title")
    if _text(chapter):
        return _part("Chapter", (("name", chapter), ("isPartOf", book)), entry.get("audiobook_chapter_uri"))
    return _part("Audiobook", (("name", book),), entry.get("audiobook_uri"))


def _part(kind: str, said: tuple[tuple[str, object], ...], uri: object = None) -> Thing | None:
    """A thing with a name or an address; ``None`` where it has neither."""
    facts: tuple[Fact, ...] = tuple((SCHEMA + name, text) for name, value in said if (text := _text(value)))
    found = _URI.match(uri) if isinstance(uri, str) else None
    if found is None and not _text(said[0][1]):
        return None
    if found is not None:
        facts += ((SCHEMA + "sameAs", Iri(f"https://open.spotify.com/{found.group(1)}/{found.group(2)}")),)
    return Thing("object", SCHEMA + "object", (SCHEMA + kind,), facts)


def _by(facts: Mapping[str, object]) -> str:
    return next(
        (str(facts[SCHEMA + by]) for by in ("byArtist", "partOfSeries", "isPartOf") if SCHEMA + by in facts), ""
    )


def _address(facts: Mapping[str, object]) -> str:
    found = facts.get(SCHEMA + "sameAs")
    return found.value if isinstance(found, Iri) else ""


def _text(value: object) -> str:
    return clean_text(value) if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    """Milliseconds; ``None`` where it is no number of them."""
    if isinstance(value, str):
        value = int(value) if re.fullmatch(r"[0-9]{1,12}", value) else None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LONGEST:
        return None
    return value


def _duration(milliseconds: int) -> Duration:
    """As ``PT3M25.04S``, in the digits of the source."""
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{rest:03}".rstrip("0") if rest else ""
    told = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    return Duration(f"PT{told}{seconds}{fraction}S" if seconds or rest or not told else f"PT{told}")


IMPORTER: Importer = Spotify()
"""What the entry point names."""
