"""Finding the way: from a WebID or a login server to who logs in where, and from any place to the storage it lies in.

It refuses to guess: where a profile names several login servers or storages, all are handed out and somebody chooses.
Sources: https://solidproject.org/TR/protocol#storage, https://solidproject.org/TR/oidc#oidc-issuer-discovery
"""

from __future__ import annotations

from urllib.parse import urldefrag, urljoin

from rdflib import URIRef

from lifepod import names
from lifepod.errors import LifepodError, NotSignedIn, Undecided
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.solid.profile import WebIdProfile, check_webid, read_whole_profile
from lifepod.solid.reading import RDF
from lifepod.solid.resources import Resources
from lifepod.solid.send import Sender
from lifepod.solid.wire import Reply, origin_of, own_spelling


async def issuer_from(sender: Sender, said: str, limits: Limits = LIMITS) -> str:
    """The login server a person meant: a WebID that names one, or its own address; raises :class:`Undecided`.

    A WebID may name several; then the person says which.
    """
    own_spelling(urldefrag(said).url)
    try:
        profile = await check_webid(sender, said, limits)
    except LifepodError:
        if "#" in said:
            raise
        profile = None
    if profile is None or (not profile.issuers and "#" not in said):
        return said  # the root of a pod speaks of itself too, and is often the login server's address
    if not profile.issuers:
        raise NotSignedIn(
            f"{plain(said)} names no login server (solid:oidcIssuer).",
            advice="Name the login server instead of the WebID: `lifepod login https://…`.",
        )
    if len(profile.issuers) > 1:
        raise Undecided(
            f"{plain(said)} names several login servers.",
            choices=profile.issuers,
            advice="Log in at the one you use: " + ", ".join(f"`lifepod login {one}`" for one in profile.issuers[:5]),
        )
    return profile.issuers[0]


async def vouched(sender: Sender, webid: str, issuer: str, limits: Limits = LIMITS) -> WebIdProfile:
    """The profile of a WebID that names the login server which spoke for it; raises :class:`NotSignedIn`.

    Without this any server could log anybody in as anyone (Solid-OIDC §5.1, "WebID and issuer").
    """
    profile = await check_webid(sender, webid, limits)
    if issuer not in profile.issuers:
        raise NotSignedIn(
            f"{plain(issuer)} says you are {plain(webid)}, but that WebID does not name it as its login server.",
            issuer=issuer,
            advice="Log in at the server the WebID names, or have its profile name this one (solid:oidcIssuer).",
        )
    return profile


async def storages_of(pod: Resources, profile: WebIdProfile) -> tuple[str, ...]:
    """Every storage a profile names, else the one its own document lies in, if that says it is one."""
    if not profile.storages and profile.see_also:
        profile, _ = await read_whole_profile(pod, profile.webid)
    if profile.storages:
        return tuple(sorted({_rooted(one) for one in profile.storages}))
    try:
        found = await storage_above(pod, urldefrag(profile.webid).url)
    except LifepodError:  # such as a host whose front page leads elsewhere; a login is good without a pod
        found = ""
    return (found,) if found else ()


async def find_storages(pod: Resources, webid: str) -> tuple[str, ...]:
    """Every storage of a WebID, by its profile and the profile's further documents, or by where it lies."""
    profile, _ = await read_whole_profile(pod, webid)
    return await storages_of(pod, profile)


def _rooted(storage: str) -> str:
    spelt = own_spelling(storage)
    return spelt if spelt.endswith("/") else spelt + "/"


async def storage_above(pod: Resources, url: str) -> str:
    """The storage that a place lies in; empty where no server says so (Solid Protocol §4.1).

    What the storage description names is taken if the place lies below it; else each container above is asked.
    """
    place = own_spelling(url)
    reply = await pod.ask("HEAD", place, {"Accept": RDF})
    described = reply.link(names.SOLID_STORAGE_DESCRIPTION.lower()) or reply.link(names.SOLID_STORAGE_DESCRIPTION)
    if described:
        named = await _described(pod, described, place)
        if named:
            return named
    for _ in range(pod.limits.walk_depth):
        if _is_storage(reply):
            return place
        above = urljoin(place, "." if not place.endswith("/") else "..")
        if above == place:
            return ""
        place = above
        reply = await pod.ask("HEAD", place, {"Accept": RDF})
    return ""


def _is_storage(reply: Reply) -> bool:
    return reply.url.endswith("/") and any(
        link.rel == "type" and link.target == names.PIM_STORAGE_TYPE for link in reply.links
    )


async def _described(pod: Resources, url: str, place: str) -> str:
    try:
        graph = (await pod.follow(url, at_most=pod.limits.control_bytes)).graph
    except LifepodError:
        return ""
    named = {str(one) for one in graph.subjects(URIRef(names.RDF_TYPE), URIRef(names.PIM_STORAGE_TYPE))}
    here = origin_of(place) + "/"
    fitting = [one for one in named if one.endswith("/") and one.startswith(here) and place.startswith(one)]
    return max(fitting, key=len, default="")
