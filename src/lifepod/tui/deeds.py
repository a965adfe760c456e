"""How a decision that was cut off stands: what may be signed, what may be open, and what to do next.

It refuses to say "not done" where it may have been done.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Step(IntEnum):
    """How far a decision has come."""

    READING = 0
    """What it is about was read afresh; nothing was signed."""
    SIGNING = 1
    OPENING = 2


_STEPS = {"keeping the agreement": Step.SIGNING, "opening what it says": Step.OPENING}
"""What approving says of itself, in its order."""


def step_after(step: Step, line: str) -> Step:
    """How far it has come after it said a line."""
    return max(step, _STEPS.get(line, step))


@dataclass(frozen=True, slots=True)
class Stands:
    """How a decision stands that did not come to its end."""

    title: str
    sentence: str


_NOT_DONE = Stands("It was not done", "Nothing was signed, nothing was opened and nothing was closed.")
_AGAIN = "Do it again: it goes on where it stopped."
_STANDS = {
    ("approve", Step.SIGNING): Stands(
        "Not opened; it may be signed",
        "Nothing was opened. The agreement may be signed already: approve it again, and it goes on where it stopped.",
    ),
    ("approve", Step.OPENING): Stands(
        "Signed, and not confirmed: it may be open",
        "The agreement is signed, and access may have been opened. Approve it again: it goes on where it stopped, "
        "looks again, and signs nothing twice.",
    ),
    ("counter", Step.SIGNING): Stands(
        "Not confirmed: the counter-offer may be signed",
        "Nothing was opened. The counter-offer may be on record and sent; look again before you do anything else.",
    ),
    ("decline", Step.SIGNING): Stands(
        "Not confirmed: your no may be on record",
        "Nothing was opened. Your no may be signed and sent; look again, and decline once more where it is not.",
    ),
    ("end", Step.SIGNING): Stands(
        "Not confirmed: it may be closed",
        "Access may be closed already, in part or whole, and the end may not be signed. End it again: it goes on "
        "where it stopped.",
    ),
    ("recover", Step.SIGNING): Stands(
        "Not confirmed: some of it may be written",
        f"The change is still on record as cut off, or has come to its end without a word of it. {_AGAIN}",
    ),
    ("guard", Step.SIGNING): Stands(
        "Not confirmed: some of it may be closed",
        f"What has ended may be closed already, in part or whole. {_AGAIN}",
    ),
    ("breach", Step.SIGNING): Stands(
        "Not confirmed: the note may be signed",
        "The note may be on record already. Look at the ledger again before you sign another one.",
    ),
    ("edit", Step.SIGNING): Stands(
        "Not confirmed: the record may be changed",
        "Look at the record again before you correct it once more.",
    ),
    ("delete", Step.SIGNING): Stands(
        "Not confirmed: the record may be deleted",
        "The deletion may be on record already, and the record may still stand. Delete it again: it goes on where it "
        "stopped.",
    ),
    ("restore", Step.SIGNING): Stands(
        "Not confirmed: the record may be back",
        f"It may stand again, and still be on the list of deletions. {_AGAIN}",
    ),
    ("clear", Step.SIGNING): Stands(
        "Not confirmed: some messages may be deleted",
        "Nothing that can be read was touched. Look again to see what still lies there.",
    ),
}


def stands(verb: str, step: Step) -> Stands:
    """What is known after a failure at a step."""
    return _STANDS.get((verb, step), _NOT_DONE) if step else _NOT_DONE
