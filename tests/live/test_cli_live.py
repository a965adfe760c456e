"""The commands against the real server: the shapes of their JSON, what they write, and what every refusal says."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.live.conftest import HomeServer

from lifepod.cli import main
from lifepod.cli.home import make
from lifepod.cli.say import Voice
from lifepod.home.accounts import NewPod

pytestmark = pytest.mark.live
EXPORTS = Path(__file__).resolve().parents[2] / "examples" / "exports"
MODES = ("read", "append", "write", "control")


@dataclass(frozen=True, slots=True)
class Said:
    """What one command line answered."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """Its JSON, which is the last line it printed."""
        return json.loads(self.out.splitlines()[-1])


Cli = Callable[..., Said]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    def run(*argv: str) -> Said:
        capsys.readouterr()
        code = main.run(list(argv))
        said = capsys.readouterr()
        assert "\x1b" not in said.out + said.err
        assert "Traceback" not in said.err
        return Said(int(str(code)), said.out, said.err)

    return run


@pytest.fixture(scope="module")
def made(home_server: HomeServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, NewPod, NewPod]:
    """A person and a vendor with pods made ready, and the folder that remembers their logins."""
    top, folder = tmp_path_factory.mktemp("logins"), home_server.running.folder
    with pytest.MonkeyPatch.context() as world:
        world.setenv("LIFEPOD_DIR", str(top))
        world.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        person, _ = make(Voice(), folder, ("cli-person", "me"))
        vendor, _ = make(Voice(), folder, ("cli-vendor", "acme"))
    return top, person, vendor


@pytest.fixture
def people(made: tuple[Path, NewPod, NewPod]) -> tuple[NewPod, NewPod]:
    """The two, with logins that this test alone may spoil."""
    top, person, vendor = made
    shutil.copytree(top, os.environ["LIFEPOD_DIR"], dirs_exist_ok=True)
    return person, vendor


def test_who_answers_in_the_shape_that_is_documented(cli: Cli, people: tuple[NewPod, NewPod]) -> None:
    person, _ = people
    value = cli("who", "--json").value
    assert set(value) == {"surveyed_at", "entries", "blind"}
    assert value["blind"] == []
    for entry in value["entries"]:
        assert set(entry) == {"place", "audience", *MODES, "covers", "via"}
        assert {entry[mode] for mode in MODES} <= {"yes", "no", "unknown"}
        assert entry["audience"] in {person.webid, "public", "signed-in", "anyone"}
        assert [set(rule) for rule in entry["via"]] == [{"rule", "document", "audience"}] * len(entry["via"])
        assert entry["via"]
        assert all({entry["audience"], "signed-in", "public"} & set(rule["audience"]) for rule in entry["via"])
    by_audience = {(e["place"], e["audience"]): [e[m] for m in MODES] for e in value["entries"]}
    assert by_audience[person.pod, person.webid] == ["yes"] * 4
    assert by_audience[f"{person.pod}profile/card", "public"] == ["yes", "no", "no", "no"]
    assert by_audience[f"{person.pod}inbox/", "signed-in"] == ["no", "yes", "no", "no"]
    assert (person.pod, "public") not in by_audience


def test_the_whole_story_in_commands(cli: Cli, people: tuple[NewPod, NewPod]) -> None:
    person, vendor = people
    first = cli("import", str(EXPORTS), "--json")
    assert first.code == 0
    assert first.value["written"] == first.value["records"] == 374
    purchases = f"{person.pod}journal/purchases/"
    assert cli("vendor", "read", purchases, "--profile", "acme").code == 4

    rehearsed = cli("grant", "acme", "journal/purchases/", "--read", "--dry-run", "--json")
    assert rehearsed.value["applied"] is False
    assert rehearsed.value["plan"]["edits"][0]["creates"] is True
    assert cli("vendor", "read", purchases, "--profile", "acme").code == 4

    granted = cli("grant", "acme", "journal/purchases/", "--read", "--json")
    assert granted.value["now"] == {"read": "yes", "append": "no", "write": "no", "control": "no"}
    assert {c["who"] for c in granted.value["plan"]["changes"]} == {vendor.webid}
    read = cli("vendor", "read", purchases, "--profile", "acme", "--json")
    assert read.code == 0
    assert len(read.out.splitlines()) == 6
    assert cli("vendor", "read", f"{person.pod}journal/searches/", "--profile", "acme").code == 4
    assert cli("grant", "acme", "journal/purchases/", "--read", "--json").value["plan"]["edits"] == []

    why = cli("why", "acme", "journal/purchases/", "--json").value
    assert why["read"]["answer"] == "yes"
    assert vendor.webid in why["read"]["because"][0]
    assert why["write"]["answer"] == "no"
    seen = cli("sees", "acme", "--json").value["entries"]
    assert {e["place"]: e["audience"] for e in seen}[purchases] == vendor.webid

    revoked = cli("revoke", "acme", "journal/purchases/", "--json")
    assert set(revoked.value["now"].values()) == {"no"}
    assert cli("vendor", "read", purchases, "--profile", "acme").code == 4

    again = cli("import", str(EXPORTS), "--json")
    assert (again.code, again.value["written"], again.value["partitions"], again.value["run"]) == (0, 0, [], "")
    forced = cli("import", str(EXPORTS), "--again", "--json").value
    assert (forced["written"], forced["partitions"], forced["unchanged"]) == (0, [], 374)


def test_a_dry_run_moves_no_rule(cli: Cli, people: tuple[NewPod, NewPod]) -> None:
    person, _ = people
    before = cli("who", "--all", "--json").value["entries"]
    assert cli("grant", "acme", "inbox/", "--read", "--write", "--dry-run").code == 0
    assert cli("revoke", "acme", "profile/", "--dry-run").code == 0
    assert cli("who", "--all", "--json").value["entries"] == before
    assert person.pod in before[0]["place"]


@pytest.mark.parametrize(
    ("agent", "code", "said"),
    [
        ("nobody-of-that-name", 7, "neither a WebID nor the name of a login"),
        ("http://localhost:1/card#me", 6, "cannot be checked"),
        ("me", 11, "You are the owner"),
        ("ftp://x.example/#me", 7, "is not an http(s) address"),
    ],
)
def test_a_grant_to_a_wrong_name_is_refused(
    agent: str, code: int, said: str, cli: Cli, people: tuple[NewPod, NewPod]
) -> None:
    answer = cli("grant", agent, "inbox/", "--read")
    assert answer.code == code, answer.err
    assert said in answer.err
    assert answer.out == ""


def test_a_grant_to_a_webid_that_is_not_there_needs_a_word_more(
    cli: Cli, people: tuple[NewPod, NewPod], home_server: HomeServer
) -> None:
    ghost = f"{home_server.base_url}nobody/profile/card#me"
    refused = cli("grant", ghost, "inbox/", "--read", "--dry-run")
    assert refused.code == 5
    assert "--unchecked" in refused.err
    assert cli("grant", ghost, "inbox/", "--read", "--unchecked", "--dry-run").code == 0


def test_what_cannot_be_revoked_from_one_agent_is_said(cli: Cli, people: tuple[NewPod, NewPod]) -> None:
    answer = cli("revoke", "acme", "profile/card", "--read")
    assert answer.code == 10, answer
    assert "public" in answer.err


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("who", "nothing/here/"), 5),
        (("why", "acme", "nothing.ttl"), 5),
        (("who", "https://elsewhere.example/x/"), 7),
        (("grant", "acme", "nothing/", "--read"), 5),
        (("who", "../../"), 7),
    ],
)
def test_a_wrong_place_is_a_sentence(argv: tuple[str, ...], code: int, cli: Cli, people: tuple[NewPod, NewPod]) -> None:
    answer = cli(*argv)
    assert answer.code == code, answer.err
    assert answer.out == ""
    assert len(answer.err.strip().splitlines()) <= 3


def test_the_profile_says_where_everything_is(cli: Cli, people: tuple[NewPod, NewPod]) -> None:
    person, _ = people
    me = cli("whoami", "--json").value
    assert me == {
        "name": "me",
        "webid": person.webid,
        "pod": person.pod,
        "issuer": person.issuer,
        "storages": [person.pod],
        "inboxes": [f"{person.pod}inbox/"],
    }
    assert [p["name"] for p in cli("profiles", "--json").value] == ["acme", "me"]
    assert person.client_secret not in cli("profiles", "--json").out + cli("whoami").out


def test_a_self_test_lets_the_next_survey_confirm_the_last(cli: Cli, people: tuple[NewPod, NewPod]) -> None:
    tested = cli("survey", "--self-test", "--json").value
    assert tested["self_test"] == {"proved": True, "cause": ""}
    time.sleep(2.1)  # what was changed in this very second cannot be relied on
    first = cli("survey", "--full", "--json").value
    assert (first["reused"], first["self_test"], first["blind"]) == (0, None, [])
    again = cli("survey", "--json").value
    assert again["requests"] < first["requests"]
    assert again["reused"] > 0
    assert again["places"] == first["places"]
    assert "the server confirmed it" in cli("survey").out


def test_standing_guard_closes_what_ends_meanwhile_until_ctrl_c(cli: Cli, people: tuple[NewPod, NewPod]) -> None:
    inbox = f"{people[0].pod}inbox/"
    end = datetime.now(UTC) + timedelta(seconds=9)
    assert cli("grant", people[1].webid, inbox, "--read", "--until", end.isoformat(), "--json").code == 0
    assert cli("vendor", "read", inbox, "--profile", "acme", "--json").code == 0
    # Whoever runs these tests may ignore SIGINT (as a job in the background does), and that is inherited.
    heeds = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    heeds += "from lifepod.__main__ import main; sys.argv[0] = 'lifepod'; sys.exit(main())"
    command = [sys.executable, "-c", heeds, "guard", "--watch", "--every", "10", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as guarding:
        try:
            assert guarding.stdout is not None
            rounds = [json.loads(guarding.stdout.readline()) for _ in range(2)]
        finally:
            guarding.send_signal(signal.SIGINT)
            _, said = guarding.communicate(timeout=20)
    assert (rounds[0]["closed"], rounds[0]["since"]) == ([], "")
    assert [(f["kind"], f["agent"], f["place"]) for f in rounds[1]["closed"]] == [("ended", people[1].webid, inbox)]
    assert rounds[0]["at"] <= rounds[1]["since"] < rounds[1]["at"]
    assert cli("vendor", "read", inbox, "--profile", "acme", "--json").code == 4
    assert guarding.returncode == 130
    assert "Stopped" in said
    assert "Traceback" not in said


def test_nobody_can_list_a_new_pod(people: tuple[NewPod, NewPod]) -> None:
    person, _ = people
    assert httpx2.get(person.pod).status_code == 401
    assert httpx2.get(person.webid.split("#")[0]).status_code == 200


def test_a_login_that_was_ended_on_the_server_is_told(cli: Cli, people: tuple[NewPod, NewPod]) -> None:
    store = Path(os.environ["LIFEPOD_DIR"]) / "state" / "logins.json"
    kept = json.loads(store.read_text())
    store.write_text(json.dumps({k: v.replace(people[0].client_secret, "wrong") for k, v in kept.items()}))
    store.chmod(0o600)
    answer = cli("who")
    assert answer.code == 3
    assert "wrong" not in answer.err
    assert "does not accept this login" in answer.err


def test_logging_out_forgets_the_secret(cli: Cli, people: tuple[NewPod, NewPod]) -> None:
    assert cli("logout", "--profile", "me").code == 0
    assert people[0].client_secret not in (Path(os.environ["LIFEPOD_DIR"]) / "state" / "logins.json").read_text()
    assert cli("who", "--profile", "me").code == 3
