"""``intent``, ``intents`` and ``receipt`` as a person types them: shown first, told to whom was named, said in JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pyoxigraph as ox
import pytest
from tests.cli.market import INBOX, KEY, SHOP, Answer, Market, market, moment
from tests.terms.samples import key_of

from lifepod.cli import exporting_agreements, intent, main
from lifepod.parties.identity import public_of
from lifepod.rdf.closed import digest_of, read_closed, write_closed
from lifepod.terms import intents
from lifepod.terms.proof import Key, sign

TITLE = "Rain jacket, size M"
UNTIL = moment(10)[:10]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Market:
    return market(monkeypatch, capsys, terms=False)


def run(here: Market, *argv: str) -> Answer:
    """One command line of the commands of this file."""
    group = click.Group("lifepod", params=[click.Option(["--profile"])])
    for command in (intent.intent, intent.intents, exporting_agreements.receipt):
        group.add_command(command)
    here.capsys.readouterr()
    code = main.speaking(lambda: group.main(args=list(argv), prog_name="lifepod", standalone_mode=False))
    said = here.capsys.readouterr()
    return Answer(code if isinstance(code, int) else 0, said.out, said.err)


def wants(here: Market, *more: str) -> dict[str, Any]:
    said = run(here, "intent", TITLE, "--max", "100 eur", "--until", UNTIL, "--region", "be", *more, "--yes", "--json")
    assert said.code == 0, said.err
    return said.value


def answers(here: Market, want: dict[str, Any], price: str = "80", key: Key = KEY) -> intents.Answer:
    """A vendor's answer arrives."""
    record = read_closed(here.double.body(want["url"]) or b"")
    one, public = intents.want_of(record), public_of(key)
    made = intents.Answer(
        root=intents.answer_address(one.root, public.public), actor=key.owner, target=one.actor, in_reply_to=one.root,
        in_reply_to_digest=digest_of(record), published=moment(), price=Decimal(price), currency="EUR",
        valid_through=one.valid_through, under=one.under, under_digest=one.under_digest,
        description="Red, in stock.", keys=(public,),
    )  # fmt: skip
    here.posts(write_closed(sign(intents.answer_record(made), key, moment())))
    return made


def test_a_want_is_shown_with_its_terms_before_anything_is_written(here: Market) -> None:
    here.double.requests.clear()
    said = run(here, "intent", TITLE, "--max", "100 EUR", "--until", UNTIL, "--to", SHOP, "--dry-run")
    assert said.code == 0, said.err
    assert "You want: Rain jacket, size M" in said.err
    assert "at most 100 EUR" in said.err
    assert f"sent to {SHOP}" in said.err
    assert "your WebID, with your wants before it" in said.err
    assert "Nothing may be kept." in said.err
    assert said.out == "Nothing was written.\n"
    assert here.double.body("lifepod/terms/index") is None
    assert here.told == []


def test_nobody_is_asked_for_nobody(here: Market) -> None:
    assert run(here, "intent", TITLE, "--until", UNTIL).code == 10


def test_a_want_is_signed_sent_and_listed(here: Market) -> None:
    value = wants(here, "--to", SHOP)
    assert (value["applied"], value["max"], value["currency"], value["region"]) == (True, "100", "EUR", "BE")
    assert value["told"] == [{"to": SHOP, "arrived": True, "why": ""}]
    assert here.told == [read_closed(here.double.body(value["want"]["url"]) or b"")]
    listed = run(here, "intents", "--json").value
    (one,) = listed["wants"]
    assert (one["id"], one["state"], one["to"], one["public"]) == (value["want"]["id"], "open", [SHOP], "")
    assert TITLE in run(here, "intents").out


def test_a_second_want_is_made_under_the_terms_that_stand(here: Market) -> None:
    first, second = wants(here), wants(here)
    assert first["want"]["terms"] == second["want"]["terms"]
    assert "Who answers is bound to your terms" in run(here, "intent", TITLE, "--until", UNTIL, "--dry-run").err
    assert here.double.body("lifepod/terms/wants-2") is None


def test_a_want_nobody_was_told_of_says_how(here: Market) -> None:
    said = run(here, "intent", TITLE, "--until", UNTIL, "--yes")
    assert "Nobody was told: lifepod intents send " in said.out


def test_answers_stand_side_by_side(here: Market) -> None:
    want = wants(here, "--public")["want"]
    assert here.double.modes(want["public"], None) == {"read"}
    other = key_of("other", "https://other.example/profile/card#org")
    answers(here, want, "120")
    answers(here, want, "70", other)
    listed = run(here, "intents", "--json").value
    assert listed["new"] == 1
    assert [one["who"] for one in listed["set_aside"]] == [other.owner]
    shown = run(here, "intents", "show", want["id"][:8])
    assert "120 EUR" in shown.out
    assert "“Red, in stock.”" in shown.out
    value = run(here, "intents", "show", want["id"][:8], "--json").value
    assert [(row["price"], row["over"], row["who"]) for row in value["answers"]] == [("120", True, SHOP)]


def test_a_want_is_sent_on_and_taken_back(here: Market) -> None:
    want = wants(here)["want"]
    word = want["id"][:8]
    assert run(here, "intents", "send", word, "--yes").code == 2
    assert run(here, "intents", "send", word, "--to", SHOP, "--dry-run", "--json").value["applied"] is False
    assert run(here, "intents", "send", word, "--to", SHOP, "--yes", "--json").value["told"][0]["arrived"] is True
    gone = run(here, "intents", "withdraw", word, "--yes", "--json").value
    assert (gone["state"], gone["applied"], gone["told"][0]["arrived"]) == ("withdrawn", True, True)
    assert len(here.told) == 2
    assert run(here, "intents", "send", word, "--to", SHOP, "--yes").code == 9


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("intent", TITLE, "--until", "soon"), 7),
        (("intent", TITLE, "--until", "2020-01-01", "--yes"), 7),
        (("intent", TITLE, "--until", UNTIL, "--max", "cheap"), 7),
        (("intent", TITLE, "--until", UNTIL, "--max", "1 XYZ", "--yes"), 7),
        (("intent", TITLE, "--until", UNTIL, "--region", "Belgium"), 7),
        (("intents", "show", "zzzz"), 5),
        (("intents", "withdraw", "zzzz", "--yes"), 5),
    ],
)
def test_what_means_nothing_is_refused(here: Market, argv: tuple[str, ...], code: int) -> None:
    assert run(here, *argv).code == code
    assert here.told == []


def test_a_vendor_whose_inbox_takes_nothing_waits(here: Market) -> None:
    here.closed = True
    said = run(here, "intent", TITLE, "--until", UNTIL, "--to", SHOP, "--yes")
    assert said.code == 0
    assert f"Not told yet: {SHOP}" in said.out


@pytest.mark.parametrize("webid", ["https://[x]/c#me", "nope", "https://localhost/c#me"])
def test_an_address_that_nobody_has_is_told_before_anything_is_signed(here: Market, webid: str) -> None:
    said = run(here, "intent", TITLE, "--until", UNTIL, "--to", SHOP, "--to", webid, "--yes")
    assert said.code == 7
    assert webid in said.err
    assert "Give the full WebID" in said.err
    assert here.double.body("lifepod/terms/index") is None
    assert here.told == []
    assert run(here, "intents", "--json").value["wants"] == []
    want = wants(here)
    assert run(here, "intents", "send", want["want"]["id"][:8], "--to", webid, "--yes").code == 7
    assert run(here, "intents", "withdraw", want["want"]["id"][:8], "--yes").code == 0


# Receipts


@pytest.fixture
def agreed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[Market, str]:
    here = market(monkeypatch, capsys)
    asked = here.asks()
    here.run("inbox")
    assert here.run("approve", "1", "--yes").code == 0
    return here, asked.root.removeprefix("urn:uuid:")


@pytest.mark.parametrize("style", ["dpv-27560", "gconsent", "lws", "odrl-request", "authapp"])
def test_an_agreement_is_written_out_headed_by_what_is_lost(agreed: tuple[Market, str], style: str) -> None:
    here, name = agreed
    said = run(here, "receipt", name[:8], "--as", style)
    assert said.code == 0, said.err
    assert f"In the form {style} this is lost:" in said.err
    assert "signatures" in said.err
    assert SHOP in said.out
    if style == "authapp":
        document = said.out
        assert list(ox.parse(document, format=ox.RdfFormat.TURTLE, base_iri="https://x.example/r"))
    else:
        document = json.loads(said.out)
    assert run(here, "receipt", name[:8], "--as", style, "--json").value["document"] == document


def test_a_receipt_becomes_a_file_and_overwrites_none(agreed: tuple[Market, str], tmp_path: Path) -> None:
    here, name = agreed
    target = tmp_path / "receipt.jsonld"
    assert run(here, "receipt", name[:8], "--as", "dpv-27560", "--to", str(target)).code == 0
    assert json.loads(target.read_bytes())["dpv:hasIdentifier"] == name
    assert run(here, "receipt", name[:8], "--as", "lws", "--to", str(target)).code == 9
    assert INBOX not in target.read_text()
