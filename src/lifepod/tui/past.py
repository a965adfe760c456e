"""What a place holds, and the history of access, as lines to read.

It refuses to shorten an address, to call a change on record the truth of today, and to show unknown as no.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from lifepod.access.rules import MODES
from lifepod.owner.histories import agreement_in
from lifepod.plain import plain
from lifepod.tui.views import moment
from lifepod.tui.words import WHOLE, place_name

if TYPE_CHECKING:
    from lifepod.owner.histories import Change, Found, Log
    from lifepod.owner.previews import Held
    from lifepod.tui.widgets.lines import Line

VIEWS = ("table", "turtle", "raw")
_COLUMNS = (34, 28)
"""The widest that subject and property become, cells."""
_CHUNK = 1000
"""Characters of a raw line that stand in one line; a longer one goes on in the next."""
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")
_STATES = {
    "rolled-back": "rolled back: it was cut off, and nothing of it stands",
    "unconfirmed": "not confirmed: a look found something else",
    "started": "begun, and not ended",
}
_DEEDS = {"grant": "grant", "revoke": "revoke", "suspend": "suspend", "resume": "resume", "undo": "take back"}


def size_words(size: int | None) -> str:
    """``48.2 KiB``; "size unknown" where nobody knows."""
    if size is None:
        return "size unknown"
    number, unit = float(size), 0
    while number >= 1024 and unit < len(_UNITS) - 1:
        number, unit = number / 1024, unit + 1
    return f"{size} byte{'' if size == 1 else 's'}" if not unit else f"{number:.1f} {_UNITS[unit]}"


def facts_of(held: Held) -> str:
    """What it is, how large, when changed: one line."""
    said = [plain(held.media_type, 80) or "type unknown", size_words(held.size)]
    if held.table is not None:
        count = len(held.table.rows)
        said.append(f"{count} row{'' if count == 1 else 's'}")
    said += [f"changed {plain(held.modified, 40)}"] if held.modified else []
    return " · ".join(said)


def pages_of(held: Held, path: str) -> dict[str, tuple[Line, list[Line]]]:
    """The head and the lines of each view; a view that there is not says why."""
    notes: list[Line] = [((plain(note, 600), "alert"),) for note in held.notes]
    if held.text is None:
        said = "Binary: its bytes are not shown."
        none: list[Line] = [((said, ""),), ((f"lifepod get {path} FILE keeps it as a file.", "quiet"),)]
        return {view: ((), [*none, *notes]) for view in VIEWS}
    raw = [*notes, *_text(held.text)]
    if held.table is None:
        missing: list[Line] = [*notes, (("No linked data to lay out here; the raw view shows what lies there.", ""),)]
        return {"table": ((), missing), "turtle": ((), missing), "raw": ((), raw)}
    head, rows = _table(held.table.rows)
    return {"table": (head, [*notes, *rows]), "turtle": ((), _text(held.table.turtle)), "raw": ((), raw)}


def _text(text: str) -> list[Line]:
    out: list[Line] = []
    for line in text.removesuffix("\n").split("\n"):
        line = line.removesuffix("\r").expandtabs(4)
        parts = [line[at : at + _CHUNK] for at in range(0, len(line), _CHUNK)] or [""]
        out += [((plain(part, _CHUNK * 8), ""),) for part in parts]
    return out


def _table(rows: Sequence[tuple[str, str, str]]) -> tuple[Line, list[Line]]:
    clean = [(plain(s, WHOLE), plain(p, WHOLE), plain(o, WHOLE)) for s, p, o in rows]
    widths = [min(most, max((cell_len(row[at]) for row in clean), default=0)) for at, most in enumerate(_COLUMNS)]
    widths = [max(width, len(name)) for width, name in zip(widths, ("subject", "property"), strict=True)]
    head: Line = ((f"{'subject'.ljust(widths[0])}  {'property'.ljust(widths[1])}  value", "title"),)
    out: list[Line] = []
    before = ""
    for subject, name, value in clean:
        first = _fit(subject, widths[0]) if subject != before else " " * widths[0]
        out.append(((f"{first}  ", "name"), (f"{_fit(name, widths[1])}  ", "quiet"), (value, "")))
        before = subject
    return head, out


def _fit(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text)) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


# History


def log_lines(changes: Iterable[Change], log: Log, storage: str, *, about: str = "") -> Iterator[Line]:
    """What was changed, the newest first; ``about``: an agent that need not be named again."""
    yield (("What was changed with lifepod, as the change log of the pod has it", "title"),)
    empty = True
    for change in changes:
        empty = False
        yield from _change(change, storage, about)
    for url, why in log.unread:
        yield ((f"  unknown: {place_name(url, storage)} could not be read ({plain(why)})", "alert"),)
    if empty and not log.unread:
        yield (
            ("  Nothing. Rules that other programs wrote are in no log: only the surveys below show them.", "quiet"),
        )


def _change(change: Change, storage: str, about: str) -> Iterator[Line]:
    modes = ", ".join(mode.value for mode in MODES if mode in change.modes)
    what = "everything" if len(change.modes) == len(MODES) else modes
    where = place_name(change.place, storage) if change.place != storage else "the whole pod"
    if change.verb == "private":
        deed = f"made {where} private: only you"
    else:
        deed = f"{_DEEDS.get(change.verb, plain(change.verb, 40))} {what} at {where}"
    yield ((f"  {_when(change.ended or change.began)}  ", "quiet"), (deed, "name"))
    if change.agent and change.agent != about:
        yield ((f"{'':20}{'to' if change.verb in ('grant', 'resume') else 'of'} {plain(change.agent, 300)}", ""),)
    said = [f"until {_when(change.until)}"] if change.until else []
    agreement = agreement_in(change)
    said += [f"by agreement {agreement[:8]}"] if agreement and not change.why.startswith("end of") else []
    said += [f"by the end of agreement {agreement[:8]}"] if agreement and change.why.startswith("end of") else []
    said += [f"because: {plain(change.why, 200)}"] if change.why and not agreement else []
    if said:
        yield ((f"{'':20}{'; '.join(said)}", "quiet"),)
    if change.state in _STATES:
        yield ((f"{'':20}{_STATES[change.state]}", "alert"),)


def found_lines(found: Iterable[Found], *, agent: bool, whole: bool) -> Iterator[Line]:
    """What kept surveys found, the newest first; ``whole``: all of them were read."""
    yield ()
    yield (("What the kept surveys found; between two of them nobody looked", "title"),)
    empty = True
    for one in found:
        empty = False
        span = _when(one.last) if one.surveys == 1 else f"{_when(one.first)} to {_when(one.last)}"
        count = f"{one.surveys} survey{'' if one.surveys == 1 else 's'}"
        yield ((f"  {span}  ", "quiet"), (count, "quiet"))
        if one.missing:
            yield ((f"{'':4}it was not there", ""),)
        elif not one.lines:
            yield ((f"{'':4}{'they could use nothing' if agent else 'nobody but you'}", ""),)
        for line in one.lines:
            unsure = "could perhaps" in line or "not known" in line
            yield ((f"{'':4}{plain(line, 400)}", "alert" if unsure else ""),)
    if not whole:
        yield (("  reading what is kept …", "quiet"),)
    elif empty:
        yield (("  No survey is kept on this machine.", "quiet"),)


def _when(stamp: str) -> str:
    """A stamp as a person reads it, to the minute; a day as it is."""
    return moment(stamp[:19] + "Z").removesuffix(" UTC") if len(stamp) > 19 else moment(stamp).removesuffix(" UTC")


def failure_lines(sentence: str, advice: str) -> list[Line]:
    """A failure, and what to do next."""
    return [((plain(sentence, 2000), ""),), ((plain(advice, 600), "alert"),)]
