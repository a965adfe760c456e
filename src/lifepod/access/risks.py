"""Rules that a person would want to know of: too open, giving control away, or not doing what they say.

It refuses to weigh one risk against another, and to pass over what is not known: what may be open is named as that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lifepod.access.audit import Audit, Entry, word_of
from lifepod.access.rules import MODES, NOBODY, PUBLIC, SIGNED_IN, STRANGER, Answer, Kind, Mode, Rule, Visitor
from lifepod.access.servers import Dialect
from lifepod.access.survey import Own, parent_of
from lifepod.access.tally import Answers, Tally, openings
from lifepod.names import ACP


class Danger(StrEnum):
    """What kind of risk it is, in the order in which they are told."""

    PUBLIC_CHANGE = "public-change"
    """Everyone, or anyone signed in, may write, or everyone may append."""
    CONTROL_GIVEN = "control-given"
    """Someone else can change who sees it."""
    ROOT_LISTED = "root-listed"
    """Everyone may read the list of what the pod holds."""
    NO_OWNER = "no-owner"
    """A place whose rules do not leave the owner in control."""
    OWNER_UNNAMED = "owner-unnamed"
    """No rule anywhere names the owner."""
    GROUP_UNREAD = "group-unread"
    """A group whose document the server cannot read: its members get 403."""
    GROUP_OF_OTHERS = "group-of-others"
    """A group that someone else may change, and with it who has access."""
    CUT = "cuts-inheritance"
    """Rules of its own that leave out what the container gives."""
    NOT_ENFORCED = "not-enforced"
    """A restriction that is written and that this server does not enforce, or cannot fulfil."""
    NO_EFFECT = "no-effect"
    """Written, and does nothing."""
    OTHER_PLACE = "other-place"
    """An access document with entries for other places, or whose rules lie elsewhere."""
    WIDER = "wider-than-above"
    """Rules of its own that give what the container does not: mostly just a grant."""

    @property
    def is_note(self) -> bool:
        """Whether it is usually meant: told, and not counted as a risk."""
        return self is Danger.WIDER


_Told = dict[str, str]
"""Modes in words, by audience."""
_GIVEN = (Answer.YES, Answer.NO)
_ORDER = {danger: number for number, danger in enumerate(Danger)}


@dataclass(frozen=True, slots=True)
class Risk:
    """One thing to look at."""

    danger: Danger
    place: str
    audience: str
    """WebIDs, ``public``, ``signed-in`` or a group, joined by a comma and a space; empty where nobody is meant."""
    says: str
    """In one sentence."""
    covers: int = 1
    """Places it holds for, this one included."""


def risks(audit: Audit) -> tuple[Risk, ...]:
    """Everything risky in a survey, most open first, then by place."""
    found = [*_too_open(audit), *_root_listed(audit), *_owner(audit), *_groups(audit), *_documents(audit)]
    if audit.survey.server.dialect is Dialect.WAC:
        found += _cuts(audit)
    return tuple(sorted(found, key=lambda r: (_ORDER[r.danger], r.place, r.audience, r.says)))


_WIDE = ((PUBLIC.word, (Mode.APPEND, Mode.WRITE)), (SIGNED_IN.word, (Mode.WRITE,)))


def _too_open(audit: Audit) -> Iterator[Risk]:
    """Public write and append, and control given away, where they begin."""
    for fold in audit.folded(lambda key: tuple(_loose(audit.lines(key), audit.survey.owner))):
        for danger, audience, modes, sure in fold.line:
            may = "may" if sure else "may be able to"
            words = " and ".join(modes)
            says = f"{audience} {may} {words} here."
            if danger is Danger.CONTROL_GIVEN:
                says = f"{audience} {'can' if sure else 'may be able to'} change who sees this."
            yield Risk(danger, fold.place, audience, says, fold.covers)


def _loose(lines: tuple[Entry, ...], owner: str) -> Iterator[tuple[Danger, str, tuple[str, ...], bool]]:
    for line in lines:
        if line.audience in (owner, "anyone"):
            continue  # a blind spot is shown as one, not as a risk
        given = dict(openings(line.answers))
        for audience, modes in _WIDE:
            wide = {mode: given[mode] for mode in modes if mode in given and line.audience == audience}
            if wide:
                sure = Answer.YES in wide.values()
                yield Danger.PUBLIC_CHANGE, audience, tuple(mode.value for mode in wide), sure
        if Mode.CONTROL in given:
            yield Danger.CONTROL_GIVEN, line.audience, (), given[Mode.CONTROL] is Answer.YES


def _root_listed(audit: Audit) -> Iterator[Risk]:
    root = audit.survey.storage
    answer = audit.tally(audit.source_of(root)).reach(None)[0]
    blind = audit.basis(root).blind
    if answer is not Answer.NO and not blind:
        may = "may" if answer is Answer.YES else "may be able to"
        yield Risk(Danger.ROOT_LISTED, root, PUBLIC.word, f"Everyone {may} read the list of what your pod holds.")


def _owner(audit: Audit) -> Iterator[Risk]:
    owner, control, named = audit.survey.owner, -1, False
    for place in audit.survey.places:
        if place.control.own is Own.RULES:
            named = named or any(rule.names(owner) for rule in place.control.rules)
            keys = [audit.source_of(place.url), *([audit.source_below(place.url)] if place.is_container else [])]
            lost = [key for key in keys if audit.tally(key).answers(Visitor(owner))[control] is Answer.NO]
            if lost:
                where = " for what lies below it" if audit.source_of(place.url) not in lost else ""
                says = f"Its rules do not give you control{where}; a server without an override locks you out."
                yield Risk(Danger.NO_OWNER, place.url, owner, says)
    if not named and audit.survey.places:
        yield Risk(Danger.OWNER_UNNAMED, audit.survey.storage, owner, f"No rule that was found names you ({owner}).")


def _groups(audit: Audit) -> Iterator[Risk]:
    places: dict[str, list[str]] = {}
    for place in audit.survey.places:
        for group in {w.iri for r in place.control.rules for w in r.audience if w.kind is Kind.GROUP}:
            places.setdefault(group, []).append(place.url)
    for group, named_at in sorted(places.items()):
        head, more = named_at[0], len(named_at)
        if audit.groups.get(group) is None:
            says = f"The members of {group} could not be read; a server that cannot read them refuses them all."
            yield Risk(Danger.GROUP_UNREAD, head, group, says, more)
        if changers := _who_may_change(audit, group.split("#")[0]):
            says = f"{changers} can change who is in {group}, and so who has access."
            yield Risk(Danger.GROUP_OF_OTHERS, head, group, says, more)


def _who_may_change(audit: Audit, document: str) -> str:
    """Who but the owner may change a group's document (access V6)."""
    if not document.startswith(audit.survey.storage):
        return f"Whoever keeps {document}"
    changing = (Mode.APPEND, Mode.WRITE, Mode.CONTROL)
    lines = audit.lines(audit.source_of(document))
    who = [e.audience for e in lines if any(mode in changing for mode, _ in openings(e.answers))]
    return ", ".join(word for word in dict.fromkeys(who) if word not in (audit.survey.owner, "anyone"))


def _documents(audit: Audit) -> Iterator[Risk]:
    """What access documents say and do not do."""
    for place in audit.survey.places:
        for said in place.control.idle:
            yield Risk(Danger.NO_EFFECT, place.url, "", f"Without effect in its access document: {said}.")
        for rule in place.control.rules:
            for danger, says in dict.fromkeys(_written(rule)):
                yield Risk(danger, place.url, ", ".join(sorted(w.word for w in rule.audience)), says)


def _written(rule: Rule) -> Iterator[tuple[Danger, str]]:
    for note in rule.notes:
        if note.startswith(("origin ", "condition")):
            says = f"The rule says “{note}”, which servers mostly ignore: it gives more than it reads."
            yield Danger.NOT_ENFORCED, says
        else:
            says = f"Its access document holds {note}: what that does here differs from server to server."
            yield Danger.OTHER_PLACE, says
    tests = [*rule.every, *rule.some, *rule.none]
    does = "keeps nobody out" if rule.deny or any(test.never for test in rule.none) else "lets nobody in"
    if any(test.never or ACP + "PublicIssuer" in test.issuers for test in tests):
        yield Danger.NOT_ENFORCED, f"It asks for a role, credential or issuer that this server never sees: it {does}."
    if any(test.clients for test in tests):
        says = "It asks for certain apps; a login with client credentials has no name of its own and never matches."
        yield Danger.NOT_ENFORCED, says


def _cuts(audit: Audit) -> Iterator[Risk]:
    """WAC: rules of its own replace what the container passes on, whole (W3)."""
    for place in audit.survey.places:
        above = parent_of(place.url, audit.survey.storage) if place.control.own is Own.RULES else None
        if above is None:
            continue
        given, here = audit.tally(audit.source_below(above)), audit.tally(audit.source_of(place.url))
        lost, more = _differences(audit, given, here)
        source = audit.source_below(above)[0]
        if lost:
            says = f"Its own rules leave out what {source} gives: {_told(lost)}"
            says += f". They give beyond it: {_told(more)}." if more else "."
            yield Risk(Danger.CUT, place.url, ", ".join(lost), says)
        elif more:
            says = f"Its own rules give what {source} does not: {_told(more)}."
            yield Risk(Danger.WIDER, place.url, ", ".join(more), says)


def _differences(audit: Audit, given: Tally, here: Tally) -> tuple[_Told, _Told]:
    """Who surely has modes by one and surely not by the other, both ways; what a wider audience shares is told once.

    The owner is left out: that they are locked out is a risk of its own.
    """
    agents = sorted({*audit.named_in(given), *audit.named_in(here)} - {audit.survey.owner})
    told = _Told(), _Told()
    wider: tuple[tuple[str, ...], ...] = ((), ())
    moved: tuple[tuple[str, ...], ...]
    for visitor in (NOBODY, STRANGER, *map(Visitor, agents)):
        one, other = given.answers(visitor), here.answers(visitor)
        moved = ((), ()) if one == other else (_modes(one, other), _modes(other, one))
        for out, modes, shared in zip(told, moved, wider, strict=True):
            if modes and modes != shared:
                out[word_of(visitor)] = ", ".join(modes)
        if visitor in (NOBODY, STRANGER):
            wider = moved
    return told


def _modes(one: Answers, other: Answers) -> tuple[str, ...]:
    return tuple(m.value for m, a, b in zip(MODES, one, other, strict=True) if (a, b) == _GIVEN)


def _told(who: _Told) -> str:
    return "; ".join(f"{audience} {modes}" for audience, modes in who.items())
