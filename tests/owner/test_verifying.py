"""Verifying from files alone: four answers about a record, and the sample in ``examples/agreement/``."""

from __future__ import annotations

import io
import json
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import httpx2
import pytest
from tests.terms.samples import ALICE, KEYS, SHOP, agreement, key_of, signed, unsigned

from lifepod.cli import main
from lifepod.errors import Malformed, Undecided, Unreachable
from lifepod.owner.verifying import (
    DENIED,
    NOT_IN_FORCE,
    SOUND,
    UNCONFIRMED,
    UNSIGNED,
    Given,
    Live,
    When,
    as_value,
    in_words,
    reads_the_same,
    verify,
)
from lifepod.parties.senders import card_from
from lifepod.rdf.closed import Closed, digest_of, multihash, write_closed
from lifepod.terms.events import event_of, event_record
from lifepod.terms.policy import Constraint, PublicKey
from lifepod.terms.proof import Key, sign
from lifepod.terms.record import policy_of, record_of
from lifepod.terms.within import DATE

SAMPLE = Path(__file__).resolve().parents[2] / "examples" / "agreement"
NOW = When("2026-11-25T20:00:00Z")
LATER = When("2027-06-01T00:00:00Z")
COPIED = "2026-11-25T00:00:00Z"


def profile(owner: str, key: Key, more: str = "") -> bytes:
    """A WebID document that shows a key."""
    base = owner.partition("#")[0]
    name, mine = owner.removeprefix(base), key.method.removeprefix(base)
    return f"""@base <{base}> .
@prefix sec: <https://w3id.org/security#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<{name}> sec:assertionMethod <{mine}> .
<{mine}> a sec:Multikey ; sec:controller <{name}> ; sec:publicKeyMultibase "{key.public}"^^sec:multibase{more} .
""".encode()


def copies(**bodies: bytes) -> list[Given]:
    both = {"alice": profile(ALICE, KEYS["alice"]), "shop": profile(SHOP, KEYS["shop"])} | bodies
    return [Given(f"{name}.ttl", body, COPIED) for name, body in both.items()]


MAIN = Given("agreement.jsonld", write_closed(agreement()))
ACCEPT = Given("accept.jsonld", write_closed(signed("accept")))
REVOCATION = Given("revocation.jsonld", write_closed(signed("revocation")))


def long_ago() -> tuple[Closed, Closed]:
    """The agreement of the vectors as if it had been made in 2025 until 2035, so that any clock finds it open."""
    policy = policy_of(unsigned("request"))
    assert policy.proposal is not None
    proposal = replace(policy.proposal, published="2025-01-06T09:58:00Z", reply_by="2025-01-20T00:00:00Z")
    rules = tuple(
        replace(rule, constraints=tuple(until_2035(one) for one in rule.constraints)) for rule in policy.rules
    )
    asked = sign(record_of(replace(policy, proposal=proposal, rules=rules)), KEYS["shop"], "2025-01-06T09:58:00Z")
    both = sign(asked, KEYS["alice"], "2025-01-07T18:30:00Z")
    accept = replace(
        event_of(unsigned("accept")),
        published="2025-01-07T18:30:09Z",
        access_checked="2025-01-07T18:30:08Z",
        graph_digest=digest_of(both),
        bytes_digest=multihash(write_closed(both)),
    )
    return both, sign(event_record(accept), KEYS["alice"], "2025-01-07T18:30:09Z")


def until_2035(one: Constraint) -> Constraint:
    return replace(one, right=replace(one.right, text="2035-05-01T00:00:00Z")) if one.left == DATE else one


AGREEMENT_2025, ACCEPT_2025 = long_ago()
FILES = {
    "agreement.jsonld": write_closed(AGREEMENT_2025),
    "accept.jsonld": write_closed(ACCEPT_2025),
    "alice.ttl": profile(ALICE, KEYS["alice"]),
    "shop.ttl": profile(SHOP, KEYS["shop"]),
}
"""The sample, as it is made from the test keys."""


@pytest.mark.parametrize("name", FILES)
def test_the_sample_is_what_the_test_keys_sign(name: str) -> None:
    assert (SAMPLE / name).read_bytes() == FILES[name]


def test_the_sample_holds_nothing_else() -> None:
    assert {path.name for path in SAMPLE.iterdir()} == set(FILES)


# Four answers


def test_an_agreement_with_both_profiles_is_sound_and_open() -> None:
    found = verify(MAIN, [ACCEPT], copies(), NOW)
    assert (found.kind, found.verdict.status) == ("agreement", "open")
    assert found.outcome(in_force=True, signatures_only=False) == SOUND
    value: dict[str, Any] = as_value(found, SOUND)
    assert [(one["by"], one["fit"]) for one in value["signatures"]] == [(SHOP, "valid"), (ALICE, "valid")]
    assert [(one["by"], one["shown"], one["at"]) for one in value["cached"]] == [
        (ALICE, "yes", COPIED),
        (SHOP, "yes", COPIED),
    ]
    assert {one["shown"] for one in value["live"]} == {"not asked"}
    words = "\n".join(in_words(found, SOUND))
    assert "Signatures: 2 of 2 count." in words
    assert "graph   9e37 aa39 4f31 a4d1" in words
    assert "It proves no time and no legal person." in words


def test_without_profiles_the_signatures_fit_and_nobody_confirmed_the_keys() -> None:
    found = verify(MAIN, [ACCEPT], [], NOW)
    assert found.outcome(in_force=False, signatures_only=False) == UNCONFIRMED
    assert found.outcome(in_force=False, signatures_only=True) == SOUND
    assert [str(one.shown) for one in found.verdict.cached] == ["no copy", "no copy"]


def test_one_profile_of_two_is_not_enough() -> None:
    found = verify(MAIN, [], copies()[:1], NOW)
    assert found.outcome(in_force=False, signatures_only=False) == UNCONFIRMED


def test_a_proposal_is_no_agreement() -> None:
    found = verify(Given("request.jsonld", write_closed(signed("request"))), [], copies(), NOW)
    assert (found.kind, found.verdict.status) == ("request", "proposal")
    assert found.outcome(in_force=False, signatures_only=True) == UNSIGNED
    assert "a request: not an agreement" in in_words(found, UNSIGNED)[0]
    assert "missing: " + ALICE in "\n".join(in_words(found, UNSIGNED))


def test_a_counter_offer_is_called_one() -> None:
    found = verify(Given("counter.jsonld", write_closed(signed("counter"))), [], copies(), NOW)
    assert (found.kind, found.outcome(in_force=False, signatures_only=False)) == ("counter-offer", UNSIGNED)


def test_terms_want_one_signature() -> None:
    found = verify(Given("shops-1", write_closed(signed("terms"))), [], copies(), NOW)
    assert (found.kind, found.verdict.wanted) == ("terms", (ALICE,))
    assert found.outcome(in_force=False, signatures_only=False) == SOUND


@pytest.mark.parametrize(
    ("key", "more"),
    [
        (key_of("another", SHOP), ""),
        (KEYS["shop"], ' ; sec:revoked "2026-11-20T00:00:00Z"^^xsd:dateTime'),
        (KEYS["shop"], ' ; sec:expiration "2026-11-20T00:00:00Z"^^xsd:dateTime'),
    ],
)
def test_a_profile_that_denies_a_key_or_withdrew_it_before_is_heard(key: Key, more: str) -> None:
    found = verify(MAIN, [ACCEPT], copies(shop=profile(SHOP, key, more)), NOW)
    assert found.outcome(in_force=False, signatures_only=True) == DENIED


def test_a_key_withdrawn_since_counts_for_who_had_the_record_before() -> None:
    shop = profile(SHOP, KEYS["shop"], ' ; sec:revoked "2026-11-25T00:00:00Z"^^xsd:dateTime')
    assert verify(MAIN, [], copies(shop=shop), NOW).outcome(in_force=False, signatures_only=False) == DENIED
    known = replace(NOW, seen="2026-11-24T20:00:00Z")
    assert verify(MAIN, [], copies(shop=shop), known).outcome(in_force=False, signatures_only=False) == SOUND


def test_a_profile_without_addresses_is_that_of_the_webid_it_confirms() -> None:
    bare = {
        name: b"\n".join(line for line in one.body.split(b"\n") if not line.startswith(b"@base"))
        for name, one in zip(("alice", "shop"), copies(), strict=True)
    }
    found = verify(MAIN, [], copies(**bare), NOW)
    assert found.outcome(in_force=False, signatures_only=False) == SOUND


def test_a_profile_speaks_for_one_webid_alone() -> None:
    both = copies()[0].body + copies()[1].body
    with pytest.raises(Undecided, match="more than one party"):
        verify(MAIN, [], [Given("both.ttl", both, COPIED)], NOW)
    mine = [Given("both.ttl", both, COPIED, ALICE)]
    assert verify(MAIN, [], mine, NOW).outcome(in_force=False, signatures_only=False) == UNCONFIRMED


def test_the_profiles_of_today_are_heard_beside_the_copies() -> None:
    alice = card_from(profile(ALICE, KEYS["alice"]), ALICE, NOW.now)
    shop = card_from(profile(SHOP, key_of("another", SHOP)), SHOP, NOW.now)
    away = Unreachable("It is away.")
    answers: tuple[tuple[Live, str], ...] = (({ALICE: alice, SHOP: shop}, DENIED), ({ALICE: alice, SHOP: away}, SOUND))
    for live, outcome in answers:
        assert verify(MAIN, [], copies(), NOW, live).outcome(in_force=False, signatures_only=False) == outcome
    found = verify(MAIN, [], [], NOW, {ALICE: alice, SHOP: away})
    assert [str(one.shown) for one in found.verdict.live] == ["yes", "unreachable"]
    assert found.outcome(in_force=False, signatures_only=False) == UNCONFIRMED


# What happened


@pytest.mark.parametrize(
    ("beside", "when", "status", "outcome"),
    [
        ([], NOW, "agreed", SOUND),
        ([ACCEPT], NOW, "open", SOUND),
        ([ACCEPT], LATER, "missed", NOT_IN_FORCE),
        ([ACCEPT, REVOCATION], When("2026-12-01T12:00:00Z"), "revoked", NOT_IN_FORCE),
    ],
)
def test_the_status_is_told_by_the_events_beside_it_and_the_time(
    beside: list[Given], when: When, status: str, outcome: str
) -> None:
    found = verify(MAIN, beside, copies(), when)
    assert found.verdict.status == status
    assert found.outcome(in_force=True, signatures_only=False) == outcome
    assert found.outcome(in_force=False, signatures_only=False) == SOUND


def test_an_event_that_somebody_forged_does_not_count_and_is_named() -> None:
    forged = sign(unsigned("revocation"), key_of("thief", ALICE), "2026-12-01T08:00:05Z")
    found = verify(MAIN, [ACCEPT, Given("forged.jsonld", write_closed(forged))], copies(), LATER)
    assert found.case is not None
    assert [name for name, _ in found.case.amiss] == ["forged.jsonld"]
    assert found.case.life.state == "missed"  # it ran to its own end


def test_files_beside_it_that_are_no_records_are_named() -> None:
    found = verify(MAIN, [Given("x.jsonld", b"{")], copies(), NOW)
    assert found.case is not None
    assert [name for name, _ in found.case.amiss] == ["x.jsonld"]


def test_an_event_says_whether_it_counts_for_what_lies_beside_it() -> None:
    assert verify(ACCEPT, [MAIN], copies(), NOW).note == "It counts for what lies beside it."
    assert verify(ACCEPT, [], copies(), NOW).note == "What it is about does not lie beside it."
    other = Given("request.jsonld", write_closed(signed("counter")))
    assert "does not lie beside it" in verify(ACCEPT, [other], copies(), NOW).note


def test_a_second_implementation_reads_the_same() -> None:
    assert reads_the_same(verify(MAIN, [], [], NOW))


# Damage


Break = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    "broken",
    [
        lambda body: body.replace(b'"proofValue": "z', b'"proofValue": "z2', 1),
        lambda body: body.replace(b"2027-05-01T00:00:00Z", b"2028-05-01T00:00:00Z", 1),
        lambda body: body.replace(b"Part suggestions", b"Pert suggestions", 1),
    ],
)
def test_a_changed_byte_is_found(broken: Break) -> None:
    found = verify(replace(MAIN, body=broken(MAIN.body)), [], copies(), NOW)
    assert found.outcome(in_force=False, signatures_only=True) == UNSIGNED


@pytest.mark.parametrize(
    "broken",
    [
        lambda body: body[:-30],
        lambda body: b"",
        lambda body: body.replace(b'"id"', b'"secret promise": "x", "id"', 1),
        lambda body: b"[" * 10_000,
        lambda body: body + b" " * 70_000,
        lambda body: body.replace(b"https://w3id.org/lifepod/terms/v1", b"https://evil.example/v1", 1),
    ],
)
def test_what_is_no_record_is_refused(broken: Break) -> None:
    with pytest.raises(Malformed):
        verify(replace(MAIN, body=broken(MAIN.body)), [], copies(), NOW)


# The command


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample in a folder of its own, on a machine without a network and without a login."""

    def refuse(*args: object, **more: object) -> NoReturn:
        raise AssertionError("the network was asked")

    shutil.copytree(SAMPLE, tmp_path / "sample")
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tmp_path / "sample"


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, Any]]:
    code = main.run(["verify", *argv, "--json"])
    out = capsys.readouterr().out
    return int(str(code)), json.loads(out) if out else {}


def test_the_command_says_sound_with_both_profiles(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = ("--profile", str(folder / "alice.ttl"), "--profile", f"{SHOP}={folder / 'shop.ttl'}")
    code, value = said(capsys, str(folder / "agreement.jsonld"), *both, "--twice")
    assert (code, value["outcome"], value["status"], value["twice"]) == (0, "sound", "open", True)
    assert value["signatures"][1]["created"] == "2025-01-07T18:30:00Z"


@pytest.mark.parametrize(
    ("more", "code"),
    [((), 14), (("--signatures-only",), 0), (("--profile", "alice.ttl"), 14), (("--profile", "nothing.ttl"), 15)],
)
def test_the_exit_code_says_what_is_missing(
    folder: Path, more: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert said(capsys, "agreement.jsonld", *more)[0] == code


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("a.jsonld", FILES["agreement.jsonld"].replace(b"2035", b"2036"), 12),
        ("a.jsonld", b"{}", 7),
        ("a.jsonld", FILES["agreement.jsonld"] + b" " * 70_000, 8),
        ("request.jsonld", write_closed(signed("request")), 12),
    ],
)
def test_damage_and_what_is_unsigned_have_codes_of_their_own(
    folder: Path, name: str, body: bytes, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).write_bytes(body)
    assert said(capsys, str(folder / name), "--signatures-only")[0] == code


def test_what_is_not_in_force_has_a_code_of_its_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = event_of(unsigned("revocation"))
    over = replace(event, published="2025-02-01T08:00:05Z", graph_digest=digest_of(AGREEMENT_2025))
    (folder / "revocation.jsonld").write_bytes(
        write_closed(sign(event_record(over), KEYS["alice"], "2025-02-01T08:00:05Z"))
    )
    code, value = said(capsys, str(folder / "agreement.jsonld"), "--signatures-only", "--in-force")
    assert (code, value["outcome"], value["status"]) == (18, "not in force", "missed")
    assert said(capsys, str(folder / "agreement.jsonld"), "--signatures-only")[0] == 0


def test_standard_input_is_read_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FILES["agreement.jsonld"])))
    code, value = said(capsys, "-", "--signatures-only")
    assert (code, value["file"], value["events"]) == (0, "standard input", [])


def test_a_file_that_is_not_there_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, str(folder / "nothing.jsonld"))[0] == 15


@pytest.mark.parametrize(
    ("body", "what", "code"), [(b"this is not Turtle", "line 1", 7), (b"#" * 300_000, "larger than", 8)]
)
def test_a_copy_that_cannot_be_read_is_named_as_the_file_it_is(
    folder: Path, body: bytes, what: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.ttl").write_bytes(body)
    argv = ["verify", str(folder / "agreement.jsonld"), "--profile", str(folder / "bad.ttl")]
    assert int(str(main.run(argv))) == code
    err = capsys.readouterr().err
    assert "bad.ttl" in err
    assert what in err
    assert "https://" not in err


# The profiles of today


def asked_live(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: Path, *, shop: bytes | None
) -> tuple[int, dict[str, Any], list[httpx2.Request]]:
    """``verify --live`` over a net in which Alice's profile is there, and the shop's says this or is away."""
    there, heard = {ALICE.partition("#")[0]: profile(ALICE, KEYS["alice"])}, list[httpx2.Request]()
    there |= {SHOP.partition("#")[0]: shop} if shop is not None else {}

    async def answer(line: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> httpx2.Response:
        heard.append(request)
        if str(request.url) not in there:
            raise httpx2.ConnectError("no such host", request=request)
        return httpx2.Response(200, content=there[str(request.url)], headers={"Content-Type": "text/turtle"})

    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", answer)
    code, value = said(capsys, str(file), "--live")
    return code, value, heard


@pytest.mark.parametrize(
    ("shop", "code", "shown"),
    [
        (profile(SHOP, KEYS["shop"]), 0, "yes"),
        (profile(SHOP, key_of("another", SHOP)), 12, "no"),
        (profile(SHOP, KEYS["shop"], ' ; sec:revoked "2025-06-01T00:00:00Z"^^xsd:dateTime'), 12, "withdrawn"),
        (b"this is not Turtle", 14, "unreachable"),
        (None, 14, "unreachable"),
    ],
)
def test_the_profiles_of_today_are_asked_only_when_that_is_said_and_as_nobody(
    shop: bytes | None, code: int, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found, value, heard = asked_live(monkeypatch, capsys, SAMPLE / "agreement.jsonld", shop=shop)
    assert found == code
    assert {one["by"]: one["shown"] for one in value["live"]} == {ALICE: "yes", SHOP: shown}
    assert all("authorization" not in request.headers for request in heard)


def test_addresses_of_this_machine_are_not_asked_for_a_stranger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = "http://localhost:1/profile/card#org"
    key = replace(KEYS["shop"], method="http://localhost:1/profile/card#lifepod-1", owner=mine)
    policy = replace(policy_of(unsigned("request")), assignee=mine, keys=(PublicKey(key.method, mine, key.public),))
    (tmp_path / "a.jsonld").write_bytes(write_closed(sign(record_of(policy), key, "2026-11-23T09:58:00Z")))
    _, value, heard = asked_live(monkeypatch, capsys, tmp_path / "a.jsonld", shop=None)
    assert {one["by"]: one["shown"] for one in value["live"]}[mine] == "unreachable"
    assert [str(one.url) for one in heard] == [ALICE.partition("#")[0]]


# Signed documents of others


W3C = Path(__file__).resolve().parents[1] / "terms" / "w3c"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
SIGNER = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


@pytest.fixture(name="credential")
def _credential(tmp_path: Path) -> list[str]:
    """The alumni credential of W3C's vectors, and the vocabulary it names."""
    context = tmp_path / "examples.jsonld"
    context.write_text(json.dumps({"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}))
    return [str(W3C / "signedDataInt.json"), "--foreign", "--context", f"{EXAMPLES}={context}"]


@pytest.mark.parametrize(
    ("key", "code", "fit"),
    [
        (("--key", SIGNER), 0, "valid"),
        (("--key", KEYS["shop"].public), 12, "invalid"),
        (("--key", "https://x.example/#k=" + SIGNER), 14, "key not known"),
        ((), 14, "key not known"),
    ],
)
def test_a_credential_of_others_is_checked_against_the_key_that_is_given(
    credential: list[str], key: tuple[str, ...], code: int, fit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, value = said(capsys, *credential, *key)
    assert (found, value["kind"], value["proofs"][0]["fit"]) == (code, "foreign", fit)
    assert any("alumniOf" in line for line in value["statements"])


@pytest.mark.parametrize(
    "key", ["x", "", "z6Mk", "https://x.example/#k=x", "https://x.example/#k=", SIGNER[:-1], "z" + SIGNER, "\x1b[2Jz"]
)
def test_what_is_no_key_is_told_and_no_proof_called_wrong(
    credential: list[str], key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert int(str(main.run(["verify", *credential, "--key", key]))) == 7
    said = capsys.readouterr()
    assert "is no public key" in said.err
    assert "\x1b" not in said.err
    assert said.out == ""


def test_a_credential_that_names_a_vocabulary_nobody_gave_is_not_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, str(W3C / "signedDataInt.json"), "--foreign", "--key", SIGNER)[0] == 7
    assert said(capsys, str(W3C / "signedDataInt.json"))[0] == 7
    assert said(capsys, str(SAMPLE / "agreement.jsonld"), "--key", SIGNER)[0] == 2
