"""What was done to access in words: one line of the change log, one change whole, what differs between two surveys.

It refuses to call a change done that a look did not confirm, and to mix what lifepod did with what was done outside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from lifepod.access.rules import MODES
from lifepod.owner.histories import agreement_in
from lifepod.owner.tracks import FINISHED as FINISHED
from lifepod.owner.tracks import ROLLED_BACK, STARTED, written
from lifepod.plain import plain
from lifepod.tui.views import ALERT as ALERT  # how its words are painted
from lifepod.tui.views import QUIET as QUIET
from lifepod.tui.views import TITLE as TITLE
from lifepod.tui.views import line, moment
from lifepod.tui.words import WHOLE, brief, place_name

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit as Audit  # what its screens are made with
    from lifepod.owner.desk import Desk as Desk
    from lifepod.owner.desk import Outcome as Outcome
    from lifepod.owner.desk import Plan as Plan
    from lifepod.owner.desk import Rounds as Rounds
    from lifepod.owner.tracks import Change as Change
    from lifepod.owner.tracks import Log as Log
    from lifepod.owner.tracks import Torn as Torn
    from lifepod.owner.tracks import Tracks as Tracks

GOOD, BAD = "$text-success", "bold $text-error"
_MOST = 200
"""Lines of one kind that are shown of one change."""
_ENDS = {
    FINISHED: ("done", GOOD, "a fresh look confirmed it"),
    ROLLED_BACK: ("rolled back", ALERT, "it was cut off, and nothing of it stands"),
    STARTED: ("cut off", BAD, "it has begun, and nobody knows its end"),
}
_UNKNOWN = ("unknown", f"italic {ALERT}", "written, and a look found something else than was planned")
_EFFECT = re.compile(r"(\S+) (\w+): (no|yes|unknown) -> (no|yes|unknown) at (.+)\Z")
_RANK = ("no", "unknown", "yes")


@dataclass(frozen=True, slots=True)
class Jump:
    """Something that has a screen of its own."""

    mode: str
    key: str
    label: str


def when(stamp: str) -> str:
    """A UTC stamp to the minute; a day as it is."""
    return moment(f"{stamp[:19]}Z" if len(stamp) > 19 else stamp).removesuffix(" UTC")


def deed_of(change: Change, storage: str) -> str:
    """What was done to whom, in short."""
    what, who, _ = _deed(change, storage)
    return f"{what} {who}".rstrip()


def _deed(change: Change, storage: str) -> tuple[str, str, str]:
    """What was done, to whom (empty for nobody in particular), and where."""
    where = place_name(change.place, storage) if change.place != storage else "the whole pod"
    if change.verb == "private":
        return "made private", "", where
    what = "everything" if len(change.modes) == len(MODES) else ", ".join(m.value for m in MODES if m in change.modes)
    verb = {"undo": "took back"}.get(change.verb, plain(change.verb, 40))
    to = "to" if change.verb in ("grant", "resume") else "of"
    who = f"{to} {brief(change.agent, '')}" if change.agent else ""
    return f"{verb} {what}", who, where


def outcome_of(change: Change, gone: dict[str, str]) -> tuple[str, str, str]:
    """How a change ended in a word or two, its colour, and what that means."""
    if change.name in gone:
        return "taken back", QUIET, "it was done, and taken back since"
    return _ENDS.get(change.state, _UNKNOWN)


def change_row(change: Change, storage: str, gone: dict[str, str]) -> Content:
    """When and how it ended; what to whom; where."""
    word, tone, _ = outcome_of(change, gone)
    return _row(change, storage, (change.ended or change.began, word, tone))


def torn_row(torn: Torn, storage: str) -> Content:
    """A change that has not ended, on top of all."""
    return _row(torn.change, storage, (torn.change.began, "under way" if torn.waits else "cut off", BAD))


def _row(change: Change, storage: str, said: tuple[str, str, str]) -> Content:
    at, word, tone = said
    what, who, where = _deed(change, storage)
    lines = [Content.assemble((f"{when(at)}  ", QUIET), (word, tone)), Content.styled(f"  {what}", "bold")]
    lines += [Content(f"  {who}")] if who else []
    return Content("\n").join([*lines, Content(f"  at {where}")])


# One of them


def change_words(change: Change, tracks: Tracks, audit: Audit | None, storage: str) -> Iterator[Content]:
    """One change whole: what, whom, where, when, how it ended, why, what was written, who gained or lost what."""
    word, tone, means = outcome_of(change, tracks.gone)
    yield from _head(change, storage)
    yield line("Outcome", (word, tone), f": {means}")
    names = {one.name: one for one in tracks.log.changes}
    for said, name in (("Taken back by", tracks.gone.get(change.name, "")), ("Took back", change.undoes)):
        other = names.get(name)
        if other is not None:
            yield line("", f"{said} the change of {when(other.began)}: {deed_of(other, storage)}")
    yield from _written(change, audit, storage)
    yield from _effects(change, storage)


def _head(change: Change, storage: str) -> Iterator[Content]:
    _, _, where = _deed(change, storage)
    yield line("What", (deed_of(change, storage), "bold"))
    if change.agent:
        yield line("Whom", plain(change.agent, WHOLE))
    yield line("Where", where)
    ended = f", ended {when(change.ended)}" if change.ended and when(change.ended) != when(change.began) else ""
    yield line("When", f"{when(change.began)}{ended} UTC")
    if change.until:
        yield line("Until", when(change.until))
    agreement = agreement_in(change)
    if agreement:
        by = "by the end of" if change.why.startswith("end of") else "by"
        yield line("Agreement", f"{by} agreement {agreement[:8]}")
    elif change.why:
        yield line("Note", plain(change.why, 1000))


def _written(change: Change, audit: Audit | None, storage: str) -> Iterator[Content]:
    yield Content.styled("\nWhat was written" if change.state == FINISHED else "\nWhat it was to write", TITLE)
    if not change.images:
        yield Content("Nothing is on record.")
    left = _MOST
    for image, lines, why in written(change, audit.survey.server if audit else None):
        kind = "make" if image.before is None else "remove" if image.after is None else "edit"
        does = {"make": "made", "remove": "removed", "edit": "edited"}[kind] if change.state == FINISHED else kind
        yield Content(f"{does} {place_name(image.document, storage)}")
        if why:
            yield Content.styled(f"  what was in it cannot be told: {plain(why)}", ALERT)
        for said in lines[: max(0, left)]:
            yield Content.styled(f"  {plain(said, 900)}", GOOD if said.startswith("+") else "$text-error")
        if len(lines) > left:
            yield Content.styled(f"  … and {len(lines) - max(0, left)} more lines", QUIET)
        left -= len(lines)


def _effects(change: Change, storage: str) -> Iterator[Content]:
    done = change.state == FINISHED
    yield Content.styled("\nWho gained or lost what" if done else "\nWho was to gain or lose what", TITLE)
    for effect in change.effects[:_MOST]:
        found = _EFFECT.match(effect)
        if found is None:
            yield Content(plain(effect, 900))
            continue
        who, mode, before, after, where = found.groups()
        up = _RANK.index(after) > _RANK.index(before)
        word = ("gained" if done else "to gain") if up else ("lost" if done else "to lose")
        verb = (word, f"bold {GOOD}" if up else "bold $text-error")
        place = where if where.endswith(" places") else place_name(where, storage)
        yield Content.assemble(f"{plain(who, 300)} ", verb, f" {mode}, {before} → {after}, at {plain(place)}")
    if len(change.effects) > _MOST:
        yield Content.styled(f"… and {len(change.effects) - _MOST} more", QUIET)
    if not change.effects:
        yield Content("Nobody, as far as the record says.")


def torn_words(torn: Torn, storage: str) -> Iterator[Content]:
    """A change that has not ended: what it was to do, how it stands, and what recovering would do."""
    yield from _head(torn.change, storage)
    if torn.waits:
        yield line("Outcome", ("not ended", BAD), f": {plain(torn.waits, 300)}")
        yield Content("\nIt is left alone for now. u looks again.")
        return
    yield line("Outcome", ("cut off", BAD), ": whoever began it is gone")
    yield Content.styled("\nWhat recovering would do", TITLE)
    yield from recovery_words(torn, storage)
    yield from _effects(torn.change, storage)


def recovery_words(torn: Torn, storage: str) -> Iterator[Content]:
    """What recovering would write, and how it would leave the change."""
    if not torn.writes:
        said = {
            FINISHED: "All of it was written: it is put on record as done. Nothing else is written.",
            ROLLED_BACK: "Nothing of it was written: it is put on record as rolled back. Nothing else is written.",
        }.get(torn.state, "Somebody else has written since: it is put on record as not confirmed, and left as it is.")
        yield Content(said)
        return
    closes = torn.change.verb in ("revoke", "suspend", "private")
    how = "Finish it, so that less is open" if closes else "Roll it back, so that less is open"
    yield Content(f"{how}. It writes:")
    yield from (Content(f"• {place_name(url, storage)}") for url in torn.writes[:_MOST])
    if len(torn.writes) > _MOST:
        yield Content(f"• … and {len(torn.writes) - _MOST} more")
    if torn.state not in (FINISHED, ROLLED_BACK):
        said = "Some of its documents were changed by somebody else since: those stay, and it counts as not confirmed."
        yield Content.styled(said, ALERT)


def jumps_of(change: Change, storage: str) -> tuple[Jump, ...]:
    """Where Enter leads to from a change: its agent, its place, its agreement, the other places that it wrote to."""
    out = [Jump("places", change.place, f"place  {place_name(change.place, storage)}")]
    if change.agent:
        out.insert(0, Jump("agents", change.agent, f"agent  {brief(change.agent, '')}"))
    agreement = agreement_in(change)
    out += [Jump("agreements", agreement, f"agreement  {agreement[:8]}")] if agreement else []
    others = dict.fromkeys(image.place for image in change.images if image.place and not image.group)
    places = [place for place in others if place != change.place]
    return (*out, *(Jump("places", one, f"place  {place_name(one, storage)}") for one in places[:_MOST]))


def unread_words(found: Iterable[tuple[str, str]]) -> Content:
    """What could not be read, and why."""
    return Content("\n").join([Content(f"{plain(url, 300)}: {plain(why)}") for url, why in found])
