"""The state of things in lines: who could read how much, what lies here, and the parts that tidings tell.

It refuses to name a part that was not looked at yet as anything but that, and to cut a number off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from lifepod.plain import plain
from lifepod.tui.tidings import Parts, counted, pending, picture_rows, quiet_row, since_rows, titled, waiting_rows
from lifepod.tui.tidings import Scene as Scene  # what lines are made from
from lifepod.tui.widgets.bars import bar, fit
from lifepod.tui.widgets.board import Row
from lifepod.tui.words import brief, place_name

if TYPE_CHECKING:
    from lifepod.owner.glance import Exposed, Glance

_ALL = 1000
"""Lines of one kind where all are wanted."""
Boards = tuple[list[Row], list[Row]]


def boards(glance: Glance, scene: Scene, aside: Scene | None) -> Boards:
    """All lines, on one board, or on two where there is a scene for the second one."""
    most = _ALL if scene.whole else max(4, min(24, scene.tall - (15 if aside is None else 14)))
    who, journal = who_rows(glance, scene, most), journal_rows(glance, scene)
    other = aside or scene
    rest = [*waiting_rows(glance, other), *since_rows(glance, other), *picture_rows(other)]
    return ([*who, *rest, *journal], []) if aside is None else ([*who, *journal], rest)


# Who could read how much


def who_rows(glance: Glance, scene: Scene, most: int) -> list[Row]:
    """Everyone but the owner, the widest first."""
    title = f"Who could read how much of {counted(len(scene.audit.survey.places), 'place')}"
    if glance.exposed is None:
        row = pending("who waits", "working out who could read how much …", glance.lost, scene, ("agents", ""))
        return titled("who", title, [row], scene)
    shown = glance.exposed if len(glance.exposed) <= most else glance.exposed[: most - 1]
    columns = _columns([_name(one, scene) for one in shown], scene.width)
    rows = [_who(one, glance, scene, columns) for one in shown]
    left = len(glance.exposed) - len(shown)
    if left:
        rows.append(quiet_row("who more", f"and {left:,} more that could read no more than these", "agents"))
    return titled("who", title, rows, scene)


def _name(one: Exposed, scene: Scene) -> str:
    names = {"public": "anyone", "signed-in": "anyone signed in"}
    inside = one.kind == "group" and one.audience.startswith(scene.root)
    return names.get(one.kind) or (place_name if inside else brief)(one.audience, scene.root if inside else scene.owner)


def _columns(names: Sequence[str], width: int) -> tuple[int, int]:
    """Cells for the name and for the bar."""
    widest = max((cell_len(name) for name in names), default=0)
    return max(10, min(widest, width // 3 + 2)), max(6, min(24, width // 6))


def _who(one: Exposed, glance: Glance, scene: Scene, columns: tuple[int, int]) -> Row:
    name, wide = columns
    every = len(scene.audit.survey.places)
    line: Parts = ((fit(_name(one, scene), name), ""), (fit(f"  {_kind(one, glance)}", 10), "quiet"))
    line += bar(one.places, one.unsure, every, wide)
    figure = f" {one.places:>{len(f'{every:,}')},} place{'s' if one.places != 1 else ' '}"
    line += ((figure, "" if one.places else "quiet"),)
    used = name + 10 + wide + len(figure)
    words = " ".join((plain(one.audience, 300), *one.classes, *one.unsure_classes))
    return Row(f"who {one.audience}", line + _notes(one, scene.width - used), ("agents", one.audience), words)


def _kind(one: Exposed, glance: Glance) -> str:
    """Who is a vendor is known once it was read who asked and who agreed."""
    if one.kind != "agent":
        return "group" if one.kind == "group" else ""
    return "vendor" if one.audience in (glance.vendors or ()) else "agent"


def _notes(one: Exposed, room: int) -> Parts:
    """What is not known first; then classes of records by name where there is room, else how many; none is cut."""
    names = ", ".join(plain(name, 40) for name in one.classes)
    wanted = (
        (f"{one.unsure:,} unknown" if one.unsure else "", "", "alert"),
        ("members unknown" if one.is_unread else "", "", "alert"),
        (names, counted(len(one.classes), "class") if names else "", "quiet"),
        (f"could add at {one.others:,}" if one.others else "", "", "quiet"),
    )
    out: list[tuple[str, str]] = []
    for long, short, tone in wanted:
        lead = ", " if out else "  "
        left = room - len(lead) - sum(cell_len(part) for part, _ in out)
        text = next((text for text in (long, short) if text and cell_len(text) <= left), "")
        out += [(lead + text, tone)] if text else []
    return tuple(out)


def journal_rows(glance: Glance, scene: Scene) -> list[Row]:
    """Classes of records, with how many files of which time."""
    title = "Your records"
    if glance.journal is None:
        row = pending("journal", "counting …", glance.lost, scene, ("journal", ""))
        return titled("journal", title, [row], scene)
    if not glance.journal:
        return titled(
            "journal", title, [quiet_row("journal", "none in this pod yet; 7 imports them", "journal")], scene
        )
    every, most = sum(one.files for one in glance.journal), scene.most(9, 12)
    shown = glance.journal if len(glance.journal) <= most else glance.journal[: most - 1]
    name, wide = _columns([one.name for one in shown], scene.width)
    dark_ones = sum(one.unsure for one in glance.journal)
    rows = []
    for one in shown:
        times = f"  {one.first}" + (f" to {one.last}" if one.last != one.first else "") if one.files else ""
        dark = f"  {one.unsure:,} unknown" if one.unsure else ""
        line: Parts = (
            (fit(plain(one.name, 60), name), ""),
            ("  ", ""),
            *bar(one.files, one.unsure, every + dark_ones, wide),
        )
        line += (
            (f" {one.files:>{len(f'{every:,}')},} file{'s' if one.files != 1 else ' '}", ""),
            (times, "quiet"),
            (dark, "alert"),
        )
        rows.append(Row(f"journal {one.name}", line, ("journal", f"{scene.root}journal/{one.name}/")))
    if len(glance.journal) > len(shown):
        rows.append(quiet_row("journal more", f"and {len(glance.journal) - len(shown)} more classes", "journal"))
    return titled("journal", title, rows, scene)
