"""What nobody did with lifepod, what ended, and what differs between two surveys: as lines to read and to follow.

It refuses to say who did it: it only tells what no change on record accounts for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from lifepod.access.rules import MODES, Mode
from lifepod.plain import plain
from lifepod.tui.logged import ALERT, FINISHED, QUIET, TITLE, Jump, outcome_of, when
from lifepod.tui.words import WHOLE, agent_name, brief, place_name

if TYPE_CHECKING:
    from lifepod.owner.differences import Compared, Explained
    from lifepod.owner.differences import Finding as Finding
    from lifepod.tui.logged import Change, Rounds
    from lifepod.tui.widgets.picks import Picked

_MOST = 200
"""Findings that are told in full; the commands tell all."""
_KINDS = {
    "ended": "ended, and still open",
    "record-without-access": "given with lifepod, and not open",
    "access-without-record": "open, and not given with lifepod",
    "suspended-but-open": "suspended, and open",
    "unverifiable": "could not be looked at",
    "new-agent": "new: an agent",
    "new-risk": "new: a risk",
    "agreement-not-open": "agreed, and not opened",
    "agreement-without-access": "agreed, and not open",
    "duty-overdue": "overdue",
}


def outside_row(findings: Sequence[Finding] | None, at: str) -> Content:
    """One line for all of it: how many, and of what time; ``None`` where nobody could tell yet."""
    if findings is None:
        said, tone = "not compared yet", QUIET
    elif not findings:
        said, tone = "nothing differs", QUIET
    else:
        said, tone = counted(len(findings), "thing"), ALERT
        said += " differs" if len(findings) == 1 else " differ"
    lines = [Content.styled("Outside lifepod", "bold $text-primary"), Content.styled(f"  {said}", tone)]
    return Content("\n").join([*lines, Content.styled(f"  as of {when(at)}" if at else "  no picture yet", QUIET)])


def outside_words(findings: Sequence[Finding] | None, at: str, storage: str) -> Iterator[Content]:
    """What differs from what was done with lifepod, one by one."""
    yield Content.styled("Outside lifepod", TITLE)
    if findings is None:
        yield Content("It is not known yet: the pod was not looked at, or the change log was not read.")
        return
    yield Content(f"The picture of {when(at)} UTC beside the change log and the agreements.\n")
    if not findings:
        yield Content("All that is open to anyone by name was given with lifepod, and all that was given is open.")
    yield from finding_words(findings, storage)
    if findings:
        said = "Other programs write rules, too. Whether this is as it should be, you say: g grants, r revokes."
        yield Content.styled(f"\n{said}", QUIET)


def finding_words(findings: Sequence[Finding], storage: str) -> Iterator[Content]:
    """What stands, one by one."""
    for one in findings[:_MOST]:
        modes = ", ".join(mode.value for mode in MODES if mode in one.modes)
        yield Content.assemble("• ", (_KINDS.get(one.kind, plain(one.kind, 60)), f"bold {ALERT}"))
        who = f"{plain(one.agent, 300)}: " if one.agent else ""
        yield Content(f"  {who}{modes}{' at ' if modes else ''}{place_name(one.place, storage)}")
        yield Content.styled(f"  {plain(one.said, 600)}", QUIET)
    if len(findings) > _MOST:
        yield Content.styled(f"… and {len(findings) - _MOST} more; lifepod guard --dry-run tells all.", QUIET)


def finding_jumps(findings: Sequence[Finding], storage: str) -> tuple[Jump, ...]:
    """Where Enter leads to from them."""
    out = dict[tuple[str, str], Jump]()
    for one in findings[:_MOST]:
        if one.place.startswith(storage):
            out["places", one.place] = Jump("places", one.place, f"place  {place_name(one.place, storage)}")
        if one.agent:
            out["agents", one.agent] = Jump("agents", one.agent, f"agent  {brief(one.agent, '')}")
    return tuple(out.values())


def rounds_words(found: Rounds, storage: str, *, dry: bool) -> Iterator[Content]:
    """What a round of the guard would close, or has closed, and what stands."""
    over = [f for f in found.findings if f.kind == "ended"]
    closes, stands = (over, [f for f in found.findings if f.kind != "ended"]) if dry else ([], found.findings)
    if dry:
        yield Content.styled("What would be closed: its end has come", TITLE)
        yield from finding_words(closes, storage)
        yield from () if closes else (Content("Nothing: no grant whose end has come is open."),)
    else:
        yield Content.styled("What was closed, and confirmed by a fresh look", TITLE)
        yield from finding_words(found.closed, storage)
        yield from () if found.closed else (Content("Nothing."),)
    yield Content.styled("\nWhat stands, and is only told", TITLE)
    yield from finding_words(stands, storage)
    yield from () if stands else (Content("Nothing: all is as it was granted."),)
    if found.blind:
        yield Content.styled(f"\nNobody could look at {counted(len(found.blind), 'place')}.", ALERT)


def would_close(found: Rounds) -> int:
    """How many grants a round would close."""
    return sum(one.kind == "ended" for one in found.findings)


def counted(count: int, what: str) -> str:
    """``1 place``, ``3 places``."""
    return f"{count} {what}{'' if count == 1 else 's'}"


# Two surveys side by side


def summary(found: Compared) -> str:
    """What differs, counted."""
    gained = sum(one.move.covers for one in found.moves if one.move.gained)
    lost = sum(one.move.covers for one in found.moves if one.move.lost)
    people = len({one.move.audience for one in found.moves})
    unsure = sum(1 for one in found.moves if not one.modes)
    came, went = (sum(covers for _, covers in many) for many in (found.found.came, found.found.went))
    said = [f"gained at {counted(gained, 'place')}"] if gained else []
    said += [f"lost at {counted(lost, 'place')}"] if lost else []
    said += [f"{unsure} not known before or now"] if unsure else []
    said = [f"{counted(people, 'audience')}: {', '.join(said)}"] if said else ["nobody gained or lost anything"]
    said += [f"{counted(came, 'place')} came"] if came else []
    said += [f"{counted(went, 'place')} went"] if went else []
    return "; ".join(said)


def difference_lines(found: Compared, storage: str, owner: str, *, whole: bool) -> list[Picked]:
    """Audience by audience who gained and lost what, where, and by which change; then places that came and went.

    ``whole``: the change log was read, all of it.
    """
    out: list[Picked] = []
    by: dict[str, list[Explained]] = {}
    for one in found.moves:
        by.setdefault(one.move.audience, []).append(one)
    for audience in sorted(by, key=lambda name: (name not in ("public", "signed-in"), name)):
        out.append((("agents", audience), ((plain(agent_name(audience, owner), WHOLE), "title"),)))
        for one in by[audience]:
            out += _moved(one, storage, whole=whole)
        out.append((None, ()))
    if not by:
        out.append((None, (("Nobody gained or lost anything that a look could see.", ""),)))
    for title, places in (("Places that came", found.found.came), ("Places that went", found.found.went)):
        if places:
            out += [*([(None, ())] if out[-1][1] else []), (None, ((title, "title"),))]
        for url, covers in places:
            more = f"  ({counted(covers, 'place')})" if covers > 1 else ""
            jump = ("places", url) if title.endswith("came") else None
            out.append((jump, (("  ", ""), (place_name(url, storage), "name"), (more, "quiet"))))
    out += _dark(found, storage)
    return out


_HEARD: tuple[tuple[str, str, str], ...] = (
    ("gained", "+ gained", "good"),
    ("lost", "- lost", "bad"),
    ("unknown", "? not known any more:", "alert"),
    ("found_open", "? now known to be open:", "alert"),
    ("found_closed", "? now known to be closed:", "alert"),
)


def _moved(one: Explained, storage: str, *, whole: bool) -> Iterator[Picked]:
    move, jump = one.move, ("places", one.move.place)
    through = "".join(f" with {plain(name, 200)}" for name in (move.app, move.issuer) if name)
    more = f"  ({counted(move.covers, 'place')})" if move.covers > 1 else ""
    for kind, said, tone in _HEARD:
        modes: tuple[Mode, ...] = getattr(move, kind)
        if modes:
            words = ", ".join(mode.value for mode in modes)
            yield (
                jump,
                ((f"  {said} {words}", tone), (" at ", ""), (place_name(move.place, storage), "name"), (more, "quiet")),
            )
    if through:
        yield jump, ((f"   {through}", "quiet"),)
    if one.by:
        names = ", ".join(_named(change) for change in one.by)
        yield jump, ((f"    with lifepod: {plain(names, 300)}", "quiet"),)
    elif one.agreed:
        yield jump, (("    with an agreement: its vendor reads it for good", "quiet"),)
    elif one.modes:
        said = "outside lifepod: no change on record accounts for it"
        yield jump, ((f"    {said if whole else 'no change that could be read accounts for it'}", "alert"),)


def _named(change: Change) -> str:
    ended = "" if change.state == FINISHED else f" ({outcome_of(change, {})[0]})"
    return f"{plain(change.verb, 40)} of {when(change.ended or change.began)}{ended}"


def _dark(found: Compared, storage: str) -> Iterator[Picked]:
    for title, spots in (("then", found.found.blind_before), ("now", found.found.blind)):
        if spots:
            yield None, ()
            yield None, ((f"Where the {'earlier' if title == 'then' else 'later'} look could not see", "title"),)
        for spot in spots:
            said: Iterable[str] = (f"  {place_name(spot.place, storage)}", f"  {plain(spot.cause, 300)}")
            name, cause = said
            yield ("places", spot.place.partition("#")[0]), ((name, "name"), (cause, "quiet"))
