"""One record as lines: its properties in words, where it came from, where it lies, who could see it.

It refuses to say who saw it, and to show unknown as no.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING

from rich.cells import cell_len

from lifepod.access.rules import MODES, Answer
from lifepod.owner.browsing import facts, label_of
from lifepod.owner.browsing import zone_of as zone_of
from lifepod.plain import plain
from lifepod.tui.words import agent_name, place_name

if TYPE_CHECKING:
    from lifepod.owner.correcting import Field
    from lifepod.owner.desk import Audit as Audit
    from lifepod.owner.desk import Desk as Desk
    from lifepod.owner.desk import Entry
    from lifepod.owner.desk import Shown as Shown

Line = tuple[tuple[str, str], ...]
"""Texts that are safe to show, each with its tone."""
Picked = tuple[tuple[str, str] | None, Line]
"""A line, and the screen and the key that it leads to."""
_LABEL = 18
"""Cells of the names of properties."""


def title_of(shown: Shown) -> str:
    """What a person would call it."""
    return plain(shown.found.what or shown.found.who, 200) or "A record without a name"


def _row(label: str, value: str, tone: str = "", depth: int = 0) -> Line:
    name = "  " * depth + label
    return ((name + " " * max(2, _LABEL - cell_len(name)), "quiet"), (value, tone))


def record_rows(shown: Shown, audit: Audit | None, zone: tzinfo | None, storage: str) -> Iterator[Picked]:
    """All that is known of it."""
    found = shown.found
    for fact in facts(found.record, zone):
        yield None, _row(fact.label, fact.value, depth=fact.depth)
    yield None, ()
    yield from ((None, line) for line in _origin(shown))
    yield None, ()
    yield None, (("Who could see it", "title"),)
    yield from _audience(found.url.partition("#")[0], audit, storage)
    yield None, ()
    yield None, (("Where it lies", "title"),)
    yield ("places", found.url.partition("#")[0]), (("→ ", "name"), (place_name(found.path, storage), "name"))
    name = plain(f"{found.path}#{found.url.partition('#')[2]}", 8000)
    yield None, _row("address", name)
    yield None, _row("the same as", f"lifepod records show {name}")


def _origin(shown: Shown) -> Iterator[Line]:
    found, run = shown.found, shown.run
    yield (("Where it came from", "title"),)
    if found.record.get("lp:edited") == "true":
        yield (("You edited it: it is your own word, and no import changes it again.", "name"),)
    if found.also:
        yield _row("also told by", plain(", ".join(found.also), 400))
    if not found.verified:
        who = plain(found.source.removeprefix("from-"), 80)
        yield ((f"Delivered by a vendor ({who}); nobody has checked it. It is not edited or deleted here.", "alert"),)
    elif run is None:
        yield (("No import on record tells where it came from.", "quiet"),)
    else:
        yield _row("import of", plain(run.started, 60))
        for one in run.inputs:
            yield _row("file", plain(one.name, 400))
            said = f"{one.importer} {one.version}, read as {one.shape}; SHA-256 {one.sha256[:16]}…"
            yield _row("", plain(said, 400), "quiet")


def _audience(url: str, audit: Audit | None, storage: str) -> Iterator[Picked]:
    """By the rules that a picture of the pod knows; each leads to the screen of agents."""
    known = audit is not None and any(place.url == url for place in audit.survey.places)
    if audit is None or not known:
        why = "there is no picture of the pod yet" if audit is None else "the picture is older than this file"
        yield None, ((f"Unknown: {why}. On Places u looks again.", "alert"),)
        return
    owner, count = audit.survey.owner, 0
    for entry in audit.who(url):
        if entry.audience != owner:
            count += 1
            yield _entry(entry, owner)
    if not count:
        yield None, (("Nobody but you.", ""),)
    yield (
        None,
        ((f"By the picture of {plain(audit.survey.surveyed_at, 40)}. A pod keeps no record of reads.", "quiet"),),
    )


def _entry(entry: Entry, owner: str) -> Picked:
    sure = [mode.value for mode, answer in zip(MODES, entry.answers, strict=True) if answer is Answer.YES]
    unsure = [mode.value for mode, answer in zip(MODES, entry.answers, strict=True) if answer is Answer.UNKNOWN]
    said = [f"could {', '.join(sure)}"] if sure else []
    said += [f"unknown whether they could {', '.join(unsure)}"] if unsure else []
    if entry.audience == "anyone":
        return None, (("Unknown: its rules could not be read, so it may be open to anyone.", "alert"),)
    tone = "alert" if unsure else "name"
    return ("agents", entry.audience), (
        ("→ ", tone),
        (f"{agent_name(entry.audience, owner)}  ", tone),
        ("; ".join(said), ""),
    )


def trouble_lines(sentence: str, advice: str) -> list[Line]:
    """What went wrong, and what to do."""
    return [((plain(sentence, 2000), ""),), ((plain(advice, 2000), "alert"),)]


# Forms


def field_label(field: Field) -> str:
    """What a value is, and of which part."""
    label = label_of(field.term)
    return plain(f"{field.part} {label}" if field.part else label, 60)


def changed_lines(said: Mapping[Field, str]) -> list[str]:
    """What changes, one line each; an empty value goes away."""
    lines = list[str]()
    for one, value in said.items():
        now = plain(value, 2000) if value.strip() else "(nothing: it is taken away)"
        lines += [field_label(one), f"  was  {plain(one.value, 2000)}", f"  now  {now}"]
    return lines
