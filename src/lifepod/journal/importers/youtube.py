"""YouTube's tables in Takeout: comments and live chats, subscriptions, and what was put on playlists.

It refuses to keep what a comment says and what was paid for it, and to invent the day of a subscription, which its
table does not tell: subscriptions have no time.

The history of what was watched and searched for is JSON, which :mod:`.google_activity` reads.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Fact, Iri, Reason, Skipped, Thing
from lifepod.journal.importers.clock import moment_of
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.importers.tables import Columns, Row, delimiter_of, has, rows
from lifepod.journal.redact import clean_text
from lifepod.journal.source import Importer, Match, Member
from lifepod.names import SCHEMA

_SOURCE, _SITE = "google-youtube", "https://www.youtube.com/"
_BY: Fact = (SCHEMA + "provider", Iri(_SITE))
_VIDEO, _CHANNEL = r"[A-Za-z0-9_-]{11}", r"UC[A-Za-z0-9_-]{22}"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{5,15}(?:Z|[+-][0-9:]{4,6}| UTC)?"
_COMMENTS, _SUBSCRIPTIONS, _PLAYLIST = "youtube-comments", "youtube-subscriptions", "youtube-playlist"


@dataclass(frozen=True, slots=True)
class _Table:
    """One of the tables: what its columns are called, and what stands in them in any language."""

    shape: str
    columns: Columns
    forms: Mapping[str, str]
    """Column that must be there → how its cells look."""
    path: str
    """How its path ends."""


_TABLES = (
    _Table(
        _COMMENTS,
        {
            "id": ("Comment ID", "Live Chat ID", "Kommentar-ID", "Live-Chat-ID"),
            "time": ("Comment Create Timestamp", "Live Chat Create Timestamp"),
            "video": ("Video ID", "Video-ID"),
            "post": ("Post ID", "Beitrags-ID"),
        },
        {"id": r"Ug[A-Za-z0-9_.-]{15,80}", "time": _TIME, "video": _VIDEO},
        r"(?:comments|live chats|Kommentare|Livechats|commentaires|reacties|comentarios|commenti)(?:\(\d+\))?\.csv$",
    ),
    _Table(
        _SUBSCRIPTIONS,
        {
            "id": ("Channel ID", "Kanal-ID", "ID de la chaîne", "ID des chaînes", "ID del canal", "ID canale",
                   "Kanaal-ID", "ID do canal"),
            "url": ("Channel URL", "Kanal-URL", "URL de la chaîne", "URL des chaînes", "URL del canal", "URL canale",
                    "Kanaal-URL", "URL do canal"),
            "title": ("Channel Title", "Kanaltitel", "Titre de la chaîne", "Titres des chaînes", "Título del canal",
                      "Titolo canale", "Kanaaltitel", "Título do canal"),
        },
        {"id": _CHANNEL, "url": rf"https?://(?:www\.)?youtube\.com/channel/{_CHANNEL}", "title": r"(?s).{1,400}"},
        r"(?:subscriptions|Abos|abonnements|abonnementen|suscripciones|iscrizioni|inscrições)(?:\(\d+\))?\.csv$",
    ),
    _Table(
        _PLAYLIST,
        {
            "video": ("Video ID", "Video-ID"),
            "time": ("Playlist Video Creation Timestamp", "Time Added",
                     "Zeitstempel bei Erstellung des Playlist-Videos"),
        },
        {"video": _VIDEO, "time": _TIME},
        r"/(?:playlists|listes de lecture|listas de reproducción|afspeellijsten|playlist)/[^/]+\.csv$",
    ),
)  # fmt: skip
_LIKED = re.compile(
    r"/(?:liked (?:videos|music)|likes|videos, die ich mag|positiv bewertete videos|vidéos .?j.aime.?|"
    r"v[ií]deos que me gustan|video piaciuti|video.s die ik leuk vind|v[ií]deos (?:marcados com|de que) gostei)"
    r"(?:-videos)?(?:\(\d+\))?\.csv$"
)
"""The playlist of what was liked, by the name it has in each language."""
_OTHERS = ("playlist id", "channel id", "video id", "post id", "playlist-id", "kanal-id", "video-id", "beitrags-id")
"""First columns of the tables that are not read."""
_LINES, _ROWS = 200, 20
"""Lines in which a header is looked for, and rows that are looked at below it."""


class YouTube:
    """Reads ``comments.csv``, ``live chats.csv``, ``subscriptions.csv`` and the tables of playlists."""

    name = "youtube"
    title = "YouTube comments, subscriptions and playlists (Takeout, CSV)"
    version = "1"
    how_to_get = (
        "takeout.google.com: YouTube and YouTube Music, 'All YouTube data included': comments, live chats, playlists, "
        "subscriptions (they are CSV); minutes to hours. History comes as JSON: choose it under 'Multiple formats'."
    )

    def recognise(self, member: Member) -> Match | None:
        """By the names of its columns, or by what stands below them where they are in another language."""
        found = _find(member)
        if found is None:
            return _sibling(member)
        usual = re.search(found.table.path, unicodedata.normalize("NFC", member.path), re.IGNORECASE)
        why = f"it has the columns {', '.join(found.names[:3])}"
        return Match(member, found.table.shape, "", 0.9 if usual else 0.7, why)

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every row in the order of the file."""
        member, number, now = match.member, 0, answers.get("now", "")
        path = unicodedata.normalize("NFC", f"/{member.path}").casefold()
        kind = "like" if match.shape == _PLAYLIST and _LIKED.search(path) else "save"
        try:
            found = _find(member)
            for number, row in rows(member, found.columns, found.lines) if found else ():
                item = _record(match.shape, kind, row, now)
                yield Skipped(item, f"{member.path}#{number}") if isinstance(item, str) else item
        except TooBig:
            yield Skipped("too-large", f"{member.path}#{number + 1}")
        except Malformed:
            yield Skipped("malformed", f"{member.path}#{number + 1}")


@dataclass(frozen=True, slots=True)
class _Found:
    """A table, what its columns are called in this file, and how many lines stand before them."""

    table: _Table
    columns: Columns
    lines: int
    names: Sequence[str]


def _find(member: Member) -> _Found | None:
    """The table a file holds; older playlists tell of themselves in a first table with an empty line below it."""
    first = member.head()
    encoding = encoding_of(first)
    lines = re.split("\r\n|\r|\n", first.decode(encoding, "replace"))
    starts = [at for at in range(min(len(lines), _LINES)) if at == 0 or not lines[at - 1].strip()]
    for at in starts:
        names = _cells(lines[at : at + 1])
        evened = [" ".join(name.split()) for name in (names[0] if names else [])]
        for table in _TABLES if len(evened) > 1 else ():
            columns = _columns(table, evened, lines[at : at + 4 * _ROWS], member.path)
            if columns is not None:
                return _Found(table, columns, at, evened)
    return None


def _columns(table: _Table, names: Sequence[str], lines: Sequence[str], path: str) -> Columns | None:
    """What the columns of a table are called here; ``None`` where it is another table."""
    if has(names, table.columns, tuple(table.forms)):
        # Of a playlist there are two columns and no more: the tables of videos have theirs beside many others.
        return table.columns if table.shape != _PLAYLIST or len(names) < 4 else None
    if table.shape == _PLAYLIST and (len(names) != 2 or "youtube" not in path.lower()):
        return None
    cells = [row for row in _cells(lines)[1 : _ROWS + 1] if len(row) == len(names)]
    taken: dict[str, Sequence[str]] = {}
    for ours, form in table.forms.items():
        for at, name in enumerate(names):
            said = [row[at].strip() for row in cells if row[at].strip()]
            if said and (name,) not in taken.values() and all(re.fullmatch(form, text) for text in said):
                taken[ours] = (name,)
                break
    return {**table.columns, **taken} if len(taken) == len(table.forms) else None


def _cells(lines: Sequence[str]) -> list[list[str]]:
    """The cells of some lines, without the last row if it is cut off; nothing where they are no table."""
    try:
        return list(csv.reader([f"{line}\n" for line in lines], delimiter=delimiter_of(lines[0]))) if lines else []
    except csv.Error:
        return []


def _sibling(member: Member) -> Match | None:
    names = _cells(re.split("\r\n|\r|\n", member.head().decode(encoding_of(member.head(4)), "replace"))[:1])
    first = names[0][0].strip().casefold() if names and len(names[0]) > 1 else ""
    if first not in _OTHERS or not re.search(r"takeout|youtube", member.path, re.IGNORECASE):
        return None
    why, hint = "it is another table of YouTube's export", "Comments, subscriptions and videos on playlists are read."
    return Match(member, "youtube-other", "", 0.4, why, problem=Skipped("unsupported-version", member.path), hint=hint)


# Rows


def _record(shape: str, kind: str, row: Row, now: str) -> Activity | Reason:
    if shape == _SUBSCRIPTIONS:
        return _subscribed(row)
    url = _url("watch?v=", row["video"])
    if shape == _PLAYLIST:
        return _about(kind, row["time"], now, url, "")
    return _about("comment", row["time"], now, url or _url("post/", row["post"]), row["id"])


def _url(path: str, name: str) -> str:
    return f"{_SITE}{path}{name}" if _ID.match(name) else ""


def _about(kind: str, time: str, now: str, url: str, native: str) -> Activity | Reason:
    """A record of something done with a video; a comment has an id of its own."""
    if not url:
        return "no-object"
    start = moment_of(time, now)
    if isinstance(start, str):
        return start
    thing = "VideoObject" if "watch?v=" in url else "SocialMediaPosting"
    part = Thing("object", SCHEMA + "object", (SCHEMA + thing,), ((SCHEMA + "url", Iri(url)),))
    when, own = start.value.isoformat(), re.fullmatch(r"[A-Za-z0-9_.-]{1,120}", native) is not None
    key = (native,) if own else (url, when)
    return Activity(kind, _SOURCE, key, start, None, (_BY,), (part,), (url, when[:16]), native=own)


def _subscribed(row: Row) -> Activity | Reason:
    url, title = _url("channel/", row["id"]), clean_text(row["title"])
    if not url:
        return "no-object"
    facts: tuple[Fact, ...] = ((SCHEMA + "url", Iri(url)), *(((SCHEMA + "name", title),) if title else ()))
    part = Thing("object", SCHEMA + "object", (SCHEMA + "Organization",), facts)
    return Activity("subscribe", _SOURCE, (url,), None, title or None, (_BY,), (part,), native=True)


IMPORTER: Importer = YouTube()
"""What the entry point names."""
