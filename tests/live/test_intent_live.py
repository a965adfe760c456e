"""A want on a real server: told and public, answered by a vendor from its own pod, compared, taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.live.conftest import HomeServer, entered
from tests.owner.letters import Secrets

from lifepod.errors import LifepodError
from lifepod.owner import wanting
from lifepod.owner.papers import Papers, stamp
from lifepod.owner.settle import settle
from lifepod.owner.want_terms import draw_up_terms
from lifepod.owner.wanting import Wish
from lifepod.owner.wishing import days_after
from lifepod.parties.pen import pen_for
from lifepod.solid.wire import failure_of
from lifepod.vendor import offering
from lifepod.vendor.offering import Bid

pytestmark = pytest.mark.live


async def test_a_want_goes_out_and_an_offer_comes_back(home_server: HomeServer) -> None:
    now, mine, theirs = stamp(), Secrets(), Secrets()
    person, shop = home_server.new_pod("wants"), home_server.new_pod("offers")
    async with entered(person) as pod, entered(shop) as vendor:
        await settle(pod)
        await settle(vendor)
        papers = Papers(pod, mine, now)
        terms = (await papers.publish(await draw_up_terms(pod, now))).listed
        pen = await pen_for(pod, mine, now)
        wish = Wish("Rain jacket, size M", days_after(now, 5), (Decimal(100), "EUR"), "BE")
        want = wanting.draft(pod, wish, (terms.offer, terms.digest), now)
        one, told = await wanting.publish(pod, pen, want, [vendor.webid], public=True)
        assert [each.arrived for each in told] == [True], told

        # The vendor: what lies in its own inbox and what everyone can read are the same want.
        (letter,) = [url for url, _ in (await vendor.list(vendor.storage + "inbox/")).members]
        theirs_pen = await pen_for(vendor, theirs, now)
        seen = await offering.read_want(vendor, letter, now)
        assert (await offering.read_want(vendor, one.public, now)).want == seen.want == one.want
        with pytest.raises(LifepodError):
            await vendor.get(one.filed.url)
        answer = offering.draft(vendor, theirs_pen, seen, Bid(Decimal("79.95"), "EUR", "", "Red, in stock."))
        assert (await offering.offer(vendor, theirs_pen, seen, answer)).told.arrived

        # The person: one answer beside nothing else; a request of another tool stays apart.
        reply = await vendor.ask(
            "POST",
            pod.storage + "inbox/",
            {"Content-Type": "text/turtle"},
            b"@prefix i: <http://www.w3.org/ns/solid/interop#>. [] a i:AccessRequest; i:fromSocialAgent <https://x.example/#me>.",
        )
        assert failure_of("POST", reply) is None
        box = await papers.inbox()
        (taken,) = box.answers
        assert (taken.why, taken.new) == ("", True)
        ((_, foreign),) = box.foreign
        assert foreign.asker == "https://x.example/#me"
        after = await wanting.wanted(pod, one.id, now)
        assert [(row.answer.price, row.over) for row in after.rows] == [(Decimal("79.95"), False)]

        gone, told = await wanting.withdraw(pod, pen, after)
        assert (gone.state, gone.public, [each.arrived for each in told]) == ("withdrawn", "", [True])
        with pytest.raises(LifepodError):
            await offering.read_want(vendor, one.public, now)
