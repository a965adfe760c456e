"""What matrix, risks and differences say: in sentences for people, as plain values for ``--json``.

It refuses to decide anything, to show unknown as no, and to leave out where nobody could look.
"""

from __future__ import annotations

from collections.abc import Iterable

from lifepod.access.audit import Audit
from lifepod.access.compare import Difference, Move, compare
from lifepod.access.matrix import Cell, matrix
from lifepod.access.risks import risks
from lifepod.access.rules import MODES, Answer, BlindSpot, Mode

Value = dict[str, object]
_HEARD = (
    ("gained", "gained"),
    ("lost", "lost"),
    ("unknown", "is not known any more to have or not to have"),
    ("found_open", "is now known to have"),
    ("found_closed", "is now known not to have"),
)


def matrix_as_value(audit: Audit) -> Value:
    """``surveyed_at audiences rows blind``; a cell holds the least and the most answer of each mode in its row."""
    found = matrix(audit)
    rows = [
        {"place": row.place, "covers": row.covers}
        | {"cells": {who: _cell_value(cell) for who, cell in zip(found.audiences, row.cells, strict=True)}}
        for row in found.rows
    ]
    head: Value = {"surveyed_at": audit.survey.surveyed_at, "audiences": found.audiences}
    return head | {"rows": rows, "blind": blind_as_value(audit.blind)}


def _cell_value(cell: Cell) -> Value:
    return {
        mode.value: {"least": least.word, "most": most.word}
        for mode, least, most in zip(MODES, cell.least, cell.most, strict=True)
    }


def matrix_as_rows(audit: Audit) -> tuple[tuple[str, ...], list[tuple[str, ...]], list[str]]:
    """Head and rows of a table with a column for each audience, and the lines that say what its signs mean."""
    found, owner, root = matrix(audit), audit.survey.owner, audit.survey.storage
    names = [{owner: "you"}.get(who, who) for who in found.audiences]
    marks = [name if "://" not in name else f"[{number}]" for number, name in enumerate(names, -1)]
    rows = [(shown(row.place, root), *map(_letters, row.cells), str(row.covers)) for row in found.rows]
    legend = [f"{mark} {name}" for mark, name in zip(marks, names, strict=True) if mark != name]
    legend.append("r read, a append, w write, c control; (r) in some of these places, r? not known, - nowhere")
    return ("place", *marks, "places"), rows, legend


def _letters(cell: Cell) -> str:
    out = ""
    for mode, least, most in zip(MODES, cell.least, cell.most, strict=True):
        letter = mode.value[0]
        if least is Answer.YES:
            out += letter
        elif most is Answer.YES:
            out += f"({letter})"
        elif most is Answer.UNKNOWN:
            out += f"{letter}?"
    return out or "-"


def risks_as_value(audit: Audit) -> Value:
    """``surveyed_at risks blind``; notes are told and not counted as risks."""
    found = [
        {"kind": r.danger.value, "place": r.place, "audience": r.audience, "says": r.says, "covers": r.covers}
        | {"note": r.danger.is_note}
        for r in risks(audit)
    ]
    return {"surveyed_at": audit.survey.surveyed_at, "risks": found, "blind": blind_as_value(audit.blind)}


def is_risky(audit: Audit) -> bool:
    """Whether there is any risk that is more than a note."""
    return any(not risk.danger.is_note for risk in risks(audit))


def risks_in_words(audit: Audit) -> list[str]:
    """One line each, and where nobody could look."""
    root = audit.survey.storage
    lines = [
        f"{'note' if r.danger.is_note else r.danger.value}: {shown(r.place, root)}{_more(r.covers)}: {r.says}"
        for r in risks(audit)
    ]
    return lines or ["No risky rule was found."]


def difference_as_value(before: Audit, after: Audit) -> Value:
    """``since until moves came went blind blind_before``."""
    found = compare(before, after)
    moves = [
        {"place": m.place, "audience": m.audience, "app": m.app, "issuer": m.issuer, "covers": m.covers}
        | {kind: [mode.value for mode in _modes(m, kind)] for kind, _ in _HEARD}
        for m in found.moves
    ]
    places: Value = {
        kind: [{"place": place, "covers": covers} for place, covers in many]
        for kind, many in (("came", found.came), ("went", found.went))
    }
    dark: Value = {"blind": blind_as_value(found.blind), "blind_before": blind_as_value(found.blind_before)}
    head: Value = {"since": found.since, "until": found.until, "moves": moves}
    return head | places | dark


def difference_in_words(before: Audit, after: Audit) -> list[str]:
    """ "Since then Acme gained read at journal/places/"."""
    found, root = compare(before, after), after.survey.storage
    lines = [line for move in found.moves for line in _said(move, root)]
    lines += [f"came: {shown(place, root)}{_more(covers)}" for place, covers in found.came]
    lines += [f"went: {shown(place, root)}{_more(covers)}" for place, covers in found.went]
    return [f"Since {found.since}:", *(lines or ["Nothing changed that could be seen."]), *_dark_before(found, root)]


def _dark_before(found: Difference, root: str) -> list[str]:
    return [f"Could not look then: {shown(spot.place, root)} ({spot.cause})" for spot in found.blind_before]


def _said(move: Move, root: str) -> Iterable[str]:
    through = "".join(f" with {name}" for name in (move.app, move.issuer) if name)
    for kind, words in _HEARD:
        if modes := _modes(move, kind):
            said = ", ".join(mode.value for mode in modes)
            yield f"{move.audience}{through} {words} {said} at {shown(move.place, root)}{_more(move.covers)}"


def _modes(move: Move, kind: str) -> tuple[Mode, ...]:
    return {
        "gained": move.gained,
        "lost": move.lost,
        "unknown": move.unknown,
        "found_open": move.found_open,
        "found_closed": move.found_closed,
    }[kind]


def foot(audit: Audit) -> list[str]:
    """When the look was, and where nobody could look."""
    s = audit.survey
    lines = [f"Looked at {len(s.places)} places at {s.surveyed_at}."]
    return lines + [f"Could not look: {shown(b.place, s.storage)} ({b.cause})" for b in audit.blind]


def blind_as_value(spots: Iterable[BlindSpot]) -> list[dict[str, str]]:
    """Each spot with its cause."""
    return [{"place": spot.place, "cause": spot.cause} for spot in spots]


def shown(url: str, root: str) -> str:
    """A place as seen from the root of the pod."""
    return (url[len(root) :] or "/") if url.startswith(root) else url


def _more(covers: int) -> str:
    return "" if covers == 1 else f" ({covers} places)"
