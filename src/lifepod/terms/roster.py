"""The roster: agreements that go by one name, spelled out in our clauses.

It refuses to take an entry from anywhere but here: the public rosters name their agreements, but a machine cannot read
what they say (terms §2.4).

A policy that names an entry contains every clause the entry says *must* or *must not*, may add prohibitions and duties,
and never drops one. ``vocab/terms.ttl`` says the same as this table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lifepod.names import DPV, IEEE7012, LP
from lifepod.terms.clauses import CLAUSES, includes

P7012 = "https://w3id.org/dpv/standards/p7012#"
"""Where DPV 2.1 and 2.2 kept their roster; 2.3 moved it."""
_PUBLIC = ("https://myterms.info/agreements/", "https://customercommons.org/agreements/", IEEE7012, P7012)


@dataclass(frozen=True, slots=True)
class Entry:
    """One agreement of the roster."""

    id: str
    """Its name in ``lp:``, ``sd-base-dp``."""
    public: str
    """Its name in the ``ieee-7012`` extension of DPV, ``SD-BASE-DP``; that of the nearest for an entry of our own."""
    reads: str
    """What it comes to, in a few plain words."""
    may: tuple[str, ...]
    """Names of clauses, as in the two below."""
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    purpose: str = ""
    """IRI of the purpose it is for, where it names one."""

    @property
    def iri(self) -> str:
        """Its IRI in ``vocab/terms.ttl``."""
        return LP + self.id


_ONWARD = ("no-onward", "no-sale")
_BASE = (*_ONWARD, "no-analytics", "no-tracking", "no-profiling")
_A = (*_ONWARD, "no-tracking", "no-profiling")
_AT = (*_ONWARD, "no-profiling", "no-tracking-3p")
_ATP = (*_ONWARD, "no-tracking-3p")
_S3P = ("no-sale", "no-tracking-3p")
_BACK = ", and my data back"


def _pair(name: str, reads: str, must_not: tuple[str, ...], more: tuple[str, ...] = ()) -> tuple[Entry, Entry]:
    """An entry for service delivery and its twin with data portability: what is given back there is owed."""
    public = name.upper()
    return (
        Entry(name, public, reads, ("read", "give-back", *more), ("deliver",), must_not),
        Entry(f"{name}-dp", f"{public}-DP", reads + _BACK, ("read", *more), ("deliver", "give-back"), must_not),
    )


def _contribution(name: str, reads: str, more: tuple[str, ...] = (), purpose: str = "") -> Entry:
    return Entry(name, name.upper(), reads, ("read", *more), ("give-back", "purpose"), _BASE, purpose)


_TABLE = (
    *_pair("sd-base", "the service, nothing else", _BASE),
    *_pair("sd-base-a", "the service and the vendor's own analytics", _A),
    *_pair("sd-base-at", "the service, the vendor's own analytics and tracking", _AT),
    *_pair("sd-base-atp", "the service, the vendor's own analytics, tracking and profiling", _ATP),
    *_pair(
        "sd-base-atp-s3p",
        "the service, the vendor's own analytics, tracking and profiling, and anonymised data to others",
        _S3P,
        ("share-anonymised",),
    ),
    _contribution("pdc-intent", "a contribution: to answer what I want"),
    _contribution("pdc-ai", "a contribution: to train or run AI", ("training",)),
    _contribution("pdc-good", "a contribution: for the public good", purpose=DPV + "PublicBenefit"),
    Entry(
        "sd-once",
        "SD-BASE",
        "one transaction, nothing kept",
        ("read", "append"),
        ("deliver", "give-back", "delete-after-use", "delete-at-end"),
        ("no-storage", *_BASE, "no-training"),
    ),
)

ROSTER: Mapping[str, Entry] = MappingProxyType({entry.id: entry for entry in _TABLE})
"""All entries by id, from the narrowest to the widest, contributions and our own last."""

_BY_IRI = {entry.iri: entry for entry in _TABLE} | {
    place + entry.public: entry for entry in _TABLE if entry.id == entry.public.lower() for place in _PUBLIC
}


def entry_of(iri: str) -> Entry | None:
    """The entry an IRI means, in any of the forms met in the field; ``None`` for one we do not know.

    DPV 2.1 and 2.2 called the family ``SD-BY``, which is read as ``SD-BASE``.
    """
    if iri.startswith(P7012 + "SD-BY"):
        iri = P7012 + "SD-BASE" + iri.removeprefix(P7012 + "SD-BY")
    return _BY_IRI.get(iri)


def missing(entry: Entry, clause_names: Collection[str]) -> tuple[str, ...]:
    """Clauses the entry wants and a policy made of these clauses leaves out, in the entry's order.

    A wider prohibition stands for a narrower one: who may not be tracked by anyone may not be tracked by others.
    """
    held = set(clause_names)
    return tuple(name for name in (*entry.must, *entry.must_not) if name not in held and not _forbidden_by(name, held))


def _forbidden_by(name: str, held: set[str]) -> bool:
    wanted = CLAUSES[name]
    return wanted.kind == "prohibition" and any(
        other.kind == "prohibition" and other.name in held and includes(other.action, wanted.action)
        for other in CLAUSES.values()
    )
