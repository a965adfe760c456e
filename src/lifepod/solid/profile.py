"""A WebID's profile document: issuers, storages, inbox and type index, and how they are added.

It refuses to believe what a profile claims about anyone else: only triples about the WebID itself count.
Sources: https://solid.github.io/webid-profile/, https://solidproject.org/TR/protocol#storage
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urldefrag

from rdflib import Graph, URIRef

from lifepod import names
from lifepod.errors import Missing, NotSignedIn, Refused, TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.rdf.turtle import Document, copy_of, iris
from lifepod.solid.reading import document_of
from lifepod.solid.resources import Resources
from lifepod.solid.send import Sender
from lifepod.solid.wire import JSON_LD, TURTLE, failure_of

_CLAIMS = 100
"""Values of one property of a WebID; nobody has that many storages or login servers."""


@dataclass(frozen=True, slots=True)
class WebIdProfile:
    """What a WebID says of itself."""

    webid: str
    issuers: tuple[str, ...]
    storages: tuple[str, ...]
    inboxes: tuple[str, ...]
    private_type_indexes: tuple[str, ...]
    document: Document


def profile_of(document: Document, webid: str) -> WebIdProfile:
    """The claims of the document about ``webid`` alone; raises :class:`TooBig` where they are past all reason."""
    return WebIdProfile(
        webid=webid,
        issuers=_addresses(document, webid, names.SOLID_OIDC_ISSUER),
        storages=_addresses(document, webid, names.PIM_STORAGE),
        inboxes=_addresses(document, webid, names.LDP_INBOX),
        private_type_indexes=_addresses(document, webid, names.SOLID_PRIVATE_TYPE_INDEX),
        document=document,
    )


def _addresses(document: Document, webid: str, claim: str) -> tuple[str, ...]:
    found = iris(document.graph, webid, claim)
    if len(found) > _CLAIMS:
        raise TooBig(
            f"{plain(webid)} names more than {_CLAIMS} addresses for {claim}.", bound=_CLAIMS, place=document.url
        )
    return tuple(iri for iri in found if iri.startswith(("https://", "http://")))


async def read_profile(pod: Resources, webid: str) -> WebIdProfile:
    """Read as the signed-in agent; raises what reading raises."""
    return profile_of(await pod.read(urldefrag(webid).url), webid)


async def check_webid(sender: Sender, webid: str, limits: Limits = LIMITS) -> WebIdProfile:
    """Read a stranger's profile as nobody; raises where it does not answer or does not speak of this WebID."""
    shown, url = plain(webid), urldefrag(webid).url
    # A stranger wrote it: it gets the bound of an access document, not that of our own data.
    reply = await sender.send("GET", url, {"Accept": f"{TURTLE}, {JSON_LD};q=0.5"}, at_most=limits.control_bytes)
    failure = failure_of("GET", reply)
    if isinstance(failure, NotSignedIn | Refused):
        raise Missing(f"{shown} keeps its profile closed, so nobody can check it.", place=webid)
    if failure is not None:
        raise failure
    profile = profile_of(document_of(reply, limits), webid)
    if (URIRef(webid), None, None) not in profile.document.graph:
        raise Missing(
            f"{shown} answers, but its document does not speak of that WebID.",
            place=webid,
            advice="Check the part after #: it is often #me.",
        )
    return profile


def completed(profile: WebIdProfile, *, storage: str, inbox: str, type_index: str) -> Graph:
    """The profile's graph with storage, inbox and private type index named where it names none."""
    me, out = URIRef(profile.webid), copy_of(profile.document.graph)
    if storage not in profile.storages:
        out.add((me, URIRef(names.PIM_STORAGE), URIRef(storage)))
    if not profile.inboxes:
        out.add((me, URIRef(names.LDP_INBOX), URIRef(inbox)))
    if not profile.private_type_indexes:
        out.add((me, URIRef(names.SOLID_PRIVATE_TYPE_INDEX), URIRef(type_index)))
    return out


def empty_type_index(url: str) -> Graph:
    """A private type index without registrations (https://solid.github.io/type-indexes/)."""
    graph, own = Graph(), URIRef(url)
    graph.add((own, URIRef(names.RDF_TYPE), URIRef(names.SOLID_TYPE_INDEX)))
    graph.add((own, URIRef(names.RDF_TYPE), URIRef(names.SOLID_UNLISTED)))
    return graph


def registered(index: Document, wanted: dict[str, str]) -> Graph:
    """The index with one registration per container (container URL → class IRI); those that stand already are left."""
    out = copy_of(index.graph)
    for_class, container = URIRef(names.SOLID_FOR_CLASS), URIRef(names.SOLID_INSTANCE_CONTAINER)
    for url, main_type in sorted(wanted.items()):
        stand = set(out.subjects(for_class, URIRef(main_type)))
        if any((node, container, URIRef(url)) in out for node in stand):
            continue
        name = main_type.rstrip("/").replace("#", "/").rsplit("/", 1)[-1] + "-" + url.rstrip("/").rsplit("/", 1)[-1]
        node = URIRef(f"{index.url}#{name}")
        out.add((node, URIRef(names.RDF_TYPE), URIRef(names.SOLID_REGISTRATION)))
        out.add((node, for_class, URIRef(main_type)))
        out.add((node, container, URIRef(url)))
    return out
