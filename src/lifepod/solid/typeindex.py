"""Type indexes: which class of data lies where, as apps tell each other (https://solid.github.io/type-indexes/).

It refuses to take a registration for one that stands in no index, and to say of the private index what the public one
may: those are two documents, because the second can be read by everyone.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urldefrag

from rdflib import Graph, URIRef

from lifepod import names
from lifepod.errors import Conflict, LifepodError, Missing
from lifepod.rdf.turtle import Document, copy_of, iris
from lifepod.solid.profile import read_profile, read_whole_profile
from lifepod.solid.resources import Resources


@dataclass(frozen=True, slots=True)
class Registration:
    """One line of a type index."""

    for_class: str
    """IRI of the class."""
    place: str
    """Where things of that class lie."""
    is_container: bool
    """The place is a container of documents, not one document."""
    index: str
    """The index that says so."""


def registrations_of(index: Document) -> tuple[Registration, ...]:
    """All registrations of an index, sorted; what is no registration is left out."""
    found, graph = set(), index.graph
    for node in graph.subjects(URIRef(names.RDF_TYPE), URIRef(names.SOLID_REGISTRATION)):
        for for_class in iris(graph, str(node), names.SOLID_FOR_CLASS):
            for claim in (names.SOLID_INSTANCE_CONTAINER, names.SOLID_INSTANCE):
                whole = claim == names.SOLID_INSTANCE_CONTAINER
                found |= {
                    Registration(for_class, place, whole, index.url)
                    for place in iris(graph, str(node), claim)
                    if place.startswith(("https://", "http://"))
                }
    return tuple(sorted(found, key=lambda one: (one.for_class, one.place)))


async def read_type_indexes(pod: Resources, webid: str = "") -> tuple[tuple[Registration, ...], tuple[str, ...]]:
    """The registrations of a WebID's public and private type indexes, and the documents that could not be read.

    The WebID is the one signed in unless named; of somebody else's only what they let us read is found.
    """
    profile, unread = await read_whole_profile(pod, webid or pod.webid)
    found: dict[Registration, None] = {}
    for url in profile.public_type_indexes + profile.private_type_indexes:
        try:
            found |= dict.fromkeys(registrations_of(await pod.follow(urldefrag(url).url)))
        except LifepodError:
            unread += (url,)
    return tuple(found), unread


async def register(pod: Resources, wanted: dict[str, str], *, listed: bool = False) -> bool:
    """Register containers (URL → class IRI) in the type index of who is signed in; whether there is one.

    ``listed`` names the public index, which everyone can read. An index that the profile names and that is gone is
    made anew, if it lies in the person's own pod. Raises :class:`~lifepod.errors.Conflict` where others write all the
    time.
    """
    profile = await read_profile(pod, pod.webid)
    indexes = profile.public_type_indexes if listed else profile.private_type_indexes
    if not indexes:
        return False
    url = urldefrag(indexes[0]).url
    for last in (False, False, True):
        try:
            index = await _standing(pod, url, listed)
            await pod.update(index, registered(index, wanted))
            return True
        except Conflict:
            if last:
                raise
    return True


async def _standing(pod: Resources, url: str, listed: bool) -> Document:
    try:
        return await pod.read(url)
    except Missing:
        # Named in the profile and taken away since; only in the person's own pod is it ours to make.
        if not pod.storage or not url.startswith(pod.storage):
            raise
    await pod.write(url, empty_type_index(url, listed=listed), match=None)
    return await pod.read(url)


def empty_type_index(url: str, *, listed: bool = False) -> Graph:
    """A type index without registrations: the private one, or the public one (``listed``)."""
    graph, own = Graph(), URIRef(urldefrag(url).url)
    graph.add((own, URIRef(names.RDF_TYPE), URIRef(names.SOLID_TYPE_INDEX)))
    kind = names.SOLID_LISTED if listed else names.SOLID_UNLISTED
    graph.add((own, URIRef(names.RDF_TYPE), URIRef(kind)))
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
