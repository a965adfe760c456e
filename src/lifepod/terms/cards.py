"""What a WebID document says for agreements: which keys sign, where the inbox is, where the terms are.

It refuses to fetch, and to believe a document about anyone but the WebID it was asked for.
Sources: https://www.w3.org/TR/cid-1.0/#verification-methods, https://www.w3.org/TR/ldn/, https://solid.github.io/webid-profile/.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urldefrag

from lifepod.names import LDP_INBOX, LP, RDF_TYPE, SEC, XSD
from lifepod.rdf.turtle import Document, Graph, iris, literals, with_iris, with_literals, without_triple
from lifepod.terms.within import moment_of


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key that a WebID document shows as its own."""

    method: str
    public: str
    expires: str = ""
    """UTC; empty where it has no end."""
    revoked: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What one WebID says of itself, as it was read at a time."""

    webid: str
    keys: tuple[ShownKey, ...]
    inbox: str
    terms: str
    """Index of the terms it offers."""
    read_at: str
    """UTC, whole seconds, ``Z``."""
    etag: str = ""

    def key(self, method: str) -> ShownKey | None:
        """The key of that address, if it is shown."""
        return next((key for key in self.keys if key.method == method), None)


def card_of(document: Document, webid: str, read_at: str) -> Card:
    """The card in a document; keys that lie in other documents, or that others control, are no keys of this WebID."""
    graph, home = document.graph, urldefrag(webid).url
    keys = []
    for method in iris(graph, webid, SEC + "assertionMethod"):
        public = literals(graph, method, SEC + "publicKeyMultibase")
        if urldefrag(method).url != home or iris(graph, method, SEC + "controller") != (webid,) or len(public) != 1:
            continue
        ends = (literals(graph, method, SEC + word)[:1] for word in ("expiration", "revoked"))
        keys.append(ShownKey(method, public[0], *("".join(end) for end in ends)))
    inboxes, terms = iris(graph, webid, LDP_INBOX), iris(graph, webid, LP + "terms")
    return Card(webid, tuple(keys), "".join(inboxes[:1]), "".join(terms[:1]), read_at, document.etag or "")


def is_withdrawn(key: ShownKey, created: str, seen_at: str) -> str:
    """Since when a key may not sign any more, for a proof that says it was made at ``created``; empty where it may.

    What is first seen after a revocation is not proved, whatever time it gives: a stolen key can back-date.
    """
    if key.revoked and (not _is_before(created, key.revoked) or not _is_before(seen_at, key.revoked)):
        return key.revoked
    if key.expires and not _is_before(created, key.expires):
        return key.expires
    return ""


def _is_before(one: str, other: str) -> bool:
    """Of two times; a time that cannot be read is before none."""
    first, second = moment_of(one), _lenient(other)
    return first is not None and second is not None and first < second


def _lenient(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def with_key(graph: Graph, webid: str, method: str, public: str) -> Graph:
    """The document with one key more; those it shows already stay."""
    named = with_iris(
        graph,
        (webid, SEC + "assertionMethod", method),
        (method, RDF_TYPE, SEC + "Multikey"),
        (method, SEC + "controller", webid),
    )
    return with_literals(named, (method, SEC + "publicKeyMultibase", public, SEC + "multibase"))


def with_revoked(graph: Graph, method: str, at: str) -> Graph:
    """The document with a key marked as revoked; it stays, so that what it signed before can be checked.

    One that is marked already stays as it was: its first revocation is the one that counts.
    """
    if literals(graph, method, SEC + "revoked"):
        return graph
    return with_literals(graph, (method, SEC + "revoked", at, XSD + "dateTime"))


def with_terms(graph: Graph, webid: str, index: str) -> Graph:
    """The document that names this index of terms and no other."""
    out = graph
    for old in iris(graph, webid, LP + "terms"):
        out = without_triple(out, webid, LP + "terms", old)
    return with_iris(out, (webid, LP + "terms", index))


def with_inbox(graph: Graph, webid: str, inbox: str) -> Graph:
    """The document with an inbox where it names none."""
    return graph if iris(graph, webid, LDP_INBOX) else with_iris(graph, (webid, LDP_INBOX, inbox))
