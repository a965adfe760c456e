"""Making a vendor ready to ask: a signing key, an inbox, a private room for what it holds.

It refuses to name a second inbox where the WebID document names one, and to sign for a vendor that cannot be answered.
Doing it again changes nothing.
"""

from __future__ import annotations

from lifepod.errors import NotReady
from lifepod.parties.identity import kept_key, new_key, own_card, public_of, ready_key, show_in_profile
from lifepod.parties.rooms import Opens, make_room
from lifepod.terms.policy import PublicKey
from lifepod.vendor.held import make_rooms
from lifepod.vendor.side import Result, Side

INBOX = "inbox/"


async def init(side: Side, *, another_key: bool = False) -> Result:
    """Make what is missing, and say what was done; ``another_key``: a new key in place of the one so far."""
    did, inbox = list[str](), side.place(INBOX)
    if await make_room(side.pod, inbox, Opens(signed_in=True)):
        did.append(f"made the inbox {inbox}, to which anyone signed in may add")
    did += [f"made {url}, for you alone" for url in await make_rooms(side)]
    if another_key:
        key, new = await new_key(side.pod, side.store, side.now), True
    else:
        key, new = await ready_key(side.pod, side.store, side.now)
    if new:
        did.append(f"your profile shows the signing key {key.method}")
    if await show_in_profile(side.pod, side.now, inbox=inbox):
        did.append("your profile names the inbox")
    return {"webid": side.pod.webid, "key": key.method, "inbox": await inbox_of(side), "did": did}


async def inbox_of(side: Side) -> str:
    """The vendor's own inbox: the one its WebID document names where that lies in its pod, else the usual one."""
    _, card = await own_card(side.pod, side.now)
    return card.inbox if card.inbox.startswith(side.place("")) else side.place(INBOX)


async def signing_key(side: Side) -> PublicKey:
    """The key the vendor signs with; raises :class:`NotReady` where it could not sign, or not be answered."""
    _, card = await own_card(side.pod, side.now)
    key = kept_key(side.store, side.pod.webid)
    shown = card.key(key.method) if key else None
    if key is None or shown is None or shown.public != key.public or shown.revoked or not card.inbox:
        missing = "names no inbox" if key and shown and not card.inbox else "shows no key that this machine signs with"
        raise NotReady(f"Your profile {missing}.", advice="`lifepod vendor init` makes what is missing.")
    return public_of(key)
