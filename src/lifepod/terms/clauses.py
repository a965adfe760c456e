"""The clauses a policy may be made of, each with its rule, and which action includes which.

It refuses to read a policy and to compare two: it is a table and what follows from the table alone.

Every rule of a policy is exactly one clause of this table, found by its kind, its action and, for the two deletions, by
the event they wait for. The plain sentence of a clause stands here and as ``rdfs:label`` in ``vocab/terms.ttl``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from lifepod.errors import Malformed
from lifepod.names import DPV, LP, LP_APPEND, LP_DELIVER_SERVICE, LP_TRAIN, ODRL
from lifepod.plain import plain

Kind = Literal["permission", "prohibition", "obligation", "duty", "constraint"]
"""What a clause is in ODRL: a rule on the policy, a duty on a permission, or a constraint on one."""
Event = Literal["", "use", "end"]
"""What a deletion waits for: the use of the data (``odrl:policyUsage``) or the end of the agreement (``lp:end``)."""

ANALYSE = DPV + "Analyse"
PROFILING = DPV + "Profiling"
TRACKING = DPV + "Tracking"
TRACKING_BY_THIRD_PARTY = DPV + "TrackingByThirdParty"


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that is allowed, forbidden or promised, in one sentence."""

    name: str
    """Name of its node in a policy, ``no-storage``; its own IRI is :attr:`iri`."""
    kind: Kind
    action: str
    """IRI; empty for a constraint."""
    says: str
    """The plain sentence a person reads."""
    by_pod: bool = False
    """Whether the pod keeps it. Everything else is the vendor's promise."""
    event: Event = ""
    needs: tuple[str, ...] = ()
    """Clauses it never stands without."""

    @property
    def iri(self) -> str:
        """Its IRI in ``vocab/terms.ttl``."""
        return LP + "c-" + self.name


_TABLE = (
    Clause("read", "permission", ODRL + "read", "The vendor may read this.", by_pod=True),
    Clause("append", "permission", LP_APPEND, "The vendor may add new records here.", by_pod=True),
    Clause("change", "permission", ODRL + "modify", "The vendor may change and delete what is here.", by_pod=True),
    Clause("until", "constraint", "", "It ends on this day.", by_pod=True),
    Clause("app", "constraint", "", "It holds through this app only."),
    Clause("purpose", "constraint", "", "It holds for this purpose only."),
    Clause("no-storage", "prohibition", ODRL + "archive", "Nothing may be kept."),
    Clause(
        "delete-after-use",
        "obligation",
        ODRL + "delete",
        "Everything is deleted within this time after it was used.",
        event="use",
    ),
    Clause(
        "delete-at-end",
        "obligation",
        ODRL + "delete",
        "Everything is deleted within this time after the agreement ends.",
        event="end",
    ),
    Clause("no-onward", "prohibition", ODRL + "distribute", "Nothing may be passed on to anyone else."),
    # To sell, in ODRL, is to delete one's own original: the sale of a copy is caught by no-onward alone.
    Clause("no-sale", "prohibition", ODRL + "sell", "Nothing may be sold.", needs=("no-onward",)),
    Clause("no-analytics", "prohibition", ANALYSE, "Nothing may be used for analytics."),
    Clause("no-profiling", "prohibition", PROFILING, "No profile may be made from it."),
    Clause("no-tracking", "prohibition", TRACKING, "It may not be used to track you."),
    Clause("no-tracking-3p", "prohibition", TRACKING_BY_THIRD_PARTY, "Nobody else may use it to track you."),
    Clause("no-training", "prohibition", LP_TRAIN, "It may not be used to train or run AI."),
    Clause("give-back", "obligation", LP_APPEND, "The vendor puts its own records about you into your pod."),
    Clause("deliver", "obligation", LP_DELIVER_SERVICE, "The vendor delivers the service it describes."),
    Clause("inform", "obligation", ODRL + "inform", "The vendor tells you regularly what it did with the data."),
    Clause("pay", "duty", ODRL + "compensate", "The vendor pays you this much."),
    # Beyond the term map: what entries of the roster allow must be rules of a known kind too.
    Clause("training", "permission", LP_TRAIN, "The vendor may train and run AI on it."),
    Clause(
        "share-anonymised",
        "permission",
        ODRL + "distribute",
        "The vendor may pass it on once nobody can be recognised in it.",
        needs=("anonymise",),
    ),
    Clause("anonymise", "duty", ODRL + "anonymize", "The vendor first removes everything that points to you."),
)

CLAUSES: Mapping[str, Clause] = MappingProxyType({clause.name: clause for clause in _TABLE})
"""All clauses by name, in the order people read them."""

_BY_RULE: dict[tuple[str, str, str], str] = {
    (c.kind, c.action, c.event): c.name for c in _TABLE if c.kind != "constraint"
}
_INSTEAD = {("no-sale", "no-onward"): "share-anonymised"}
"""Clause and what it needs → what may stand in its place."""


def clause_of(kind: str, action: str, event: str = "") -> str | None:
    """Name of the clause a rule is, by its kind, the IRI of its action and what it waits for; ``None`` for no clause.

    A constraint is told by its operand and not here. A deletion without an event is no clause.
    """
    return _BY_RULE.get((kind, action, event))


def standing_alone(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Clauses that lack one they need, each with the name of what is missing, in the order of the table.

    Where data may be passed on anonymised, ``no-sale`` cannot have ``no-onward`` beside it.
    """
    held = set(names)
    return tuple(
        (clause.name, needed)
        for clause in _TABLE
        if clause.name in held
        for needed in clause.needs
        if needed not in held and _INSTEAD.get((clause.name, needed)) not in held
    )


_USE, _TRANSFER, _PLAY, _REPRODUCE = (ODRL + name for name in ("use", "transfer", "play", "reproduce"))
_IN_USE = (
    "acceptTracking aggregate annotate anonymize archive attribute compensate concurrentUse delete derive digitize "
    "distribute ensureExclusivity execute grantUse include index inform install modify move nextPolicy obtainConsent "
    "play present print read reproduce reviewPolicy stream synchronize textToSpeech transform translate uninstall "
    "watermark"
)
INCLUDED_IN: Mapping[str, str] = MappingProxyType(
    {ODRL + name: _USE for name in _IN_USE.split()}
    | {ODRL + "display": _PLAY, ODRL + "extract": _REPRODUCE, ODRL + "give": _TRANSFER, ODRL + "sell": _TRANSFER}
    | {_USE: "", _TRANSFER: ""}
    | {LP_APPEND: ODRL + "modify", LP_DELIVER_SERVICE: _USE, LP_TRAIN: _USE}
    | {ANALYSE: _USE, PROFILING: _USE, TRACKING: _USE, TRACKING_BY_THIRD_PARTY: TRACKING}
)
"""Action → the action it is included in, empty for the two at the top.

ODRL 2.2 §4 (https://www.w3.org/TR/odrl-vocab/) without its deprecated actions, and our own of ``vocab/terms.ttl``.
"""


def includes(wider: str, narrower: str) -> bool:
    """Whether whoever may (or may not) do the wider action may (or may not) do the narrower one: ``odrl:includedIn*``.

    False where either is an action we do not know, even for equal ones: nothing is said about it.
    """
    return wider in INCLUDED_IN and wider in _above(narrower)


def _above(action: str) -> Iterator[str]:
    while action in INCLUDED_IN:
        yield action
        action = INCLUDED_IN[action]


REASONS: Mapping[str, str] = MappingProxyType(
    {
        "outside-terms": "It asks for more than is offered.",
        "not-proved": "Nobody has proved to have sent it.",
        "never-class": "It asks for data that is never shared.",
        "no-thanks": "The person does not want it.",
        "lapsed": "The time for an answer has passed.",
        "unreadable": "It could not be read.",
        "nothing-received": "Nothing has come by the day it was due.",
        "late": "It came after the day it was due.",
        "too-little": "Less came than was agreed.",
        "seen-elsewhere": "The data was seen where it should not be.",
    }
)
"""Why a request was refused or a promise counts as broken: name in ``lp:`` → the plain sentence."""


def reason(name: str) -> str:
    """IRI of a reason of :data:`REASONS`; raises :class:`Malformed` for what is none."""
    if name not in REASONS:
        raise Malformed(f"{plain(name, 60)} is no reason.", advice="Reasons: " + ", ".join(REASONS) + ".")
    return LP + name


STATES: Mapping[str, str] = MappingProxyType(
    {"open": "These terms are offered.", "retired": "These terms are no longer offered."}
)
"""Whether terms are still offered: name in ``lp:`` → the plain sentence."""

_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN
PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD
TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD
XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG
"""
CURRENCIES: frozenset[str] = frozenset(_CODES.split())
"""Codes of ISO 4217, currencies and funds, as of January 2026; ``lp:currency-EUR`` is the unit of amounts in euros."""
