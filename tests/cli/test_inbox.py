"""Requests from the inbox to a decision, over a pod in memory: who proved what, what it opens, and what is signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.cli.market import KEY, NEW, SHOP, UUID, Market, market, moment, profile_of
from tests.owner.signed import writes
from tests.terms.samples import key_of

from lifepod.rdf.closed import read_closed, write_closed
from lifepod.terms.events import Step, event_of
from lifepod.terms.judge import read_as, signed_by
from lifepod.terms.policy import Policy
from lifepod.terms.proof import Key, sign
from lifepod.terms.within import moment_of

PURCHASES = "journal/purchases/"
BRIEF = (*NEW[:2], "brief", *NEW[3:-1], "30")


@pytest.fixture(name="here")
def _here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Market:
    return market(monkeypatch, capsys)


def longer(policy: Policy) -> Policy:
    """The request without its promise to keep nothing."""
    return replace(policy, rules=tuple(rule for rule in policy.rules if rule.name != "no-storage"))


# The list


def test_an_empty_inbox_is_said_to_be_empty(here: Market) -> None:
    assert here.run("inbox").out == "Nobody waits for an answer.\n"


def test_a_proved_request_is_taken_in_numbered_and_leaves_the_inbox(here: Market) -> None:
    here.asks()
    value = here.run("inbox", "--json").value
    (one,) = value["requests"]
    wanted = {"number": 1, "id": f"{UUID}1", "who": SHOP, "proved": True, "terms": "shops-1", "problems": []}
    assert {key: one[key] for key in wanted} == wanted
    assert value["counts"] == {"filed": 1, "again": 0, "unproved": 0, "unreadable": 0, "waiting": 0}
    assert here.double.body("inbox/message-2") is None
    words = here.run("inbox").out.splitlines()
    assert words[0].split() == ["no", "who", "proved", "terms", "what", "until", "problems"]
    assert words[1].startswith(f"1   {SHOP}  proved  shops-1  read {PURCHASES}")


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (None, "it has no signature"),
        (key_of("thief", SHOP), "its signature does not fit"),
    ],
)
def test_what_nobody_proved_stays_in_the_inbox_and_is_counted_apart(here: Market, key: Key | None, why: str) -> None:
    here.asks(key=key)
    value = here.run("inbox", "--json").value
    assert value["requests"] == []
    assert value["unproved"] == [{"url": here.double.url("inbox/message-2"), "sender": SHOP, "why": why}]
    words = here.run("inbox").out
    assert "1 not proved: anyone could have sent this." in words
    assert why in words
    assert here.double.body("inbox/message-2") is not None


def test_what_cannot_be_read_is_counted_and_deleted_only_when_that_is_said(here: Market) -> None:
    here.posts(b'{"@context": "https://evil.example/\x1b[2J"}')
    assert "1 cannot be read" in here.run("inbox").out
    assert "\x1b" not in here.run("inbox").out
    assert here.run("inbox", "--clear-unreadable").code == 10  # nobody is there to ask
    assert here.double.body("inbox/message-1") is not None
    assert here.run("inbox", "--clear-unreadable", "--yes", "--json").value["cleared"] == 1
    assert here.double.body("inbox/message-1") is None


def test_a_rehearsal_leaves_the_inbox_alone(here: Market) -> None:
    here.asks()
    here.double.requests.clear()
    said = here.run("inbox", "--dry-run")
    assert "The inbox itself was not looked at." in said.out
    assert writes(here.double) == []
    assert here.run("inbox", "--dry-run", "--clear-unreadable").code == 2


# One request


def test_a_request_is_shown_whole_with_the_vendors_words_in_a_box(here: Market) -> None:
    here.asks(description="Trust us! [bold]\nNext: lifepod approve 1 --yes " + "x" * 200)
    here.run("inbox")
    words = here.run("inbox", "1").out
    start = words.index("+- the vendor's words")
    box = words[start : words.index("It says:")].splitlines()
    assert box[1].startswith("| Trust us! [bold] ")
    assert box[2].startswith("| Next: lifepod approve 1 --yes xxx")
    assert {len(line) for line in box} == {78}
    assert "\x1b" not in words
    assert "by the vendor, with a key that is in its profile (copy of " in words
    assert "The vendor may read this.  [kept by the pod]" in words
    assert "What lies there now: 2 records in 1 file, from 2026-01-05 to 2026-01-06." in words
    assert "A rain jacket" in words
    assert f"{SHOP} read: no -> yes" in words
    assert "Next: lifepod approve 1, lifepod counter 1, or lifepod decline 1." in words


def test_a_request_as_json_holds_all_that_is_to_be_known(here: Market) -> None:
    here.asks()
    here.run("inbox")
    value = here.run("inbox", f"{UUID}1"[:8], "--json").value
    assert value["vendors_words"] == {"request": "To suggest parts that fit.", "service": "Part suggestions."}
    seen = value["could_read"]
    assert (seen["records"], seen["earliest"][:10], len(seen["rows"])) == (2, "2026-01-05", 2)
    (plan,) = value["plans"]
    assert (plan["verb"], plan["agent"], plan["modes"]) == ("grant", SHOP, ["read"])
    assert value["key"] == KEY.public


def test_a_request_outside_the_terms_is_shown_with_what_differs(here: Market) -> None:
    here.asks(longer)
    here.run("inbox")
    words = here.run("inbox", "1").out
    assert "no-storage: you offer forbidden; asked is left out." in words
    assert "lifepod approve" not in words
    value = here.run("inbox", "1", "--json").value
    assert value["plans"] is None
    assert value["differences"] == [
        {"clause": "no-storage", "kind": "outside", "offered": "forbidden", "asked": "left out"}
    ]


def test_a_word_that_is_no_request_is_told(here: Market) -> None:
    assert here.run("inbox", "7").code == 5
    assert here.run("approve", "7", "--yes").code == 5


# Yes


def test_approving_signs_opens_and_tells(here: Market) -> None:
    asked = here.asks()
    here.run("inbox")
    said = here.run("approve", "1", "--yes", "--json")
    assert said.code == 0, said.err
    value = said.value
    assert (value["applied"], value["said"], value["told"]) == (True, "approved", True)
    agreed = read_closed(here.double.body(f"lifepod/agreements/{UUID}1/agreement.jsonld") or b"")
    assert agreed.triples == asked.triples
    assert len(agreed.proofs) == 2
    assert here.double.modes(PURCHASES, SHOP) == {"read"}
    (told,) = here.told
    event = event_of(told)
    assert (event.step, event.object) == (Step.ACCEPT, asked.root)
    assert "The vendor may read this." in said.err
    assert here.run("inbox", "--json").value["requests"] == []


def test_a_rehearsed_yes_writes_nothing_and_signs_nothing(here: Market) -> None:
    here.asks()
    here.run("inbox")
    here.double.requests.clear()
    said = here.run("approve", "1", "--dry-run")
    assert (said.code, said.out) == (0, "Nothing was written.\n")
    assert "Approving would change:" in said.err
    assert writes(here.double) == []
    assert here.run("approve", "1").code == 10  # nobody is there to ask


@pytest.mark.parametrize("how", ["--yes", "--dry-run"])
def test_what_is_outside_the_terms_is_never_approved(here: Market, how: str) -> None:
    here.asks(longer)
    here.run("inbox")
    said = here.run("approve", "1", how)
    assert (said.code, said.out) == (13, "")
    assert "no-storage" in said.err
    assert here.double.modes(PURCHASES, SHOP) == set()


def test_what_is_never_shared_is_not_approved_whatever_the_terms_say(here: Market) -> None:
    here.asks()
    here.run("inbox")
    here.run("terms", "never", "purchases")
    said = here.run("approve", "1", "--yes")
    assert said.code == 13
    assert "You never share purchases." in said.err


def test_two_texts_under_one_name_are_not_approved(here: Market) -> None:
    here.asks()
    here.run("inbox")
    here.asked = 0
    here.asks(description="Something else.")
    here.run("inbox")
    said = here.run("approve", f"{UUID}1", "--yes")
    assert said.code == 9
    assert "Two texts" in said.err


def test_a_key_that_the_sender_no_longer_shows_proves_nothing(here: Market) -> None:
    here.double.put(SHOP.partition("#")[0], profile_of(SHOP, key_of("new", SHOP)))
    here.asks()
    assert here.run("inbox", "--json").value["counts"]["unproved"] == 1


def test_a_vendor_who_does_not_answer_is_told_later_and_that_is_said(here: Market) -> None:
    here.asks()
    here.run("inbox")
    here.closed = True
    said = here.run("approve", "1", "--yes")
    assert said.code == 0
    assert "The vendor is not told yet" in said.out
    assert here.double.modes(PURCHASES, SHOP) == {"read"}


def test_a_yes_that_was_cut_off_after_the_signature_goes_on(here: Market) -> None:
    here.asks()
    here.run("inbox")
    here.double.script("PUT", PURCHASES + ".acl", 403)
    assert here.run("approve", "1", "--yes").code == 4
    assert here.double.modes(PURCHASES, SHOP) == set()
    (one,) = here.run("inbox", "--json").value["requests"]
    assert (one["begun"], one["state"]) == (True, "agreed")
    assert "signed by you and not opened yet" in here.run("inbox").out
    assert here.run("counter", "1", "--until", moment(30)[:10], "--yes").code == 9
    assert here.run("decline", "1", "--yes").code == 9
    said = here.run("approve", f"{UUID}1"[:8], "--yes")
    assert said.code == 0, said.err
    assert here.double.modes(PURCHASES, SHOP) == {"read"}
    assert len(here.told) == 1


def test_a_counter_offer_that_the_vendor_signed_is_shown_and_approved(here: Market) -> None:
    here.asks()
    here.run("inbox")
    here.run("counter", "1", "--until", moment(30)[:10], "--yes")
    (told,) = here.told
    draft = read_closed(here.double.body(event_of(told).url) or b"")
    here.posts(write_closed(sign(draft, KEY, moment())))
    (one,) = [one for one in here.run("inbox", "--json").value["requests"] if one["completed"]]
    assert "your counter-offer, signed by the vendor" in here.run("inbox").out
    said = here.run("approve", str(one["number"]), "--yes")
    assert said.code == 0, said.err
    assert here.double.modes(PURCHASES, SHOP) == {"read"}
    assert here.run("agreements", "--json").value["agreements"][0]["state"] == "open"


# Less


def test_a_counter_offer_is_signed_by_the_person_alone(here: Market) -> None:
    here.asks()
    here.run("inbox")
    said = here.run("counter", "1", "--until", moment(30)[:10], "--say", "One month first.", "--yes", "--json")
    assert said.code == 0, said.err
    assert (said.value["said"], said.value["told"]) == ("countered", True)
    (told,) = here.told
    event = event_of(told)
    assert event.step is Step.TENTATIVE
    draft = read_closed(here.double.body(event.url) or b"")
    read = read_as(draft)
    assert read.policy is not None
    assert read.policy.proposal is not None
    assert read.policy.proposal.description == "One month first."
    at = moment_of(moment())
    assert at is not None
    assert signed_by(read, at) == {here.double.owner}
    assert here.double.modes(PURCHASES, SHOP) == set()


def test_a_second_counter_offer_is_refused(here: Market) -> None:
    here.asks()
    here.run("inbox")
    here.run("counter", "1", "--until", moment(30)[:10], "--yes")
    said = here.run("counter", f"{UUID}1", "--until", moment(20)[:10], "--yes")
    assert said.code == 9
    assert "countered already" in said.err


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ((), 2, "Say what is to be less"),
        (("--until", "someday"), 7, "someday is no day and no time."),
        (("--place", "journal/media/"), 13, "only name places that were asked for"),
        (("--purpose", "Marketing"), 13, "more, not less"),
        (("--under", "boats"), 5, "no terms called boats"),
    ],
)
def test_a_counter_offer_only_ever_narrows(here: Market, more: tuple[str, ...], code: int, said: str) -> None:
    here.asks()
    here.run("inbox")
    here.double.requests.clear()
    found = here.run("counter", "1", *more, "--yes")
    assert (found.code, found.out) == (code, "")
    assert said in found.err
    assert writes(here.double) == []


def test_without_more_words_a_counter_offer_is_under_the_usual_terms(here: Market) -> None:
    here.asks()
    here.run("inbox")
    assert here.run("terms", "usual", "purchases", "shops").code == 0
    assert here.run("counter", "1", "--dry-run").code == 2  # the request is made under them already
    assert here.run(*BRIEF, "--yes").code == 0
    assert here.run("terms", "usual", "purchases", "brief").code == 0
    assert "lifepod counter 1 (under brief-1, which is usual for you here)" in here.run("inbox", "1").out
    assert here.run("inbox", "1", "--json").value["usual"] == "brief-1"
    said = here.run("counter", "1", "--yes", "--json")
    assert said.code == 0, said.err
    assert "Under the terms that are usual for you here: brief-1" in said.err
    (told,) = here.told
    read = read_as(read_closed(here.double.body(event_of(told).url) or b""))
    assert read.policy is not None
    assert read.policy.under.endswith("/brief-1#terms")


def test_terms_usual_for_something_else_are_not_proposed(here: Market) -> None:
    here.asks()
    here.run("inbox")
    here.run(*BRIEF, "--yes")
    here.run("terms", "usual", "searches", "brief")
    assert here.run("inbox", "1", "--json").value["usual"] == ""
    here.run("terms", "usual", "purchases", "brief")
    here.run("terms", "retire", "brief", "--yes")
    assert here.run("inbox", "1", "--json").value["usual"] == ""
    assert here.run("terms", "usual", "purchases", "--json").value["usual"] == {"searches": "brief"}


def test_a_rehearsed_counter_offer_is_shown_and_not_sent(here: Market) -> None:
    here.asks()
    here.run("inbox")
    here.double.requests.clear()
    value = here.run("counter", "1", "--until", moment(30)[:10], "--dry-run", "--json").value
    assert value["applied"] is False
    assert str(value["reply_by"])[:10] == moment(14)[:10]
    assert writes(here.double) == []


# No


@pytest.mark.parametrize(
    ("more", "told"),
    [((), True), (("--because", "outside-terms", "--say", "No, thank you."), True), (("--silent",), False)],
)
def test_a_no_is_kept_signed_and_told_unless_it_is_silent(here: Market, more: tuple[str, ...], told: bool) -> None:
    here.asks()
    here.run("inbox")
    said = here.run("decline", "1", *more, "--yes", "--json")
    assert said.code == 0, said.err
    assert (said.value["said"], said.value["told"]) == ("declined", told)
    event = event_of(read_closed(here.double.body(f"lifepod/requests/{UUID}1/refusal.jsonld") or b""))
    assert (event.step, bool(event.target)) == (Step.REFUSAL, told)
    assert len(here.told) == told
    assert here.run("inbox", "--json").value["requests"] == []
    again = here.run("approve", f"{UUID}1", "--yes")
    assert (again.code, "refused already" in again.err) == (9, True)
    assert here.run("decline", f"{UUID}1", "--yes").code == 9


def test_what_was_decided_is_listed_when_all_is_wanted(here: Market) -> None:
    here.asks()
    here.run("inbox")
    here.run("decline", "1", "--yes")
    (one,) = json.loads(here.run("inbox", "--all", "--json").out)["requests"]
    assert (one["number"], one["state"]) == (None, "refused")


def test_a_rehearsed_no_writes_nothing(here: Market) -> None:
    here.asks()
    here.run("inbox")
    here.double.requests.clear()
    assert here.run("decline", "1", "--dry-run").out == "Nothing was written.\n"
    assert writes(here.double) == []
    assert here.run("decline", "1", "--silent", "--say", "x", "--yes").code == 2


Break = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    "broken",
    [
        lambda body: body[:-40],
        lambda body: body.replace(b"no-storage", b"no-onwards", 1),
        lambda body: b"\xff" + body,
        lambda body: b"[" * 5000,
        lambda body: b"",
    ],
)
def test_damaged_requests_never_stop_the_list(here: Market, broken: Break) -> None:
    here.posts(broken(write_closed(here.asks(key=None))))
    here.asks()
    value = here.run("inbox", "--json").value
    assert [one["who"] for one in value["requests"]] == [SHOP]
