"""Why somebody can or cannot see a place: the rules in words, where they stand, and where we could not look.

It refuses to word a rule differently from the command line, and to be silent about a blind spot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.content import Content

from lifepod.access.rules import Answer, Kind, Rule
from lifepod.plain import plain
from lifepod.tui.words import agent_name as agent_name  # what those it speaks of are called
from lifepod.tui.words import could_change_access
from lifepod.tui.words import place_name as place_name  # and the places

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit, Entry

_TITLE, _QUIET, _ALERT = "bold $text-primary", "$foreground 70%", "bold $text-warning"


def reasons(audit: Audit, url: str, audience: str) -> Content:
    """Everything that speaks for or against ``audience`` at a place; its own rules first."""
    entry = next((e for e in audit.who(url) if e.audience == audience), None)
    return Content("\n").join(
        [*_standing(audit, url), *_rules(audit, url, entry), *_groups(audit, url), *_blind(audit)]
    )


def why(audit: Audit, entry: Entry) -> Content:
    """What speaks for or against one audience at one place, which is named first; its own rules before the others."""
    name = Content.styled(place_name(entry.place, audit.survey.storage), _TITLE)
    parts = (_standing(audit, entry.place), _rules(audit, entry.place, entry), _groups(audit, entry.place))
    return Content("\n").join([name, *(line for part in parts for line in part)])


def _standing(audit: Audit, url: str) -> Iterator[Content]:
    (source, own), storage = audit.source_of(url), audit.survey.storage
    if own:
        yield Content.styled("It has rules of its own.", _QUIET)
    elif source:
        yield Content.styled(f"It inherits the rules of {place_name(source, storage)}", _QUIET)
    # In ACP the rules of every container above count as well, each from its own document.
    if documents := list(dict.fromkeys(rule.document for rule in audit.basis(url).rules)):
        yield Content.styled("Written in " + ", ".join(place_name(one, storage) for one in documents), _QUIET)


def _rules(audit: Audit, url: str, entry: Entry | None) -> Iterator[Content]:
    from lifepod.owner.words import in_words

    def said(rule: Rule) -> str:
        return f"• {plain(in_words(rule, place_name(audit.stands_at(rule), audit.survey.storage)), 900)}"

    owner, basis = audit.survey.owner, audit.basis(url)
    for spot in basis.blind:
        yield Content.styled(f"Not known: {plain(spot.place)} ({plain(spot.cause)}).", _ALERT)
    if entry is not None and entry.via:
        who = agent_name(entry.audience, owner)
        yield Content.styled(f"\nWhy {who}", _TITLE)
        if could_change_access(entry, owner):
            yield Content.styled("Control: they could change who sees this.", _ALERT)
        if Answer.UNKNOWN in entry.answers:
            yield Content.styled("It is not known whether these rules let them in:", _ALERT)
        yield from (Content(said(rule)) for rule in entry.via)
    elif entry is not None and not basis.blind:
        yield Content(f"\nNo rule lets {agent_name(entry.audience, owner)} in.")
    rest = [rule for rule in basis.rules if entry is None or rule not in entry.via]
    if rest:
        yield Content.styled("\nOther rules here", _TITLE)
        yield from (Content.styled(said(rule), _QUIET) for rule in rest)
    elif not basis.rules and not basis.blind:
        yield Content("No rule reaches this place: nobody can use it.")


def _groups(audit: Audit, url: str) -> Iterator[Content]:
    named = {w.iri for rule in audit.basis(url).rules for w in rule.audience if w.kind is Kind.GROUP}
    for iri in sorted(named):
        members = audit.groups.get(iri)
        if members is None:
            yield Content.styled(f"Not known: who is in {plain(iri)}.", _ALERT)
        else:
            yield Content(f"{plain(iri)} has {len(members)} members; whoever may write it can change who sees this.")


def _blind(audit: Audit) -> Iterator[Content]:
    if audit.blind:
        yield Content.styled("\nWhere nobody could look", _TITLE)
    for spot in audit.blind[:50]:
        where = place_name(spot.place, audit.survey.storage)
        yield Content.styled(f"• {where}: {plain(spot.cause)}", _QUIET)
    if len(audit.blind) > 50:
        yield Content.styled(f"• … and {len(audit.blind) - 50} more: lifepod blind", _QUIET)
