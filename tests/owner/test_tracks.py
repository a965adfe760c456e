"""What is on record of access, read at once; what recovering a change would do, told before it is done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.double.pod_double import PodDouble
from tests.owner.signed import ACME, BOLT, rule, signed_in, writes

from lifepod.access.changelog import FINISHED, ROLLED_BACK, UNCONFIRMED, Change, Image, write_change
from lifepod.access.rules import Mode
from lifepod.access.servers import WAC_SERVER
from lifepod.owner.changes import ChangeLog
from lifepod.owner.histories import Log
from lifepod.owner.tracks import Tracks, tracks_of, written

READ = frozenset({Mode.READ})
PENDING = "lifepod/access/pending.ttl"


def torn_pod(verb: str, stands: str) -> PodDouble:
    """A change of three documents was cut off; ``stands``: ``b`` before, ``a`` after, ``o`` other, one letter each."""
    double = PodDouble(seeded=False)
    double.owner_acl("")
    images = []
    for number, state in enumerate(stands):
        path = f"p{number}/"
        double.put(f"{path}x.ttl")
        start = "@prefix acl: <http://www.w3.org/ns/auth/acl#>.\n" + double.owner_rule(path)
        after = start + rule(double, path, ACME)
        images.append(Image(double.url(path), f"{double.url(path)}.acl", start, after))
        double.acl(path, {"b": start, "a": after, "o": start + rule(double, path, BOLT)}[state])
    change = Change(verb, ACME, double.base, READ, "2026-03-01T09:00:00.000Z", tuple(images))
    double.put(PENDING, write_change(change))
    double.owner_acl("lifepod/")
    return double


@pytest.mark.parametrize(
    ("verb", "stands", "state", "written_to"),
    [
        ("grant", "bbb", ROLLED_BACK, ()),
        ("grant", "aaa", FINISHED, ()),
        ("grant", "aab", ROLLED_BACK, (0, 1)),
        ("revoke", "aab", FINISHED, (2,)),
        ("private", "bab", FINISHED, (0, 2)),
        ("grant", "oab", UNCONFIRMED, (1,)),
        ("revoke", "oob", UNCONFIRMED, (2,)),
    ],
)
async def test_what_recovering_would_do_is_told_and_done(
    verb: str, stands: str, state: str, written_to: tuple[int, ...]
) -> None:
    double = torn_pod(verb, stands)
    async with signed_in(double) as pod:
        torn = (await tracks_of(pod)).torn
        assert torn is not None
        assert writes(double) == []
        assert (torn.waits, torn.state) == ("", state)
        assert torn.writes == tuple(f"{double.url(f'p{n}/')}.acl" for n in written_to)
        done = await ChangeLog(pod).recover()
        assert done is not None
        assert done.state == state
        touched = tuple(url for _, url in writes(double) if "/lifepod/" not in url)
        assert touched == torn.writes
        assert (await tracks_of(pod)).torn is None


async def test_a_broken_record_of_it_is_told_beside_the_log() -> None:
    double = torn_pod("grant", "a")
    double.put(PENDING, "no Turtle")
    async with signed_in(double) as pod:
        found = await tracks_of(pod)
    assert found.torn is None
    assert "its record cannot be read" in found.amiss
    assert "delete lifepod/access/pending.ttl" in found.amiss


def test_only_what_stands_and_wrote_something_can_be_taken_back() -> None:
    image = Image("https://p/a/", "https://p/a/.acl", "", "")
    grant = Change("grant", ACME, "https://p/a/", READ, "2026-01-01T00:00:00Z", (image,), state=FINISHED)
    undo = replace(grant, verb="undo", began="2026-01-02T00:00:00Z", undoes=grant.name)
    empty = replace(grant, began="2026-01-03T00:00:00Z", images=())
    back = replace(grant, began="2026-01-04T00:00:00Z", state=ROLLED_BACK)
    last = replace(grant, began="2026-01-05T00:00:00Z")
    found = Tracks(Log((grant, undo, empty, back, last)))
    assert [found.can_be_taken_back(one) for one in found.log.changes] == [False, False, False, False, True]
    assert found.gone == {grant.name: undo.name}
    assert found.newest == last


def test_what_was_written_is_told_rule_by_rule_and_what_cannot_be_read_says_why() -> None:
    double = PodDouble(seeded=False)
    start = "@prefix acl: <http://www.w3.org/ns/auth/acl#>.\n" + double.owner_rule("a/")
    place, document = double.url("a/"), f"{double.url('a/')}.acl"
    good = Image(place, document, start, start + rule(double, "a/", ACME))
    made = Image(place, document, None, start)
    gone = Image(place, document, start, None)
    bad = Image(place, document, None, "no Turtle")
    change = Change("grant", ACME, place, READ, "2026-01-01T00:00:00Z", (good, made, gone, bad))
    said = [(lines, bool(why)) for _, lines, why in written(change, WAC_SERVER)]
    assert said[0] == ((f"+ {ACME} may read here and below",), False)
    assert [line[0] for line in said[1][0]] == ["+"]
    assert [line[0] for line in said[2][0]] == ["-"]
    assert said[3] == ((), True)
