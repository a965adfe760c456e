"""The person's own terms: drawn up, signed, published, ordered, retired; and what they never share.

It refuses to change a version that was published, and to publish one that was not signed and read back.

The document of a version comes first, the index last: what is listed is always there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lifepod.errors import LifepodError, Malformed, Missing, Unproved
from lifepod.parties.filing import read_record
from lifepod.parties.rooms import make_room
from lifepod.parties.signing import Desk as Signing
from lifepod.parties.signing import policy_of
from lifepod.plain import plain
from lifepod.solid.pod import Pod
from lifepod.terms.drafting import Head, is_kept_back, offer_of
from lifepod.terms.drafting import Offering as Offering  # what terms are drawn up from
from lifepod.terms.index import OPEN, RETIRED, read_index, read_preferences, write_index, write_preferences
from lifepod.terms.index import Listed as Listed
from lifepod.terms.index import Preferences as Preferences
from lifepod.terms.policy import Policy
from lifepod.terms.words import as_text

TERMS, INDEX, PREFERENCES = "lifepod/terms/", "lifepod/terms/index", "lifepod/preferences"
_TURTLE = "text/turtle"
_VERSION = re.compile(r"(.+)-(\d{1,6})\Z")


@dataclass(frozen=True, slots=True)
class Offered:
    """One version of terms, and what it says."""

    listed: Listed
    policy: Policy | None
    """``None`` where the document cannot be read."""
    amiss: str = ""
    """Why it cannot be relied on, in words."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Terms as they would be published."""

    name: str
    """``shops-1``."""
    policy: Policy
    retires: tuple[str, ...]
    """Earlier versions that would no longer be offered."""


async def offered(pod: Pod) -> tuple[Offered, ...]:
    """Every version the index lists, by rank."""
    return tuple([await _offered(pod, one) for one in (await _index(pod))[0]])


async def _offered(pod: Pod, listed: Listed) -> Offered:
    try:
        filed = await read_record(pod, listed.document)
        policy = policy_of(filed.record)
    except LifepodError as error:
        return Offered(listed, None, str(error))
    return Offered(listed, policy, "" if policy.root == listed.offer else "it is not what the index says")


async def _index(pod: Pod) -> tuple[tuple[Listed, ...], str | None]:
    """What is listed, and the version of the index; nothing and ``None`` before the first."""
    url = pod.storage + INDEX
    try:
        reply = await pod.get(url, accept=_TURTLE)
    except Missing:
        return (), None
    return read_index(reply.body, url), reply.etag or "*"


async def draw_up(pod: Pod, wish: Offering, at: str) -> Drawn:
    """The terms as they would be published; nothing is written."""
    outside = [place for place in wish.places if not place.startswith(pod.storage)]
    if outside:
        raise Malformed(f"{plain(outside[0], 200)} is not in your pod.", advice="Terms open places of your own pod.")
    kept = [place for place in wish.places if is_kept_back(place, pod.storage)]
    if kept:
        said = f"{plain(kept[0], 200)} is or holds what is never offered: your keys, records, inbox or rules."
        raise Malformed(said, advice="Offer a folder of your journal: `--place journal/purchases/`.")
    listed, _ = await _index(pod)
    versions = [int(found[2]) for one in listed if (found := _VERSION.match(one.name)) and found[1] == wish.name]
    name = f"{wish.name}-{max(versions, default=0) + 1}"
    policy = offer_of(wish, Head(f"{pod.storage}{TERMS}{name}#terms", at, ()), pod.webid)
    before = tuple(one.name for one in listed if _of(one, wish.name) and one.state == OPEN)
    return Drawn(name, policy, before)


def _of(listed: Listed, name: str) -> bool:
    found = _VERSION.match(listed.name)
    return found is not None and found[1] == name


async def publish(signing: Signing, drawn: Drawn) -> Offered:
    """Sign, keep and list terms that were drawn up; earlier versions of the name are retired."""
    pod, url = signing.pod, f"{signing.pod.storage}{TERMS}{drawn.name}"
    await signing.public_room(pod.storage + TERMS)
    policy, filed = await signing.terms(url, drawn.policy)
    await signing.text(url + ".txt", as_text(policy))
    listed, version = await _index(pod)
    rest = [replace(one, state=RETIRED) if one.name in drawn.retires else one for one in listed if one.document != url]
    new = Listed(policy.root, filed.graph_digest, 1, OPEN)
    await _write_index(pod, _ranked([*_where_it_was(rest, drawn, new)]), version)
    await signing.show_terms(pod.storage + INDEX)
    return Offered(new, policy)


def _where_it_was(rest: list[Listed], drawn: Drawn, new: Listed) -> list[Listed]:
    """A new version takes the rank of the one it replaces; a new name comes last."""
    at = next((i for i, one in enumerate(rest) if one.name in drawn.retires), len(rest))
    return [*rest[:at], new, *rest[at:]]


def _ranked(listed: list[Listed]) -> tuple[Listed, ...]:
    """Open ones by rank, then the retired."""
    order = [one for one in listed if one.state == OPEN] + [one for one in listed if one.state == RETIRED]
    return tuple(replace(one, rank=rank) for rank, one in enumerate(order, 1))


async def _write_index(pod: Pod, listed: tuple[Listed, ...], version: str | None) -> None:
    await pod.put(pod.storage + INDEX, write_index(listed), match=version, content_type=_TURTLE)


async def retire(pod: Pod, name: str) -> Listed:
    """No longer offer a version (``shops-1``, or ``shops`` for the newest); it stays to be read."""
    listed, version = await _index(pod)
    found = find(listed, name)
    if found.state == RETIRED:
        return found
    after = [replace(one, state=RETIRED) if one == found else one for one in listed]
    await _write_index(pod, _ranked(after), version)
    return replace(found, state=RETIRED)


async def prefer(pod: Pod, names: tuple[str, ...]) -> tuple[Listed, ...]:
    """Put these first, in this order; the others follow as they were."""
    listed, version = await _index(pod)
    first = [find(listed, name) for name in names]
    after = _ranked([*first, *(one for one in listed if one not in first)])
    await _write_index(pod, after, version)
    return after


def find(listed: tuple[Listed, ...], name: str) -> Listed:
    """The version of that name, of ``shops`` the newest open one; raises :class:`Missing`."""
    exact = [one for one in listed if name in (one.name, one.offer, one.document)]
    open_ = [one for one in listed if _of(one, name) and one.state == OPEN]
    for found in (exact, open_):
        if found:
            return found[0]
    raise Missing(
        f"There are no terms called {plain(name, 80)}.",
        advice="`lifepod terms` lists yours; `lifepod terms new` makes some.",
    )


async def preferences(pod: Pod) -> tuple[Preferences, str | None]:
    """What the person never shares and their usual terms, and the version of the file."""
    url = pod.storage + PREFERENCES
    try:
        reply = await pod.get(url, accept=_TURTLE)
    except Missing:
        return Preferences(), None
    return read_preferences(reply.body, url), reply.etag or "*"


async def set_preferences(pod: Pod, wanted: Preferences) -> None:
    """Keep preferences; raises :class:`~lifepod.errors.Conflict` where somebody else changed them meanwhile."""
    _, version = await preferences(pod)
    await make_room(pod, pod.storage + "lifepod/")
    await pod.put(pod.storage + PREFERENCES, write_preferences(wanted), match=version, content_type=_TURTLE)


async def usual_for(pod: Pod, places: Iterable[str]) -> Listed | None:
    """The version of their terms that the person usually takes for these places; none where that is not one alone."""
    by_kind, journal = dict((await preferences(pod))[0].default), pod.storage + "journal/"
    kinds = {place.removeprefix(journal).partition("/")[0] for place in places if place.startswith(journal)}
    names = {by_kind.get(kind, "") for kind in kinds}
    if len(names) != 1 or "" in names:
        return None
    found = [one for one in (await _index(pod))[0] if one.state == OPEN]
    try:
        return find(tuple(found), names.pop())
    except Missing:
        return None  # retired since


async def version_named(pod: Pod, root: str, digest: str) -> Offered:
    """The version a request says it is made under.

    Raises :class:`Malformed` where it is none of ours, :class:`Unproved` where its digest is another.
    """
    if not root.startswith(pod.storage + TERMS):
        raise Malformed("It is made under terms that are not yours.")
    listed, _ = await _index(pod)
    known = next((one for one in listed if one.offer == root), None)
    if known is None:
        raise Malformed(f"It is made under terms that you never published ({plain(root)}).")
    if known.digest != digest:
        raise Unproved("It names your terms with another digest: not the text you published.")
    return await _offered(pod, known)
