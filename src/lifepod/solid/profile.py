"""A WebID's profile document: issuers, storages, inbox and type index, and how they are added.

It refuses to believe what a profile claims about anyone else: only triples about the WebID itself count.
Sources: https://solid.github.io/webid-profile/, https://solidproject.org/TR/protocol#storage
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urldefrag

from rdflib import Graph, URIRef

from lifepod import names
from lifepod.errors import LifepodError, Missing, NotSignedIn, Refused, TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.rdf.turtle import Document, copy_of, iris
from lifepod.solid.reading import RDF, document_of
from lifepod.solid.resources import Resources
from lifepod.solid.send import Sender
from lifepod.solid.wire import failure_of

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
    public_type_indexes: tuple[str, ...] = ()
    see_also: tuple[str, ...] = ()
    """Further documents of the profile (``rdfs:seeAlso``, ``foaf:isPrimaryTopicOf``), not read yet."""


def profile_of(document: Document, webid: str) -> WebIdProfile:
    """The claims of the document about ``webid`` alone; raises :class:`TooBig` where they are past all reason."""
    return WebIdProfile(
        webid=webid,
        issuers=_addresses(document, webid, names.SOLID_OIDC_ISSUER),
        storages=_addresses(document, webid, names.PIM_STORAGE),
        inboxes=_addresses(document, webid, names.LDP_INBOX),
        private_type_indexes=_addresses(document, webid, names.SOLID_PRIVATE_TYPE_INDEX),
        document=document,
        public_type_indexes=_addresses(document, webid, names.SOLID_PUBLIC_TYPE_INDEX),
        see_also=tuple(
            url
            for claim in (names.RDFS_SEE_ALSO, names.FOAF_IS_PRIMARY_TOPIC_OF)
            for url in _addresses(document, webid, claim)
        ),
    )


def _addresses(document: Document, webid: str, claim: str) -> tuple[str, ...]:
    found = iris(document.graph, webid, claim)
    if len(found) > _CLAIMS:
        raise TooBig(
            f"{plain(webid)} names more than {_CLAIMS} addresses for {claim}.", bound=_CLAIMS, place=document.url
        )
    return tuple(iri for iri in found if iri.startswith(("https://", "http://")))


async def read_profile(pod: Resources, webid: str) -> WebIdProfile:
    """Read as the signed-in agent, a stranger's as nobody; raises what reading raises."""
    return profile_of(await pod.follow(urldefrag(webid).url), webid)


async def read_whole_profile(pod: Resources, webid: str) -> tuple[WebIdProfile, tuple[str, ...]]:
    """The profile with what its further documents add, and the documents that could not be read.

    Those may name storages, inboxes and type indexes, never login servers: who may speak for a WebID is said by the
    WebID's own document alone. Sources: https://solid.github.io/webid-profile/#extended-profile-documents
    """
    profile, unread = await read_profile(pod, webid), []
    for url in dict.fromkeys(urldefrag(one).url for one in profile.see_also[:_FURTHER]):
        if url == urldefrag(webid).url:
            continue
        try:
            further = await pod.follow(url, at_most=pod.limits.control_bytes)
            profile = _with(profile, profile_of(further, webid))
        except LifepodError:
            unread.append(url)
    return profile, tuple(unread)


_FURTHER = 10
"""Further documents of one profile that are read."""


def _with(profile: WebIdProfile, more: WebIdProfile) -> WebIdProfile:
    def joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one + other))

    return replace(
        profile,
        storages=joined(profile.storages, more.storages),
        inboxes=joined(profile.inboxes, more.inboxes),
        private_type_indexes=joined(profile.private_type_indexes, more.private_type_indexes),
        public_type_indexes=joined(profile.public_type_indexes, more.public_type_indexes),
    )


async def check_webid(sender: Sender, webid: str, limits: Limits = LIMITS) -> WebIdProfile:
    """Read a stranger's profile as nobody; raises where it does not answer or does not speak of this WebID."""
    shown, url = plain(webid), urldefrag(webid).url
    # A stranger wrote it: it gets the bound of an access document, not that of our own data.
    reply = await sender.send("GET", url, {"Accept": RDF}, at_most=limits.control_bytes)
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
