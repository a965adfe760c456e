"""The command ``login``: what it shows, what it asks, what it keeps, and that no secret passes by the command line."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.double.issuer_double import IssuerDouble
from tests.solid.browsing import every_line_leads_to

from lifepod.cli import main
from lifepod.cli.login import login
from lifepod.solid.dirs import state_dir

ISSUER = "https://pod.example/"


@pytest.fixture(name="double")
def _double(monkeypatch: pytest.MonkeyPatch) -> Iterator[IssuerDouble]:
    double = IssuerDouble()
    every_line_leads_to(double, monkeypatch)
    yield double


class Hands:
    """A person at the keyboard, who reads the address off the screen and brings what the browser ended at."""

    def __init__(self, double: IssuerDouble, screen: pytest.CaptureFixture[str]) -> None:
        self._double, self._screen = double, screen
        self.read_off = ""

    def isatty(self) -> bool:
        """Nobody is there to answer questions."""
        return False

    def readline(self) -> str:
        """What is pasted."""
        self.read_off += self._screen.readouterr().err
        (address,) = [line.strip() for line in self.read_off.splitlines() if line.startswith("  http")]
        return self._double.desk.consent(address) + "\n"


@dataclass(frozen=True, slots=True)
class Said:
    """What one command line answered."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """Its JSON."""
        return json.loads(self.out.splitlines()[-1])


@pytest.fixture(name="pasted")
def _pasted(double: IssuerDouble, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs ``login`` with an answer that is brought by hand."""

    def run(*argv: str) -> Said:
        hands = Hands(double, capsys)
        monkeypatch.setattr(sys, "stdin", hands)
        code = main.run(["login", *argv, "--paste"])
        heard = capsys.readouterr()
        return Said(int(str(code)), heard.out, hands.read_off + heard.err)

    return run


def piped(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_an_answer_brought_by_hand_ends_in_a_login(double: IssuerDouble, pasted: Any) -> None:
    said = pasted(ISSUER, "--json")
    assert said.code == 0, said.err
    assert said.value == {
        "name": "alice", "webid": double.owner, "pod": double.base, "issuer": ISSUER, "default": True,
    }  # fmt: skip
    assert main.run(["whoami", "--profile", "alice"]) == 0


def test_in_words_it_says_as_whom_and_where(double: IssuerDouble, pasted: Any) -> None:
    said = pasted(double.owner, "--name", "work")
    assert said.out.splitlines() == [
        f"Logged in as {double.owner}.",
        "  login   work",
        f"  pod     {double.base}",
    ]
    assert "No system keyring here" in said.err


def test_the_address_is_shown_whole_however_long_it_is(double: IssuerDouble, pasted: Any) -> None:
    """A program's id may be an address or a token; an address that is cut off leads nowhere."""
    long = "https://app.example/" + "x" * 2500
    double.desk.clients[long] = ["http://127.0.0.1/"]
    assert pasted(ISSUER, "--client-id", long, "--json").code == 0


def test_no_secret_is_shown(double: IssuerDouble, pasted: Any) -> None:
    said = pasted(ISSUER, "--json")
    (text,) = json.loads((state_dir() / "logins.json").read_text()).values()
    kept = json.loads(text)
    for secret in (kept["refresh_token"], kept["access_token"], kept["key"]["d"], "code-1"):
        assert secret not in said.out + said.err


def test_a_login_without_a_pod_says_how_to_name_one(double: IssuerDouble, pasted: Any) -> None:
    double.put("https://bob.example/card", f"<#me> <http://www.w3.org/ns/solid/terms#oidcIssuer> <{ISSUER}>.")
    double.desk.webid = "https://bob.example/card#me"
    said = pasted(ISSUER)
    assert said.code == 0
    assert "none found" in said.out
    assert "--pod" in said.out


def test_several_pods_without_anyone_to_ask_are_undecided(double: IssuerDouble, pasted: Any) -> None:
    more = "".join(f"<#me> <http://www.w3.org/ns/pim/space#storage> </{name}/>.\n" for name in "ab")
    double.put("profile/card", more + f"<#me> <http://www.w3.org/ns/solid/terms#oidcIssuer> <{ISSUER}>.")
    said = pasted(ISSUER)
    assert (said.code, said.out) == (10, "")
    assert "--pod: https://pod.example/a/ or https://pod.example/b/" in said.err
    assert pasted(ISSUER, "--pod", "https://pod.example/a/", "--json").value["pod"] == "https://pod.example/a/"


@pytest.mark.parametrize(
    ("forged", "code", "why"),
    [
        ({"state": "other"}, 3, "not the answer"),
        ({"iss": "https://evil.example/"}, 3, "https://evil.example/"),
        ({"error": "access_denied"}, 3, "You said no"),
    ],
)
def test_a_forged_answer_is_told_and_nothing_kept(
    double: IssuerDouble, pasted: Any, forged: dict[str, str | None], code: int, why: str
) -> None:
    double.desk.said = forged
    said = pasted(ISSUER)
    assert (said.code, said.out) == (code, "")
    assert why in said.err
    assert not (state_dir() / "logins.json").exists()


def test_nothing_pasted_is_no_answer(
    double: IssuerDouble, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    piped(monkeypatch)
    assert main.run(["login", ISSUER, "--paste"]) == 3
    assert "whole address" in capsys.readouterr().err


# Client credentials


def test_credentials_come_through_a_pipe(
    double: IssuerDouble, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client_id, secret = double.credentials(double.owner)
    piped(monkeypatch, client_id, secret)
    assert main.run(["login", double.owner, "--credentials", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["webid"] == double.owner
    assert secret not in said.out + said.err


def test_at_a_login_server_the_webid_is_asked_for_too(double: IssuerDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, double.owner, *double.credentials(double.owner))
    assert main.run(["login", ISSUER, "--credentials", "--name", "x"]) == 0
    assert main.run(["whoami", "--profile", "x"]) == 0


@pytest.mark.parametrize("given", [0, 1])
def test_credentials_that_are_not_given_are_named(
    double: IssuerDouble, given: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    piped(monkeypatch, *["an id"][:given])
    assert main.run(["login", double.owner, "--credentials"]) == 15
    assert ["Client id", "Client secret"][given] in capsys.readouterr().err


# Wrong use


def test_no_option_takes_a_secret() -> None:
    """Everyone on the machine can read a command line."""
    assert {option for one in login.params for option in one.opts} == {
        "who", "--name", "--pod", "--paste", "--no-browser", "--credentials", "--client-id", "--port", "--json",
    }  # fmt: skip


def test_its_help_shows_each_way(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["login", "--help"]) == 0
    said = capsys.readouterr().out
    for word in ("WEBID-OR-ISSUER", "--paste", "--no-browser", "--credentials", "Examples:", "--json:"):
        assert word in said


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        ([], 2, "Missing argument"),
        ([ISSUER, "--port", "70000"], 2, "70000"),
        ([ISSUER, "--port", "x"], 2, "not a valid integer"),
        (["alice"], 7, "not an http(s) address"),
        (["http://pod.example/"], 3, "not encrypted"),
        (["https://nobody.example/"], 6, "nobody.example"),
        ([ISSUER, "--name", "A b"], 7, "cannot name a login"),
    ],
)
def test_what_is_wrong_is_a_sentence(double: IssuerDouble, pasted: Any, argv: list[str], code: int, said: str) -> None:
    answer = pasted(*argv)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert "Traceback" not in answer.err
