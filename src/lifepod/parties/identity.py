"""A signing key of one's own: made here, kept in the keyring, shown in the WebID document.

It refuses to put the secret anywhere else, to change what a document says beyond the key, and to sign with a key that
the document does not show.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from urllib.parse import urldefrag

from lifepod.errors import Conflict, NotReady, NotSignedIn
from lifepod.plain import plain
from lifepod.rdf.turtle import Document
from lifepod.solid.keyring import Store
from lifepod.solid.pod import Pod
from lifepod.terms.cards import Card, card_of, with_inbox, with_key, with_revoked, with_terms
from lifepod.terms.policy import PublicKey
from lifepod.terms.proof import Key

_ENTRY = "signing key of "
_OURS = re.compile(r"#lifepod-(\d{1,4})\Z")


def kept_key(store: Store, webid: str) -> Key | None:
    """The key this machine signs with for a WebID; ``None`` before there is one."""
    text = store.get(_ENTRY + webid)
    if text is None:
        return None
    try:
        raw = json.loads(text)
        seed = base64.b64decode(raw["seed"], validate=True)
        if len(seed) != 32 or urldefrag(raw["method"]).url != urldefrag(webid).url:
            raise ValueError
        return Key(str(raw["method"]), webid, seed)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotReady("The signing key kept here is damaged.", advice="Make a new one: `--new-key`.") from None


def _keep(store: Store, key: Key) -> None:
    store.put(_ENTRY + key.owner, json.dumps({"method": key.method, "seed": base64.b64encode(key.seed).decode()}))


def public_of(key: Key) -> PublicKey:
    """The half of a key that records name."""
    return PublicKey(key.method, key.owner, key.public)


async def own_card(pod: Pod, at: str) -> tuple[Document, Card]:
    """The login's own WebID document, read with the login, and what it says."""
    document = await pod.read(urldefrag(pod.webid).url)
    return document, card_of(document, pod.webid, at)


async def ready_key(pod: Pod, store: Store, at: str) -> tuple[Key, bool]:
    """The key to sign with, made and shown where there is none; and whether it was made or shown only now.

    Raises :class:`~lifepod.errors.NotSignedIn` where the document shows a key of ours that this machine has not got.
    """
    document, card = await own_card(pod, at)
    key = kept_key(store, pod.webid)
    if key is None:
        numbers = [int(found[1]) for one in card.keys if (found := _OURS.search(one.method)) and not one.revoked]
        if numbers:
            raise NotSignedIn(
                f"Your profile shows a signing key ({plain(card.keys[0].method)}) that is not on this machine.",
                advice="Sign on the machine that has it, or make a new one here with --new-key.",
            )
        key = _new_key(pod.webid, card)
        _keep(store, key)  # before it is shown: a key that is shown and lost could never be used again
    shown = card.key(key.method)
    if shown is not None and (shown.public != key.public or shown.revoked):
        raise Conflict(
            f"Your profile says that {plain(key.method)} is another key, or revoked.",
            place=document.url,
            advice="Make a new one with --new-key; what the old one signed stays signed.",
        )
    if shown is None:
        await pod.update(document, with_key(document.graph, pod.webid, key.method, key.public))
    return key, shown is None


async def new_key(pod: Pod, store: Store, at: str) -> Key:
    """Another key in place of the one so far, which stays in the document, revoked from now on."""
    document, card = await own_card(pod, at)
    old, key = kept_key(store, pod.webid), _new_key(pod.webid, card)
    graph = with_key(document.graph, pod.webid, key.method, key.public)
    for shown in card.keys:
        if _OURS.search(shown.method) and not shown.revoked and (old is None or shown.method == old.method):
            graph = with_revoked(graph, shown.method, at)
    _keep(store, key)
    try:
        await pod.update(document, graph)
    except BaseException:
        if old is not None:
            _keep(store, old)
        raise
    return key


def _new_key(webid: str, card: Card) -> Key:
    taken = [int(found[1]) for one in card.keys if (found := _OURS.search(one.method))]
    return Key(f"{urldefrag(webid).url}#lifepod-{max(taken, default=0) + 1}", webid, secrets.token_bytes(32))


async def show_in_profile(pod: Pod, at: str, *, inbox: str = "", terms: str = "") -> bool:
    """Name an inbox (where none is named) and the index of terms in the WebID document; whether it changed."""
    document, _ = await own_card(pod, at)
    graph = with_inbox(document.graph, pod.webid, inbox) if inbox else document.graph
    graph = with_terms(graph, pod.webid, terms) if terms else graph
    if len(graph) == len(document.graph) and set(graph) == set(document.graph):
        return False
    await pod.update(document, graph)
    return True
