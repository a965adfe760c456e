"""Is an agreement of this pod what it says? The same four answers as :mod:`lifepod.owner.verifying` gives from files.

It refuses to boil them down to one, and to send a login along when it asks for the profiles of the parties.
"""

from __future__ import annotations

import json

from lifepod.errors import LifepodError
from lifepod.owner.verifying import Given, Verified, When, verify
from lifepod.parties.cases import REQUESTS, Case, id_of
from lifepod.parties.filing import ACCEPT
from lifepod.parties.senders import Card, card_at
from lifepod.solid.pod import Pod


async def check(pod: Pod, case: Case, now: str) -> Verified:
    """Signatures, keys in the kept copy of the sender's profile, keys in the profiles now, and how it stands."""
    main = Given(case.main.url.rpartition("/")[2], case.main.body)
    listing = await pod.list(case.folder)
    others = [url for url, _ in listing.members if url.endswith(".jsonld") and url != case.main.url]
    beside = [Given(url.rpartition("/")[2], (await pod.get(url, accept=ACCEPT)).body) for url in others]
    live = dict[str, Card | LifepodError]()
    for webid in (case.policy.assigner, case.policy.assignee):
        try:
            live[webid] = (await card_at(pod, webid, now))[0]
        except LifepodError as error:
            live[webid] = error
    return verify(main, beside, await _copies(pod, case, now), When(now), live)


async def _copies(pod: Pod, case: Case, now: str) -> list[Given]:
    """The copy of the vendor's profile that was kept when it asked; none where there is none any more."""
    first = case.policy.proposal.in_reply_to if case.policy.proposal else ""
    folder = f"{pod.storage}{REQUESTS}{id_of(first) if first else case.id}/"
    try:
        body = (await pod.get(folder + "sender.ttl", accept="text/turtle")).body
        about = json.loads((await pod.get(folder + "about.json", accept="application/json")).body)
        return [Given("sender.ttl", body, str(about.get("read_at", now)), case.policy.assignee)]
    except (LifepodError, ValueError, AttributeError, RecursionError):
        return []
