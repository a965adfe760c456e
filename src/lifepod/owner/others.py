"""Requests of other styles among what the inbox could not place, read for display.

It refuses to file them and to have them approved: nobody proved to have sent them. They stay where they are.
"""

from __future__ import annotations

from lifepod.errors import LifepodError
from lifepod.owner.intake import Intake
from lifepod.owner.sifting import Letter
from lifepod.plain import plain
from lifepod.terms.purposes import known, label_of
from lifepod.terms.reading_others import ForeignRequest as ForeignRequest  # part of what this room hands out
from lifepod.terms.reading_others import read_foreign_request

STYLES = {
    "authapp": "AuthApp (Solid Application Interoperability)",
    "gconsent": "gConsent",
    "lws": "Linked Web Storage",
}
"""Styles by the names people know."""
UNPROVED = "not proved: anyone could have sent this"


async def foreign_requests(intake: Intake) -> tuple[tuple[Letter, ForeignRequest], ...]:
    """Messages that sifting calls unreadable and another style's request are, each with what it asks; at most 100."""
    found = []
    for letter in intake.unreadable:
        request = foreign_in(letter)
        if request is not None:
            found.append((letter, request))
    return tuple(found)


def foreign_in(letter: Letter) -> ForeignRequest | None:
    """What one message asks for; ``None`` where it is no request of a style we know."""
    if letter.message.failure is not None or letter.read is not None:
        return None
    try:
        return read_foreign_request(letter.message.body, letter.message.content_type)
    except LifepodError:
        return None


def foreign_as_value(letter: Letter, request: ForeignRequest) -> dict[str, object]:
    """One of them for programs: ``url style who person proved places modes purposes until inherit notes``."""
    return {
        "url": letter.message.url,
        "style": request.style,
        "who": request.asker,
        "person": request.person,
        "proved": False,
        "places": list(request.places),
        "modes": list(request.modes),
        "purposes": list(request.purposes),
        "until": request.until,
        "inherit": request.inherit,
        "notes": list(request.notes),
    }


def foreign_in_words(letter: Letter, request: ForeignRequest, me: str) -> list[str]:
    """The same for people; ``me``: the WebID of who reads it."""
    who, until = plain(request.asker, 200) or "somebody who is not named", request.until or "no end"
    purposes = [label_of(one) if known(one) else plain(one, 200) for one in request.purposes]
    lines = [f"{who} asks in the form of {STYLES[request.style]} ({UNPROVED}):"]
    lines += [f"  to {', '.join(request.modes) or 'do nothing that can be read'}, until {until}"]
    lines += [f"  at {plain(one, 300)}" for one in request.places]
    lines += [f"  for {'; '.join(purposes) or 'no purpose it names'}"]
    if any(one.endswith("/") for one in request.places):
        lines += [f"  A folder means {'all that lies in it' if request.inherit else 'the folder alone'}."]
    lines += [f"  It asks {plain(request.person, 200)}, not you."] if request.person not in ("", me) else []
    lines += [f"  {note}" for note in request.notes]
    return [
        *lines,
        f"  It cannot be approved. `lifepod grant` would let them in, and nothing was promised. {letter.message.url}",
    ]
