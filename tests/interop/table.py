"""The compatibility table as Markdown, and its place in the README.

It refuses to write anything where an answer is missing: what failed has no place in the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.interop.stage import TITLES, Kind
from tests.interop.suite import Can, Capability, Pin

BEGIN, END = "<!-- interop:begin -->", "<!-- interop:end -->"
ORDER = (Kind.CSS_WAC, Kind.CSS_ACP, Kind.NSS, Kind.JSS)
Answers = Mapping[tuple[Kind, str], Pin]
"""What each server answered, by the title of the capability."""


def table_of(capabilities: Sequence[Capability], answers: Answers) -> str:
    """Head, one row for each capability, and the reasons below, each once."""
    reasons: dict[str, int] = {}
    lines = ["| | " + " | ".join(TITLES[kind] for kind in ORDER) + " |", "|---" * (len(ORDER) + 1) + "|"]
    for one in capabilities:
        cells = [_cell(answers[kind, one.title], reasons) for kind in ORDER]
        lines.append(f"| {one.title} | " + " | ".join(cells) + " |")
    notes = [f"{number}. {why}" for why, number in reasons.items()]
    return "\n".join([*lines, "", *notes]) + "\n"


def _cell(pin: Pin, reasons: dict[str, int]) -> str:
    if pin.can is Can.YES:
        return pin.can.value
    return f"{pin.can.value} ({reasons.setdefault(pin.why, len(reasons) + 1)})"


def put_into(page: str, table: str) -> str | None:
    """The page with the table between its marks; ``None`` where it has none."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    return f"{head}{begin}\n{table}{end}{tail}" if begin and end else None
