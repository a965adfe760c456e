"""Commands that change access over a pod in memory: wrong arguments are told where they were typed, rehearsals write
nothing, and the log is in the order it shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.owner.shared import PLACE, SHARED, shared_pod
from tests.owner.signed import ACME, signed_in, writes
from tests.owner.test_desk import remembered

from lifepod.access.changelog import FINISHED, Change, write_change
from lifepod.access.rules import Mode
from lifepod.cli import main
from lifepod.owner import share
from lifepod.owner.words import wish

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> PodDouble:
    """A pod that every line of a command leads to, and its owner's login."""
    pod = shared_pod()

    async def answer(line: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        return await pod(request)

    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", answer)
    remembered(pod)
    return pod


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    def run(*argv: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main.run(list(argv))
        said = capsys.readouterr()
        return int(str(code)), said.out, said.err

    return run


# Arguments


@pytest.mark.parametrize("verb", ["grant", "revoke", "private", "suspend", "resume"])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "it is empty"),
        ("journal//media/", "empty segment"),
        ("//", "empty segment"),
        ("https://pod.example/alice//journal/", "empty segment"),
        ("journal/../journal/media/", "segment . or .."),
        ("./journal/", "segment . or .."),
    ],
)
def test_a_path_that_names_no_place_is_wrong_use(verb: str, path: str, said: str, cli: Cli, double: PodDouble) -> None:
    agent = [] if verb == "private" else [ACME]
    code, out, err = cli(verb, *agent, path, *(["--read"] if verb == "grant" else []))
    assert (code, out) == (2, "")
    assert said in err
    assert double.requests == []


def test_the_whole_pod_is_a_slash(cli: Cli, double: PodDouble) -> None:
    assert '"/" is the whole pod' in cli("grant", ACME, "", "--read")[2]
    code, out, _ = cli("grant", ACME, "/", "--read", "--unchecked", "--dry-run", "--json")
    assert (code, json.loads(out)["plan"]["place"]) == (0, double.base)


@pytest.mark.parametrize("verb", ["grant", "revoke", "suspend", "resume"])
def test_an_empty_agent_is_wrong_use(verb: str, cli: Cli, double: PodDouble) -> None:
    code, out, err = cli(verb, "", PLACE, *(["--read"] if verb == "grant" else []))
    assert (code, out) == (2, "")
    assert "it is empty" in err


@pytest.mark.parametrize(
    "end",
    ["9999-12-31T23:59-12:00", "0001-01-01T00:00+12:00", "0001-01-01T00:00", "9999-12-31T23:59:59.999999-23:59"],
)
def test_an_end_outside_of_time_is_wrong_use(end: str, cli: Cli, double: PodDouble) -> None:
    code, out, err = cli("grant", ACME, PLACE, "--read", "--until", end, "--dry-run")
    assert (code, out) == (2, "")
    assert "Say a day" in err or "in the past" in err


@pytest.mark.parametrize(
    ("place", "advice"),
    [
        ("http://example.com/x/", "--profile NAME"),
        ("https://pod.example/alice", "https://pod.example/alice/ with a slash at the end"),
        ("https://pod.example/bob/x/", "--profile NAME"),
        ("https://pod.example/alice/journal/%2e%2e/x/", "without . and .."),
    ],
)
def test_a_place_outside_of_the_pod_is_told_with_what_to_do(
    place: str, advice: str, cli: Cli, double: PodDouble
) -> None:
    code, out, err = cli("grant", ACME, place, "--read", "--unchecked")
    assert (code, out) == (7, "")
    assert advice in err
    assert "Ask whoever wrote it" not in err
    assert writes(double) == []


def test_a_vendor_who_names_no_address_is_told_to_give_it_in_full(cli: Cli, double: PodDouble) -> None:
    code, out, err = cli("vendor", "read", "journal/media/")
    assert (code, out) == (7, "")
    assert "in full" in err
    assert "Ask whoever wrote it" not in err


@pytest.mark.parametrize("word", ["public", "signed-in"])
@pytest.mark.parametrize("more", [[], ["--unchecked"]])
def test_nothing_is_granted_to_everyone_and_no_flag_is_said_to_help(
    word: str, more: list[str], cli: Cli, double: PodDouble
) -> None:
    code, out, err = cli("grant", word, PLACE, "--read", *more)
    assert (code, out) == (10, "")
    assert f"{word} is no WebID, and access is granted to WebIDs only." in err
    assert "--unchecked" not in err


# Rehearsals and the log


def cut_off(double: PodDouble) -> None:
    """A change of another machine, long ago, whose record still stands."""
    change = Change("grant", ACME, double.url(PLACE), frozenset({Mode.READ}), "2026-01-01T00:00:00.000Z")
    double.put("lifepod/access/pending.ttl", write_change(change))


async def granted(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        asked = wish("grant", ACME, double.url(SHARED), ("control",))
        await share.apply(pod, await share.rehearse(pod, asked, unchecked=True))


@pytest.mark.parametrize(
    "argv",
    [
        ("undo",), ("grant", ACME, PLACE, "--read", "--unchecked"), ("revoke", ACME, SHARED), ("private", SHARED),
        ("suspend", ACME, SHARED),
    ],
)  # fmt: skip
def test_a_rehearsal_leaves_a_change_that_was_cut_off_alone(argv: tuple[str, ...], cli: Cli, double: PodDouble) -> None:
    asyncio.run(granted(double))
    cut_off(double)
    double.requests.clear()
    code, _, err = cli(*argv, "--dry-run")
    assert code == 0, err
    assert writes(double) == []
    assert double.body("lifepod/access/pending.ttl") is not None


def test_the_log_is_in_the_order_of_the_times_it_shows(cli: Cli, double: PodDouble) -> None:
    one = Change(
        "grant", ACME, double.url(PLACE), frozenset({Mode.READ}), "2026-01-01T10:00:00.000Z", state=FINISHED,
        ended="2026-01-01T10:05:00Z",
    )  # fmt: skip
    other = replace(one, verb="revoke", began="2026-01-01T10:01:00.000Z", ended="2026-01-01T10:02:00Z")
    for change in (one, other):
        double.put(f"lifepod/access/{change.name}.ttl", write_change(change))
    code, out, err = cli("changes", "--json")
    assert code == 0, err
    assert [c["verb"] for c in json.loads(out)] == ["revoke", "grant"]
    words = cli("changes")[1].splitlines()[1:]
    assert [line.split()[0] for line in words] == ["2026-01-01T10:02:00Z", "2026-01-01T10:05:00Z"]


def test_an_older_change_is_taken_back_by_its_name_and_what_came_after_it_stays(cli: Cli, double: PodDouble) -> None:
    before = double.modes("journal/searches/", ACME)
    assert cli("grant", ACME, "journal/searches/", "--read", "--yes")[0] == 0
    first = json.loads(cli("changes", "--json")[1])[-1]["name"]
    assert cli("grant", ACME, PLACE, "--read", "--yes")[0] == 0
    assert first in cli("changes")[1]
    code, _, err = cli("undo", first[:-3], "--yes")
    assert code == 0, err
    assert "1 change since: what they wrote stays" in err
    assert double.modes("journal/searches/", ACME) == before
    assert "read" in double.modes(PLACE, ACME)
    last = json.loads(cli("changes", "--json")[1])[-1]
    assert (last["verb"], last["undoes"]) == ("undo", first)


def test_a_change_that_cannot_be_taken_back_is_told_in_a_sentence(cli: Cli, double: PodDouble) -> None:
    assert cli("grant", ACME, PLACE, "--read", "--yes")[0] == 0
    assert cli("grant", ACME, "journal/searches/", "--read", "--yes")[0] == 0
    first, second = (one["name"] for one in json.loads(cli("changes", "--json")[1]))
    assert cli("undo", first, "--yes")[0] == 0
    before = writes(double)
    for name, said, code in (
        ("nothing", "No change is called nothing.", 5),
        (first, f"The change {first} cannot be taken back", 9),
        ("2", "Write more of the name", 7),
        ("\x1b[31m", "No change is called", 5),
    ):
        found, _, err = cli("undo", name, "--yes")
        assert (found, said in err, "\x1b" in err) == (code, True, False), err
    assert writes(double) == before
    assert second in cli("changes")[1]


def test_an_empty_name_takes_nothing_back_and_a_suspension_is_resumed(cli: Cli, double: PodDouble) -> None:
    assert cli("grant", ACME, PLACE, "--read", "--yes")[0] == 0
    assert cli("suspend", ACME, PLACE, "--yes")[0] == 0
    before = writes(double)
    code, _, err = cli("undo", "", "--yes")
    assert (code, "it is empty" in err) == (2, True)
    name = json.loads(cli("changes", "--json")[1])[-1]["name"]
    code, _, err = cli("undo", name[:-4], "--yes")
    assert (code, "lifepod resume" in err) == (9, True)
    assert writes(double) == before
