"""Access requests of others, read for display: AuthApp (Solid Application Interoperability), gConsent, LWS.

It refuses to fetch, to expand a JSON-LD context, to check a signature (none of these is by whoever asks), and to drop
what it cannot map: that is said in words. Whatever is read here is "not proved" and can never be approved.

* Turtle of AuthApp: https://solid.github.io/data-interoperability-panel/specification/, with ``dpv:purpose`` as it is
  met in the field; blank nodes are allowed.
* gConsent credentials of ESS: https://docs.inrupt.com/ess/latest/services/service-access-grant/, by key name.
* Linked Web Storage: https://w3c.github.io/lws-protocol/lws10-access-requests/, in both forms its drafts had.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.names import ACL, ACL_CONTROL, DPV, RDF_TYPE, RDFS_SEE_ALSO
from lifepod.plain import plain
from lifepod.rdf.flat import value_of
from lifepod.rdf.turtle import quads_of
from lifepod.terms.reading_json import Json, as_list, json_of, strings

Style = Literal["authapp", "gconsent", "lws"]
INTEROP = "http://www.w3.org/ns/solid/interop#"
_GDPR = "https://solid.ti.rw.fau.de/public/ns/gdpr-purposes#purposeForProcessing"
_BASE = "https://message.invalid/"
"""What addresses of a message's own parts are resolved against: where it lies is no matter of what it says."""
_MODES = {"Read": "read", "Append": "append", "Write": "change"}
_ACTIONS = {"read": "read", "create": "append", "modify": "change", "delete": "change"}
_MOST, _SHOWN = 50, 20
"""Places that are listed, and notes."""
_NAMELESS = "(a part without a name)"
_CONTROL = "It asks to decide who has access, which nobody can ask for."


@dataclass(frozen=True, slots=True)
class ForeignRequest:
    """What somebody wants, by their own unproved word."""

    style: Style
    asker: str
    """WebID of who would get access; empty where none is named."""
    person: str
    """WebID of who is asked; empty where none is named."""
    places: tuple[str, ...]
    modes: tuple[str, ...]
    """Of ``read``, ``append``, ``change``."""
    purposes: tuple[str, ...]
    """IRIs, or texts; as they came, like every address here: to be made harmless where they are shown."""
    until: str
    """UTC, whole seconds, ``Z``; empty where it names no end."""
    inherit: bool
    """Whether a container means all that lies in it."""
    notes: tuple[str, ...] = ()
    """What cannot be mapped or must be known, in plain sentences that are harmless to show."""


@dataclass
class _Draft:
    """A request while it is read."""

    style: Style
    asker: str = ""
    person: str = ""
    places: list[str] = field(default_factory=list)
    modes: list[str] = field(default_factory=list)
    purposes: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    inherit: bool = True
    notes: list[str] = field(default_factory=list)
    parts: dict[str, list[str]] = field(default_factory=dict)
    """Modes in words → the places they are asked for."""

    def note(self, said: str) -> None:
        """Say something that a person must know."""
        if said not in self.notes:
            self.notes.append(said)

    def web(self, value: object, what: str) -> str:
        """An address of the web, or empty with a note."""
        if not isinstance(value, str) or not value:
            return ""
        if len(value) <= 2048 and _is_web(value):
            return value
        self.note(f"{what} is no address: {plain(value, 100)}.")
        return ""

    def mode(self, word: str) -> None:
        """A mode of Web Access Control, by its IRI or short name; what is none is refused with the reason."""
        name = word.removeprefix(ACL).removeprefix("acl:")
        if name in _MODES:
            self.modes.append(_MODES[name])
        elif name == ACL_CONTROL.removeprefix(ACL):
            self.note(_CONTROL)
        else:
            near = next((one for one in _MODES if one.lower() == name.lower()), "")
            but = f"; acl:{near} would be one" if near else ""
            self.note(f"{plain(word, 100)} is no mode of access{but}, so it is not read as one.")

    def part(self, modes: Iterable[str], places: list[str]) -> None:
        """Take in places, and remember which modes go with them."""
        words = plain(", ".join(sorted({re.split(r"[#:]", one)[-1].lower() for one in modes})), 100)
        self.parts.setdefault(words, []).extend(places)
        self.places += places

    def end(self, text: object) -> None:
        """A last moment."""
        found = _moment(text)
        if found:
            self.ends.append(found)
        else:
            self.note(f"Its end cannot be read: {plain(text, 60)}.")

    def done(self) -> ForeignRequest:
        """What was read."""
        for missing, said in ((self.asker, "who asks"), (self.places, "for which places"), (self.modes, "to do what")):
            if not missing:
                self.note(f"It does not say {said}.")
        if not self.ends:
            self.note("It names no end.")
        elif len(set(self.ends)) > 1:
            self.note("It names several ends; the last one is shown.")
        if len(self.parts) > 1:
            each = [f"{modes or 'nothing'} at {_some(where)}" for modes, where in sorted(self.parts.items())]
            self.note(f"Its parts ask for different things: {plain('; '.join(each), 500)}.")
        places = tuple(sorted(set(self.places)))
        if len(places) > _MOST:
            self.note(f"It names {len(places)} places; {_MOST} are shown.")
        notes = self.notes[:_SHOWN]
        notes += [f"{len(self.notes) - _SHOWN} more notes."] if len(self.notes) > _SHOWN else []
        return ForeignRequest(
            self.style,
            self.asker,
            self.person,
            places[:_MOST],
            tuple(one for one in _MODES.values() if one in self.modes),
            tuple(dict.fromkeys(self.purposes))[:_MOST],
            max(self.ends, default=""),
            self.inherit,
            tuple(notes),
        )


def read_foreign_request(data: bytes, content_type: str, limits: Limits = LIMITS) -> ForeignRequest:
    """The request in a message of another style; raises :class:`Malformed` or :class:`TooBig` where there is none."""
    if len(data) > limits.record_bytes:
        raise TooBig(f"It is too big to be a request ({len(data)} bytes); not opened.", bound=limits.record_bytes)
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "text/turtle":
        return _authapp(data, limits)
    if kind not in ("application/json", "application/ld+json", "application/lws+json", ""):
        raise Malformed(f"It is of a type that no request we know has: {plain(kind, 60)}.")
    value = json_of(data, limits)
    types = set(strings(value.get("type"))) | set(strings(value.get("@type")))
    if "AccessRequest" in types and ("access" in value or "storage" in value):
        return _lws(value)
    return _gconsent(value)


def _some(places: list[str]) -> str:
    shown = sorted(set(places))
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    return (", ".join(shown[:3]) or "no place") + more


def _is_web(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.netloc) and not any(c in value for c in ' <>"{}|\\^`')


def _moment(text: object) -> str:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return ""
    if found.tzinfo is None or not 1971 < found.year < 9999:
        return ""
    return found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# AuthApp: Turtle of Solid Application Interoperability


class _Triples:
    """What a document says, by subject; terms in N-Triples syntax."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        bounds = replace(limits, document_bytes=limits.record_bytes, triples=limits.record_triples)
        self._by: dict[str, list[tuple[str, str]]] = {}
        try:
            quads = quads_of(data, _BASE, bounds)
        except TooBig as error:
            raise TooBig(f"It says more than {limits.record_triples} things; not opened.", bound=error.bound) from None
        except Malformed as error:
            said = f"It is not readable as Turtle: line {error.line or 1}."
            raise Malformed(said, line=error.line, column=error.column) from None
        for quad in quads:
            self._by.setdefault(str(quad.subject), []).append((str(quad.predicate)[1:-1], str(quad.object)))

    def of_type(self, kind: str) -> list[str]:
        """Nodes of a type."""
        wanted = (RDF_TYPE, f"<{INTEROP}{kind}>")
        return sorted(node for node, said in self._by.items() if wanted in said)

    def take(self, node: str, *predicates: str) -> list[str]:
        """Objects, each taken out so that what is left can be shown."""
        said = self._by.get(node, [])
        found = [obj for one, obj in said if one in predicates]
        self._by[node] = [pair for pair in said if pair[0] not in predicates]
        return sorted(found)

    def values(self, node: str, *predicates: str) -> list[str]:
        """The same as texts and IRIs."""
        return [value_of(term) for term in self.take(node, *predicates) if not term.startswith("_:")]

    def left(self, nodes: Iterable[str]) -> list[str]:
        """What these nodes say besides, as words."""
        pairs = [pair for node in nodes for pair in self._by.get(node, [])]
        return [
            f"{plain(p, 120)} {'(a part without a name)' if o.startswith('_:') else plain(o, 200)}" for p, o in pairs
        ]


def _authapp(data: bytes, limits: Limits) -> ForeignRequest:
    said, draft = _Triples(data, limits), _Draft("authapp")
    roots = said.of_type("AccessRequest")
    if len(roots) != 1:
        raise Malformed("It holds several access requests." if roots else "It is Turtle, but no access request.")
    (root,) = roots
    for_, from_, to = (said.values(root, INTEROP + f"{one}SocialAgent") for one in ("for", "from", "to"))
    draft.asker = draft.web("".join((for_ or from_)[:1]), "Who asks")
    draft.person = draft.web("".join(to[:1]), "Who is asked")
    if for_ and from_ and for_ != from_:
        draft.note(f"It is sent in the name of {plain(from_[0], 200)}, and asks for somebody else.")
    draft.purposes += said.values(root, DPV + "purpose", DPV + "hasPurpose", _GDPR)
    for link in said.values(root, RDFS_SEE_ALSO):
        draft.note(f"It points to {plain(link, 200)}, which was not looked at.")
    nodes = [root]
    for group in said.take(root, INTEROP + "hasAccessNeedGroup"):
        nodes.append(group)
        needs = said.take(group, INTEROP + "hasAccessNeed")
        nodes += needs
        optional = INTEROP + "AccessOptional" in said.values(group, INTEROP + "accessNecessity")
        for need in needs:
            _need(said, draft, need, optional=optional)
    for node in dict.fromkeys(nodes):
        said.take(node, RDF_TYPE)
    for rest in said.left(dict.fromkeys(nodes)):
        draft.note(f"It also says: {rest}.")
    return draft.done()


def _need(said: _Triples, draft: _Draft, need: str, *, optional: bool) -> None:
    modes = said.values(need, INTEROP + "accessMode")
    places = [one for one in said.values(need, INTEROP + "hasDataInstance") if _place(draft, one)]
    optional |= INTEROP + "AccessOptional" in said.values(need, INTEROP + "accessNecessity")
    draft.part(modes, places)
    for mode in modes:
        draft.mode(mode)
    if optional and places:
        draft.note(f"It could do without {plain(', '.join(places), 300)}.")
    for tree in said.values(need, INTEROP + "registeredShapeTree", INTEROP + "hasShapeTree"):
        if not places:
            draft.note(f"It asks for whatever has the shape {plain(tree, 200)}, wherever that lies: that is no place.")


def _place(draft: _Draft, place: str) -> bool:
    """Whether something is the address of one place; a note says why not."""
    if place.startswith(_BASE):
        draft.note(f"It names a place only within itself: {plain(place.removeprefix(_BASE), 100)}.")
    elif "{" in place:
        draft.note(f"It names a pattern and no place: {plain(place, 200)}.")
    else:
        return bool(draft.web(place, "A place"))
    return False


# gConsent: credentials of ESS, by key name


def _gconsent(value: Json) -> ForeignRequest:
    held = as_list(value.get("verifiableCredential"))
    if held:
        if len(held) != 1 or not isinstance(held[0], dict):
            raise Malformed("It holds several credentials.")
        value = held[0]
    types = {one.rpartition("#")[2] for one in strings(value.get("type"))}
    subject = value.get("credentialSubject")
    if "SolidAccessRequest" not in types or not isinstance(subject, dict):
        other = types & {"SolidAccessGrant", "SolidAccessDenial"}
        raise Malformed("It is an answer of another platform, no request." if other else "It is no request we know.")
    draft = _Draft("gconsent")
    draft.asker = draft.web(subject.get("id"), "Who asks")
    for consent in as_list(subject.get("hasConsent", subject.get("providedConsent"))):
        if isinstance(consent, dict):
            _consent(draft, consent)
    if "expirationDate" in value:
        draft.end(value["expirationDate"])
    issuer = value.get("issuer")
    issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
    signed = "signed" if value.get("proof") else "named as issuer"
    draft.note(
        f"It is {signed} by the platform {plain(issuer or '(none)', 200)}, not by who asks; that is not checked."
    )
    return draft.done()


def _consent(draft: _Draft, consent: Json) -> None:
    draft.person = draft.person or draft.web(consent.get("isConsentForDataSubject"), "Who is asked")
    places = [one for one in strings(consent.get("forPersonalData")) if _place(draft, one)]
    draft.part(strings(consent.get("mode")), places)
    for template in strings(consent.get("template")):
        draft.note(f"It names a pattern and no place: {plain(template, 200)}.")
    for mode in strings(consent.get("mode")):
        draft.mode(mode)
    draft.purposes += strings(consent.get("forPurpose"))
    inherit = consent.get("inherit", True)
    draft.inherit = inherit is not False
    if "inherit" not in consent:
        draft.note("It does not say whether a folder means all that lies in it, which such requests take for yes.")
    elif not isinstance(inherit, bool):
        draft.note("It says in no way that can be read whether a folder means all that lies in it.")
    status = "".join(strings(consent.get("hasStatus"))[:1]).rpartition("#")[2]
    if not status.endswith("StatusRequested"):
        draft.note(f"It gives itself another state than that of a request: {plain(status or '(none)', 60)}.")
    known = {"isConsentForDataSubject", "forPersonalData", "template", "mode", "forPurpose", "inherit", "hasStatus"}
    for key in sorted(set(consent) - known):
        draft.note(f"It also says: {plain(key, 60)} {plain(consent[key], 200)}.")


# Linked Web Storage


def _lws(value: Json) -> ForeignRequest:
    draft = _Draft("lws", inherit=False)
    storage = draft.web(value.get("storage"), "The storage")
    draft.note(f"It names a storage and no person: {plain(storage or '(none)', 200)}.")
    policies = [one for one in as_list(value.get("access")) if isinstance(one, dict)]
    for policy in policies:
        _policy(draft, policy)
    return draft.done()


def _policy(draft: _Draft, policy: Json) -> None:
    asker = draft.web(policy.get("assignee"), "Who asks")
    if draft.asker and asker != draft.asker:
        draft.note(f"It also asks for {plain(asker, 200)}.")
    draft.asker = draft.asker or asker
    for action in strings(policy.get("action")):
        if action in _ACTIONS:
            draft.modes.append(_ACTIONS[action])
        else:
            draft.note(f"{plain(action, 60)} is no action we know, so it is not read as one.")
    if "delete" not in strings(policy.get("action")) and "modify" in strings(policy.get("action")):
        draft.note("Who may change a file of a pod may delete it, which it does not ask for.")
    target = policy.get("target")
    if isinstance(target, dict):
        draft.note(f"It means resources of the type {plain(target.get('type') or '(none)', 60)}.")
        target = target.get("value")
    else:
        draft.inherit = True
    places = [one for one in strings(target) if _place(draft, one)]
    draft.part(strings(policy.get("action")), places)
    draft.purposes += strings(policy.get("hasPurpose"))
    for one in as_list(policy.get("constraint")):
        _condition(draft, one if isinstance(one, dict) else {})


def _condition(draft: _Draft, one: Json) -> None:
    left, operator, right = (one.get(key) for key in ("leftOperand", "operator", "rightOperand"))
    if left == "dateTime" and operator in ("lteq", "lt"):
        draft.end(right)
    elif left == "purpose" and operator in ("eq", "isA", "isAnyOf"):
        draft.purposes += strings(right)
    elif left == "client" and operator == "eq":
        draft.note(f"Only through the app {plain(right, 200)}.")
    else:
        draft.note(f"A condition that cannot be kept here: {plain(f'{left} {operator} {right}', 200)}.")
