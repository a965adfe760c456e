"""What waits for the person, what changed, how much the picture tells: parts of a glance in lines.

It refuses to say "none" of what could not be looked at, and to name what is not there yet as anything but that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from rich.cells import cell_len

from lifepod.access.rules import MODES, BlindSpot, Mode
from lifepod.plain import plain
from lifepod.tui.widgets.bars import fit
from lifepod.tui.widgets.board import Key, Row
from lifepod.tui.widgets.lines import folded
from lifepod.tui.words import brief, place_name, read_time, taken

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit
    from lifepod.owner.glance import Asking, Compared, Ending, Gap, Glance, Late, Notice, Part, Since

T = TypeVar("T")
Parts = tuple[tuple[str, str], ...]
_LABEL = 10
_UNKNOWN = "unknown: "
_OLD = 86_400
"""Seconds after which a picture is called old."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the lines are made from, beside the glance."""

    audit: Audit
    now: datetime
    width: int
    """Cells of a line."""
    tall: int
    """Lines that are in view."""
    blind: tuple[BlindSpot, ...] = ()
    """Where nobody could look."""
    whole: bool = False
    """All of everything, for a filter to choose from."""

    @property
    def owner(self) -> str:
        """WebID."""
        return self.audit.survey.owner

    @property
    def root(self) -> str:
        """Of the pod."""
        return self.audit.survey.storage

    def most(self, few: int, many: int) -> int:
        """How many lines of a kind: few in a low window."""
        return 1000 if self.whole else few if self.tall < 30 else many


def counted(count: int, what: str) -> str:
    """``1 place``, ``3 places``, ``2 classes``."""
    return f"{count:,} {what}{'' if count == 1 else 'es' if what.endswith('s') else 's'}"


def titled(name: str, title: str, rows: Iterable[Row], scene: Scene) -> list[Row]:
    """A section: its title with a rule, its lines."""
    rule = "─" * max(0, scene.width - len(title) - 1)
    head = Row(f"{name} title", ((title, "title"), (" ", ""), (rule, "bar-rest")))
    return [head, *rows, *([Row(f"{name} end", ())] if scene.tall >= 30 else [])]


def quiet_row(name: str, text: str, mode: str, key: str = "") -> Row:
    """A line that nothing hangs on."""
    return Row(name, ((text, "quiet"),), (mode, key))


def pending(name: str, doing: str, lost: Gap | None, scene: Scene, key: Key) -> Row:
    """What stands where nothing was found yet; where looking broke off, that and the way on."""
    said = f"unknown: {plain(lost.why)} u looks again." if lost else doing
    return Row(name, ((fit(said, scene.width).rstrip(), "alert" if lost else "quiet"),), key, plain(said))


# What waits


def waiting_rows(glance: Glance, scene: Scene) -> list[Row]:
    """Requests, ends, duties, messages; below them what to do about what could not be looked at."""
    letters = f"{counted(glance.letters, 'message')} in the inbox" if glance.letters else ""
    none = f"none is taken in; {letters}, which 5 looks through" if letters else "none waits"
    rows = [
        *_listed(_Kind("Requests", "requests", none, _asking), glance.asking, scene),
        *_listed(_Kind("Ending", "agreements", "nothing ends within 14 days", _ending), glance.ending, scene),
        *_listed(_Kind("Overdue", "agreements", "no promise is overdue", _late), glance.late, scene),
        *_listed(_Kind("Not told", "agreements", "everyone was told what was decided", _untold), glance.untold, scene),
    ]
    if letters and glance.asking is not None and glance.asking.found:
        rows.insert(1, Row("letters", (_label(""), (f"and {letters}", "quiet")), ("requests", "")))
    for gap in glance.gaps[:2]:
        text = f"{plain(gap.why, 300)} {plain(gap.advice, 300)} u tries again."
        for number, line in enumerate(list(folded(((text, "quiet"),), max(20, scene.width - _LABEL - 2)))[:3]):
            rows.append(Row(f"{gap.why} {number}", (_label("" if number else "Why"), *line), ("requests", "")))
    return _once(rows, scene)


def _once(rows: list[Row], scene: Scene) -> list[Row]:
    """The section; a reason that several lines give is told by the first of them."""
    told, out = set[str](), list[Row]()
    for row in rows:
        text = row.line[-1][0]
        if text.startswith(_UNKNOWN) and text in told:
            row = replace(row, line=(row.line[0], ("unknown, for the same reason", "alert")))
        told.add(text)
        out.append(row)
    return titled("waiting", "Waiting for you", out, scene)


def _label(text: str) -> tuple[str, str]:
    return text.ljust(_LABEL), "quiet"


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing that waits."""

    name: str
    who: str
    """Gives way where there is no room."""
    must: str
    """Is never cut where the name alone can give way."""
    more: str
    tone: str
    key: Key


@dataclass(frozen=True, slots=True)
class _Kind(Generic[T]):
    """One kind of thing that waits."""

    label: str
    mode: str
    none: str
    """What is said where there is surely none."""
    row: Callable[[T, Scene], _Item]


def _listed(kind: _Kind[T], part: Part[T] | None, scene: Scene) -> Iterator[Row]:
    """The first of them, how many more, and what is not known; one line where there is nothing to list."""
    nowhere, room = (kind.mode, ""), scene.width - _LABEL
    if part is None:
        yield Row(kind.label, (_label(kind.label), ("looking …", "quiet")), nowhere)
        return
    if part.is_unknown:
        said = fit(f"{_UNKNOWN}{plain(part.gaps[0].why)}", room).rstrip()
        yield Row(kind.label, (_label(kind.label), (said, "alert")), nowhere)
        return
    if not part.found:
        yield Row(kind.label, (_label(kind.label), (fit(kind.none, room).rstrip(), "quiet")), nowhere)
    most = scene.most(2, 5)
    shown = part.found if len(part.found) <= most else part.found[: most - 1]
    for number, one in enumerate(shown):
        item = kind.row(one, scene)
        # The name gives way, so that a day is never cut off.
        who = fit(item.who, min(cell_len(item.who), max(12, room - cell_len(item.must) - bool(item.more))))
        line = (_label("" if number else kind.label), (fit(who + item.must + item.more, room).rstrip(), item.tone))
        yield Row(f"{kind.label} {item.name}", line, item.key, item.who + item.must + item.more)
    if len(part.found) > len(shown):
        more = f"and {len(part.found) - len(shown):,} more"
        yield Row(f"{kind.label} more", (_label(""), (more, "quiet")), nowhere)
    for gap in part.gaps[:1]:
        said = fit(f"perhaps more: {plain(gap.why)}", room).rstrip()
        yield Row(f"{kind.label} gap", (_label(""), (said, "alert")), nowhere)


def _asking(one: Asking, scene: Scene) -> _Item:
    by = f", answer by {_day(one.reply_by, scene)}" if one.reply_by else ""
    said = f" asks since {_day(one.since, scene)}{by}"
    return _Item(one.id, brief(one.who, scene.owner), said, "", "", ("requests", one.id))


def _ending(one: Ending, scene: Scene) -> _Item:
    day, who = _day(one.until, scene), brief(one.who, scene.owner)
    if one.agreement:
        said = f": agreement ends {day}{_in_days(one.until, scene.now)}"
        return _Item(one.agreement, who, said, "", "", ("agreements", one.agreement))
    name, what = (
        f"{one.who} {one.place} {one.until}",
        f", {', '.join(one.modes)} at {place_name(one.place, scene.root)}",
    )
    if one.over:
        said = f": ended {day}, not closed"
        return _Item(name, who, said, f"{what}; lifepod guard closes it", "alert", ("agents", one.who))
    return _Item(name, who, f": ends {day}{_in_days(one.until, scene.now)}", what, "", ("agents", one.who))


def _late(one: Late, scene: Scene) -> _Item:
    said, name = f": due {_day(one.due_by, scene)}", f"{one.agreement} {one.due_by} {one.says}"
    key = ("agreements", one.agreement)
    return _Item(name, brief(one.who, scene.owner), said, f", {plain(one.says, 300)}", "alert", key)


def _untold(one: Notice, scene: Scene) -> _Item:
    folder, _, name = one.record.rpartition("/")
    case = folder.rpartition("/")[2] if "/agreements/" in folder else ""
    said = f": {plain(name.removesuffix('.jsonld'), 60)}"
    key = ("agreements", case)
    return _Item(one.name, brief(one.to, scene.owner), said, "; lifepod guard tries again", "alert", key)


def _day(stamp: str, scene: Scene) -> str:
    """``2 Dec``; with its year where that is another one; what is no day as it is."""
    try:
        found = date.fromisoformat(stamp[:10])
    except ValueError:
        return plain(stamp, 20)
    return f"{found.day} {found:%b}" + (f" {found.year}" if found.year != scene.now.year else "")


def _in_days(until: str, now: datetime) -> str:
    try:
        days = (date.fromisoformat(until[:10]) - now.date()).days
    except ValueError:
        return ""
    return ", today" if days == 0 else ", tomorrow" if days == 1 else f", in {days} days" if days > 1 else ""


# What changed

_HEARD = (
    ("gained", "+", "gained", "good"),
    ("lost", "-", "lost", "bad"),
    ("unknown", "?", "may have, which was known before,", "alert"),
    ("found_open", "?", "is now known to have", "alert"),
    ("found_closed", "?", "is now known not to have", "alert"),
)


def since_rows(glance: Glance, scene: Scene) -> list[Row]:
    """What differs from the survey before: in short, then move by move."""
    since = glance.since
    if since is None or since.compared is None:
        row = pending("since", "comparing …", glance.lost if since is None else None, scene, ("changes", ""))
        if since is not None:
            row = quiet_row(
                "since", fit("no earlier survey is kept here to compare with", scene.width).rstrip(), "changes"
            )
        return titled("since", "What changed since the survey before", [row], scene)
    lines = list(_differences(since.compared, scene))
    most = scene.most(3, 8)
    shown = lines if len(lines) <= most else lines[: most - 1]
    rows = [*_in_short(since, scene), *shown]
    if len(lines) > len(shown):
        rows.append(quiet_row("since rest", f"and {len(lines) - len(shown):,} more", "changes"))
    return titled("since", f"What changed since {_moment(since.at, scene.now)}", rows, scene)


def _in_short(since: Since, scene: Scene) -> Iterator[Row]:
    found = since.compared
    assert found is not None
    people = len({one.move.audience for one in found.moves})
    came, went = (sum(covers for _, covers in many) for many in (found.found.came, found.found.went))
    apart = sum(1 for one in found.moves if one.modes and not one.is_ours) if since.is_explained else 0
    said = [f"{apart:,} outside lifepod"] if apart else []
    said += [f"access changed for {people:,}" if people else "nobody gained or lost anything"]
    said += [f"{counted(came, 'place')} came"] if came else []
    said += [f"{counted(went, 'place')} went"] if went else []
    dark = bool(found.found.blind or found.found.blind_before)
    texts = ", ".join(said) + "," * dark, "partly blind" if dark else ""
    yield from _spread("since", texts, ((), "alert" if apart else "" if people else "quiet"), scene, ("changes", ""))


def _spread(name: str, texts: tuple[str, str], style: tuple[Parts, str], scene: Scene, key: Key) -> Iterator[Row]:
    """Two texts in one line; in two where they do not fit and the window is tall. ``style``: lead, tone."""
    lead, tone = style
    indent = sum(cell_len(text) for text, _ in lead)
    room, whole = scene.width - indent, " ".join(texts).rstrip()
    if cell_len(whole) <= room or scene.tall < 30:
        yield Row(name, (*lead, (fit(whole, room).rstrip(), tone)), key)
        return
    yield Row(name, (*lead, (fit(texts[0], room).rstrip(), tone)), key)
    yield Row(f"{name} more", ((" " * (indent + 2), ""), (fit(texts[1], room - 2).rstrip(), tone)), key)


def _differences(found: Compared, scene: Scene) -> Iterator[Row]:
    for number, one in enumerate(found.moves):
        move = one.move
        who, where = brief(move.audience, scene.owner), place_name(move.place, scene.root)
        more = f" ({counted(move.covers, 'place')})" if move.covers > 1 else ""
        for kind, sign, said, tone in _HEARD:
            modes: tuple[Mode, ...] = getattr(move, kind)
            if modes:
                words = ", ".join(mode.value for mode in MODES if mode in modes)
                name = f"since {kind} {move.audience} {move.place} {move.app} {move.issuer} {number}"
                texts = (f"{who} {said} {words}", f"at {where}{more}")
                yield from _spread(name, texts, (((f"  {sign} ", tone),), ""), scene, ("places", move.place))
    for sign, said, places in (("+", "came", found.found.came), ("-", "went", found.found.went)):
        for url, covers in places:
            more = f" ({counted(covers, 'place')})" if covers > 1 else ""
            text = fit(f"{place_name(url, scene.root)} {said}{more}", scene.width - 4).rstrip()
            key = ("places", url) if said == "came" else ("changes", "")
            yield Row(f"since {said} {url}", ((f"  {sign} ", "quiet"), (text, "quiet")), key)


def _moment(stamp: str, now: datetime) -> str:
    at = read_time(stamp, now)
    return plain(stamp, 40) if at is None else f"{at:%H:%M}" if at.date() == now.date() else f"{at:%d %b %Y %H:%M}"


# The picture itself


def picture_rows(scene: Scene) -> list[Row]:
    """How fresh the picture is, and where nobody could look."""
    survey, spots = scene.audit.survey, scene.blind
    at = read_time(survey.surveyed_at, scene.now)
    old = at is None or (scene.now - at).total_seconds() >= _OLD
    said = taken(scene.audit, scene.now).removeprefix("picture of ") + ("; old: u looks again" if old else "")
    rows = [
        Row(
            "taken",
            (_label("Taken"), (fit(said, scene.width - _LABEL).rstrip(), "alert" if old else "")),
            ("changes", ""),
        )
    ]
    if not spots:
        rows.append(Row("blind", (_label("Blind"), ("nothing was hidden from the look", "quiet")), ("places", "")))
    most = scene.most(2, 5)
    shown = spots if len(spots) <= most else spots[: most - 1]
    for number, spot in enumerate(shown):
        texts = (f"{place_name(spot.place, scene.root)}:", plain(spot.cause, 300))
        lead = (_label("" if number else "Blind"),)
        rows += _spread(f"blind {spot.place} {number}", texts, (lead, "alert"), scene, ("places", spot.place))
    if len(spots) > len(shown):
        more = f"and {counted(len(spots) - len(shown), 'more place')} where nobody could look"
        rows.append(Row("blind more", (_label(""), (more, "alert")), ("places", "")))
    return titled("picture", "How much this picture tells", rows, scene)
