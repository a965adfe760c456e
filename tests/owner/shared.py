"""A pod whose owner shares some of it, what is wished for there, and who may do what by the double's own evaluator."""

from __future__ import annotations

from tests.double.pod_double import PodDouble
from tests.owner.signed import ACME, BOLT, rule

from lifepod.owner.share import Wish
from lifepod.owner.words import wish

EVERYONE = "acl:agentClass foaf:Agent"
SIGNED_IN = "acl:agentClass acl:AuthenticatedAgent"
PLACE, SHARED = "journal/purchases/", "journal/media/"


LOG = "/lifepod/"
"""Where every change of access is put on record."""


def shared_pod() -> PodDouble:
    """``journal/purchases/`` inherits rules for several; ``journal/media/`` has rules of its own, one shared."""
    double = PodDouble(seeded=False)
    double.owner_acl(
        "journal/",
        rule(double, "journal/", BOLT, "Read Append")
        + rule(double, "journal/", SIGNED_IN, "Append", here=False)
        + "<urn:x:note> <urn:x:says> 'keep me'.\n",
    )
    double.put("journal/purchases/amazon/2025.ttl", "<s> <p> <o>.")
    double.put("journal/searches/google/2025.ttl", "<s> <p> <o>.")
    double.put("journal/media/2025.ttl", "<s> <p> <o>.")
    double.owner_acl(SHARED, rule(double, SHARED, f"acl:agent <{ACME}>, <{BOLT}>", "Read Write"))
    for webid in (ACME, BOLT):
        double.credentials(webid)
    return double


def granted(double: PodDouble, path: str = PLACE, *modes: str, all_below: bool = False) -> Wish:
    return wish("grant", ACME, double.url(path), modes or ("read",), all_below=all_below)


def revoked(double: PodDouble, path: str = PLACE, *modes: str, agent: str = ACME) -> Wish:
    return wish("revoke", agent, double.url(path), modes)


def everything(double: PodDouble, *, but: str = "") -> dict[tuple[str, str | None], frozenset[str]]:
    """What everyone but one agent may do everywhere but in the change log, by the double's own evaluator."""
    people = [a for a in (double.owner, ACME, BOLT, "https://x.example/#stranger", None) if a != but]
    return {
        (place, agent): double.modes(place, agent)
        for place in double.shelf.things
        if LOG not in place
        for agent in people
    }


def stored(double: PodDouble) -> dict[str, bytes]:
    return {place: thing.body for place, thing in double.shelf.controls.items() if LOG not in place}
