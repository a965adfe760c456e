"""What a vendor reads: exactly what was granted, a refusal as a refusal, and nothing hostile gets further than here."""

from __future__ import annotations

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.owner.pods import imported, settled
from tests.owner.signed import ACME, purchases, rule, searches, signed_in

from lifepod.errors import LifepodError, Malformed, Missing, NotSignedIn, Refused, TooBig, Unreachable
from lifepod.journal.reading import Json
from lifepod.limits import LIMITS
from lifepod.owner import logins
from lifepod.solid.door import Door
from lifepod.vendor import read
from lifepod.vendor.desk import VendorDesk

GRANTED, OTHER = "journal/searches/", "journal/purchases/"
FIRST = f"{GRANTED}google-search/2025/01.ttl"


@pytest.fixture
async def double(tmp_path_factory: pytest.TempPathFactory) -> PodDouble:
    """A pod with three searches, which Acme may read, and a purchase, which it may not."""
    folder = tmp_path_factory.mktemp("exports")
    double = await settled(PodDouble())
    await imported(double, searches(folder, "red shoes", "green tea", "blue paint"), purchases(folder, "Mug"))
    double.owner_acl(GRANTED, rule(double, GRANTED, ACME))
    return double


async def as_acme(double: PodDouble, path: str) -> list[Json]:
    async with signed_in(double, ACME) as pod:
        return [record async for record in read.read(pod, double.url(path))]


async def test_a_vendor_reads_what_was_granted_in_order_of_time(double: PodDouble) -> None:
    for path in (GRANTED, f"{GRANTED}google-search/", f"{GRANTED}google-search/2025/"):
        records = await as_acme(double, path)
        assert [r["schema:query"] for r in records] == ["red shoes", "green tea", "blue paint"]
        assert [str(r["schema:startTime"])[:7] for r in records] == ["2025-01", "2025-02", "2025-03"]
    assert [r["schema:query"] for r in await as_acme(double, FIRST)] == ["red shoes"]
    assert {s.webid for s in double.requests} == {ACME}
    assert {s.method for s in double.requests} == {"GET"}


@pytest.mark.parametrize("path", [OTHER, "journal/", f"{OTHER}amazon-de/2025.ttl", "lifepod/imports/", "nothing/"])
async def test_a_closed_place_is_a_refusal_and_never_an_empty_answer(double: PodDouble, path: str) -> None:
    with pytest.raises(Refused, match="403"):
        await as_acme(double, path)


async def test_a_closed_place_inside_an_open_one_is_told_before_anything_is_handed_out(double: PodDouble) -> None:
    double.put(f"{GRANTED}zeta/2025/01.ttl", "<#20250101-aaaaaaaaaaaaaaaa> <urn:x:p> 1.")
    double.owner_acl(f"{GRANTED}zeta/2025/")
    got: list[Json] = []
    async with signed_in(double, ACME) as pod:
        with pytest.raises(Refused):
            async for record in read.read(pod, double.url(GRANTED)):
                got.append(record)
    assert got == []


async def test_a_closed_partition_ends_the_reading_with_a_refusal(double: PodDouble) -> None:
    double.owner_acl(f"{GRANTED}google-search/2025/02.ttl")
    got: list[Json] = []
    async with signed_in(double, ACME) as pod:
        with pytest.raises(Refused, match=r"2025/02\.ttl"):
            async for record in read.read(pod, double.url(GRANTED)):
                got.append(record)
    assert [r["schema:query"] for r in got] == ["red shoes"]


async def test_the_order_does_not_depend_on_which_container_answers_first(double: PodDouble) -> None:
    for name in ("zeta", "alpha"):
        for month in ("02", "01"):
            path = f"{GRANTED}{name}/{'deep/' * (name == 'alpha')}{month}.ttl"
            double.put(path, f"<#2024{month}01-{'a' * 16}> <urn:x:p> 1.")
    ids = [str(r["@id"]) for r in await as_acme(double, GRANTED)]
    assert ids == sorted(ids)
    assert len(ids) == 7


async def test_once_revoked_the_next_request_is_refused(double: PodDouble) -> None:
    async with signed_in(double, ACME) as pod:
        assert await read.knock(pod, double.url(GRANTED)) == 200
        double.owner_acl(GRANTED)
        assert await read.knock(pod, double.url(GRANTED)) == 403
        with pytest.raises(Refused):
            _ = [record async for record in read.read(pod, double.url(GRANTED))]


async def test_an_open_and_empty_container_gives_nothing_and_no_error(double: PodDouble) -> None:
    double.put(f"{GRANTED}later/")
    assert await as_acme(double, f"{GRANTED}later/") == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (401, NotSignedIn),
        (403, Refused),
        (404, Missing),
        (429, Unreachable),
        (500, Unreachable),
        (faults.dropped(), Unreachable),
        (faults.page(), Malformed),
        (faults.not_turtle(), Malformed),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", [f"{GRANTED}google-search/2025/", FIRST])
async def test_every_failure_is_said_with_its_place(
    double: PodDouble, path: str, answer: faults.Answer, error: type[LifepodError]
) -> None:
    double.script("GET", path, answer, None)
    with pytest.raises(error) as raised:
        await as_acme(double, GRANTED)
    assert double.url(path) in str(raised.value)
    assert raised.value.advice


HOSTILE = {
    "unnamed nodes": ("<#a> <urn:x:p> [ <urn:x:q> 1 ].", Malformed),
    "no Turtle": ("<a> <b", Malformed),
    "bad bytes": (b"<#a> <urn:x:p> '\xff'.", Malformed),
    "too many triples": (b"<#a> <urn:x:p> " + b",".join(b"%d" % n for n in range(LIMITS.triples + 1)) + b".", TooBig),
}


@pytest.mark.parametrize(("body", "error"), HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_partition_that_cannot_be_trusted_is_refused_whole(
    double: PodDouble, body: str | bytes, error: type[LifepodError]
) -> None:
    double.put(FIRST, body)
    with pytest.raises(error, match=r"2025/01\.ttl"):
        await as_acme(double, FIRST)


async def test_control_characters_arrive_as_data_and_nothing_else(double: PodDouble) -> None:
    """What was written is what is read; making it harmless is the matter of whoever shows it."""
    double.put(FIRST, r'<#20250101-aaaaaaaaaaaaaaaa> <https://schema.org/name> "\u001B[31mred\u0007".')
    assert (await as_acme(double, FIRST))[0]["schema:name"] == "\x1b[31mred\x07"


async def test_a_listing_that_points_elsewhere_takes_the_login_nowhere(double: PodDouble) -> None:
    said = "".join(
        f"<> <http://www.w3.org/ns/ldp#contains> <{url}>.\n"
        for url in ("https://elsewhere.example/x.ttl", double.url(f"{OTHER}amazon-de/2025.ttl"), double.url(GRANTED))
    )
    headers = {"Content-Type": "text/turtle"}
    double.script("GET", GRANTED, httpx2.Response(200, headers=headers, content=said.encode()), None)
    assert await as_acme(double, GRANTED) == []
    assert {s.url for s in double.requests} == {double.url(GRANTED)}


async def test_a_pod_without_end_is_too_big_and_not_half_read_in_silence(double: PodDouble) -> None:
    def endless(request: httpx2.Request) -> httpx2.Response:
        body = f"<> <http://www.w3.org/ns/ldp#contains> <{request.url}deeper/>."
        return httpx2.Response(200, headers={"Content-Type": "text/turtle"}, content=body.encode())

    async with signed_in(double, ACME) as pod:
        double.script("GET", "*", endless, None)
        with pytest.raises(TooBig, match="more lies below"):
            _ = [record async for record in read.read(pod, double.url(GRANTED))]
    assert len(double.requests) == LIMITS.walk_depth + 1


async def test_the_desk_signs_in_at_the_first_request_and_only_once(double: PodDouble) -> None:
    client_id, secret = double.credentials(ACME)
    login = logins.credentials(ACME, double.tokens.issuer, client_id, secret)
    profile = logins.add("acme", login, "", lambda line: None)
    double.requests.clear()
    async with VendorDesk(Door(profile, transport=httpx2.MockTransport(double))) as desk:
        assert desk.profile.webid == ACME
        assert double.requests == []
        assert [r["schema:query"] async for r in desk.read(double.url(FIRST))] == ["red shoes"]
        assert await desk.knock(double.url(OTHER)) == 403
    assert [s.url for s in double.requests].count(double.tokens.endpoint) == 1
