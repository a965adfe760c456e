"""What the journal's screen says: what is filtered, how far reading has come, what could not be read.

It refuses to call a list whole that was not read to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shlex import quote
from typing import TYPE_CHECKING

from textual.content import Content

from lifepod.owner.browsing import Leafing as Leafing  # what the screen reads with
from lifepod.owner.browsing import Reading as Reading
from lifepod.owner.browsing import Sought as Sought
from lifepod.owner.browsing import Unread
from lifepod.owner.browsing import line_of as line_of
from lifepod.owner.browsing import zone_of as zone_of
from lifepod.plain import plain

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit
    from lifepod.owner.desk import Desk as Desk

_ALERT = "$text-warning"


def sought_words(sought: Sought) -> str:
    """What is filtered, in one line; empty where nothing is."""
    said = [plain(", ".join(sought.classes), 120), plain(", ".join(sought.sources), 120)]
    if sought.since or sought.until:
        same = sought.since == sought.until
        said.append(f"in {sought.since}" if same else f"{sought.since or '…'} to {sought.until or '…'}")
    said += [f"with “{plain(sought.vendor, 60)}”"] if sought.vendor else []
    said += [f"at “{plain(sought.place, 60)}”"] if sought.place else []
    said += [f"“{plain(sought.text, 60)}”"] if sought.text else []
    return " · ".join(one for one in said if one)


def command_of(sought: Sought, login: str) -> str:
    """The command that lists the same."""
    parts = ["lifepod", *(["--profile", login] if login else []), "records"]
    pairs = [("--class", one) for one in sought.classes] + [("--source", one) for one in sought.sources]
    pairs += [(f"--{name}", getattr(sought, name)) for name in ("since", "until", "text", "vendor", "place")]
    return " ".join([*parts, *(f"{option} {quote(plain(value, 8000))}" for option, value in pairs if value)])


def count_words(count: int, *, done: bool) -> str:
    """How many records are shown, and whether that is all."""
    return f"{count} record{'' if count == 1 else 's'}" + ("" if done else " so far")


def reading_words(reading: Reading) -> str:
    """How far reading has come."""
    if not reading.whole:
        return "looking for files …"
    return f"reading file {min(reading.done + 1, reading.whole)} of {reading.whole}"


def unread_notice(found: Sequence[Unread]) -> str:
    """That something could not be read, and what to do; empty where all was."""
    if not found:
        return ""
    first, more = found[0], len(found) - 1
    others = f" and {more} more" if more else ""
    return f"Could not be read: {plain(first.path, 200)}{others}. {first.why.advice} o lists why; u tries again."


def unread_words(found: Iterable[Unread]) -> Content:
    """Each file that could not be read, why, and what to do."""
    lines = list[Content]()
    for one in found:
        lines += [Content.styled(plain(one.path, 600), "bold"), Content(f"  {plain(one.why, 600)}")]
        lines.append(Content.styled(f"  {plain(one.why.advice, 600)}", _ALERT))
    lines.append(Content("\nIts records are not in the list, and not in what is counted."))
    return Content("\n").join(lines)


def shelves_of(audit: Audit | None, storage: str) -> frozenset[str]:
    """Every ``<class>/<source>`` that a picture of the pod knows."""
    top, found = f"{storage}journal/", set[str]()
    for place in audit.survey.places if audit is not None else ():
        parts = place.url[len(top) :].split("/") if place.url.startswith(top) else []
        if len(parts) > 2 or (len(parts) == 3 and parts[1]):
            found.add("/".join(parts[:2]))
    return frozenset(found)
