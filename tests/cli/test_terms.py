"""Commands about one's own terms over a pod in memory: shown before they are published, never changed, in order."""

from __future__ import annotations

import json

import pytest
from tests.cli.market import NEW, Market, market
from tests.owner.signed import writes

from lifepod.rdf.closed import read_closed
from lifepod.terms.record import policy_of


@pytest.fixture(name="here")
def _here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Market:
    return market(monkeypatch, capsys, terms=False)


def test_without_terms_it_says_how_to_make_some(here: Market) -> None:
    said = here.run("terms")
    assert (said.code, said.out) == (0, "You have no terms yet. `lifepod terms new` makes some.\n")
    assert here.run("terms", "--json").out == "[]\n"


def test_new_terms_are_shown_with_who_keeps_each_clause_and_a_rehearsal_writes_nothing(here: Market) -> None:
    here.double.requests.clear()
    said = here.run(*NEW, "--price", "5 EUR", "--every", "30", "--dry-run")
    assert (said.code, said.out) == (0, "Nothing was written.\n")
    assert "The vendor may read this.  [kept by the pod]" in said.err
    assert "Nothing may be kept.  [promised by the vendor]" in said.err
    assert "at least 5 EUR, every 30 days" in said.err
    assert writes(here.double) == []


def test_where_nobody_can_be_asked_nothing_is_published_without_yes(here: Market) -> None:
    here.double.requests.clear()
    said = here.run(*NEW)
    assert said.code == 10
    assert "--yes" in said.err
    assert writes(here.double) == []


def test_terms_are_published_signed_and_listed(here: Market) -> None:
    done = here.run(*NEW, "--yes", "--json").value
    assert (done["published"], done["offer"]) == (True, here.double.url("lifepod/terms/shops-1") + "#terms")
    (one,) = json.loads(here.run("terms", "--json").out)
    wanted = {"rank": 1, "name": "shops-1", "state": "open", "title": "Shops may look", "roster": "sd-once"}
    assert {key: one[key] for key in wanted} == wanted
    assert one["opens"] == "read journal/purchases/"
    words = here.run("terms").out
    assert "shops-1  open" in words
    assert "within 180 days" in words


def test_a_second_version_retires_the_first_and_takes_its_rank(here: Market) -> None:
    here.run(*NEW, "--yes")
    first = here.double.body("lifepod/terms/shops-1")
    said = here.run(*NEW, "--yes")
    assert "shops-1 would no longer be offered." in said.err
    found = json.loads(here.run("terms", "--json").out)
    assert [(one["name"], one["state"], one["rank"]) for one in found] == [
        ("shops-2", "open", 1),
        ("shops-1", "retired", 2),
    ]
    assert here.double.body("lifepod/terms/shops-1") == first


def test_one_version_is_shown_in_words_as_text_and_as_the_signed_record(here: Market) -> None:
    here.run(*NEW, "--yes")
    words = here.run("terms", "show", "shops")
    assert words.out.startswith("shops-1 (open): Shops may look\n")
    assert "[kept by the pod, each time guard runs]" in words.out
    assert "What counts is the signed record" in here.run("terms", "show", "shops-1", "--text").out
    record = read_closed(here.run("terms", "show", "shops-1", "--record").out.encode())
    assert policy_of(record).title == "Shops may look"
    clauses = here.run("terms", "show", "shops-1", "--json").value["clauses"]
    assert {one["by"] for one in clauses} == {"pod", "pod, by guard", "vendor"}


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--purpose", "Flying"), 10, "DPV defines no purpose called Flying."),
        (("--purpose", "Research"), 10, "is part of"),
        (("--roster", "sd-none"), 10, "The roster has no entry sd-none."),
        (("--price", "five euros"), 7, "five euros is no price."),
        (("--price", "5 ABC"), 7, "ISO 4217"),
        (("--every", "30"), 7, "no price"),
        (("--also", "no-nonsense"), 7, "no-nonsense is neither forbidden nor promised"),
        (("--place", "https://other.example/x/"), 7, "other.example"),
        (("--days", "0"), 2, "0 is not in the range"),
    ],
)  # fmt: skip
def test_choices_that_make_no_terms_are_told(here: Market, more: tuple[str, ...], code: int, said: str) -> None:
    here.double.requests.clear()
    found = here.run(*NEW, *more, "--yes")
    assert (found.code, found.out) == (code, "")
    assert said in found.err
    assert writes(here.double) == []


def test_the_order_is_changed_only_by_who_says_so(here: Market) -> None:
    here.run(*NEW, "--yes")
    here.run("terms", "new", "banks", *NEW[3:], "--yes")
    assert here.run("terms", "prefer", "banks", "--dry-run", "--json").value == {
        "order": ["banks-1", "shops-1"], "applied": False,
    }  # fmt: skip
    assert [one["name"] for one in json.loads(here.run("terms", "--json").out)] == ["shops-1", "banks-1"]
    assert here.run("terms", "prefer", "banks").out == "1  banks-1\n2  shops-1\n"
    assert [one["name"] for one in json.loads(here.run("terms", "--json").out)] == ["banks-1", "shops-1"]


def test_a_retired_version_stays_to_be_read(here: Market) -> None:
    here.run(*NEW, "--yes")
    assert here.run("terms", "retire", "shops", "--dry-run", "--json").value["state"] == "open"
    assert here.run("terms", "retire", "shops", "--yes", "--json").value == {
        "name": "shops-1", "state": "retired", "applied": True,
    }  # fmt: skip
    assert here.double.body("lifepod/terms/shops-1") is not None
    assert here.run("terms", "retire", "boats", "--yes").code == 5


@pytest.mark.parametrize("place", ["/", "lifepod/", "lifepod/agreements/", "inbox/", "profile/", "journal/.acl"])
def test_keys_inbox_records_and_rules_are_never_offered(here: Market, place: str) -> None:
    said = here.run(*(place if one == "journal/purchases/" else one for one in NEW), "--dry-run")
    assert said.code == 7, said.out
    assert "never offered" in said.err


def test_terms_have_a_title_that_can_be_put_on_record(here: Market) -> None:
    titled = [*NEW[:4], "{}", *NEW[5:]]
    for title in ("", "  "):
        assert "Terms have a title" in here.run(*(title if one == "{}" else one for one in titled), "--dry-run").err
    said = here.run(*("a\x1b[2J" if one == "{}" else one for one in titled), "--yes")
    assert (said.code, "This cannot be put on record" in said.err) == (7, True)
    assert "Ask whoever sent it" not in said.err


def test_what_is_never_shared_is_kept_listed_and_taken_back(here: Market) -> None:
    assert here.run("terms", "never").out == "Never shared: nothing is ruled out.\n"
    here.run("terms", "never", "browsing", "searches", "--dry-run")
    assert here.run("terms", "never", "--json").value["never"] == []
    here.run("terms", "never", "searches", "browsing")
    assert here.run("terms", "never", "--json").value["never"] == ["browsing", "searches"]
    here.run("terms", "never", "searches", "--again")
    assert here.run("terms", "never", "--json").value["never"] == ["browsing"]
    assert here.run("terms", "never", "boats").code == 10


def test_usual_terms_are_kept_for_a_kind_and_must_be_there(here: Market) -> None:
    assert here.run("terms", "usual", "purchases", "shops").code == 5
    here.run(*NEW, "--yes")
    assert here.run("terms", "usual", "purchases", "shops", "--json").value["usual"] == {"purchases": "shops"}


def test_the_roster_and_the_purposes_need_no_login(capsys: pytest.CaptureFixture[str]) -> None:
    from lifepod.cli import main

    assert main.run(["terms", "roster", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "no-storage" in next(one for one in found if one["id"] == "sd-once")["must_not"]
    assert main.run(["terms", "roster"]) == 0
    assert "sd-once: one transaction, nothing kept" in capsys.readouterr().out
    assert main.run(["terms", "purposes", "personalis", "--json"]) == 0
    assert {"purpose": "dpv:Personalisation", "label": "Personalisation"} in json.loads(capsys.readouterr().out)
