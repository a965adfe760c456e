"""Signing in to a pod anywhere: what is remembered, under which name, and what is refused rather than guessed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.double import faults
from tests.double.issuer_double import IssuerDouble
from tests.solid.browsing import Person, a_store, every_line_leads_to
from tests.solid.visits import login as credentials

from lifepod.errors import Conflict, LifepodError, Malformed, NotSignedIn, Undecided, Unreachable
from lifepod.owner.signing import Wanted, Ways, name_for, through_browser, with_credentials
from lifepod.solid.dirs import state_dir
from lifepod.solid.login import Credentials
from lifepod.solid.remembered import Profile, profiles
from lifepod.solid.session import open_pod, remember

ISSUER = "https://pod.example/"
CARD = "https://pod.example/alice/profile/card"
ME = CARD + "#me"
BOB = "https://bob.example/card#me"
HEAD = "@prefix solid: <http://www.w3.org/ns/solid/terms#>. @prefix pim: <http://www.w3.org/ns/pim/space#>.\n"
NAMED = f"{HEAD}<#me> solid:oidcIssuer <{ISSUER}>"


@pytest.fixture(name="double")
def _double(monkeypatch: pytest.MonkeyPatch) -> Iterator[IssuerDouble]:
    double = IssuerDouble()
    every_line_leads_to(double, monkeypatch)
    yield double


class Chooser:
    """Somebody who answers the same to every question, and what they were asked."""

    def __init__(self, answer: str = "") -> None:
        self.answer = answer
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def __call__(self, said: str, choices: tuple[str, ...]) -> str:
        self.asked.append((said, choices))
        return self.answer


async def signs_in(double: IssuerDouble, wanted: Wanted, choose: Chooser | None = None) -> Profile:
    return await through_browser(wanted, Ways(Person(double).talk, choose or Chooser()), a_store())


async def refusal(double: IssuerDouble, wanted: Wanted) -> LifepodError:
    """Why nothing was kept."""
    with pytest.raises(LifepodError) as stop:
        await signs_in(double, wanted)
    assert profiles() == ()
    assert not (state_dir() / "logins.json").exists()
    return stop.value


# Through a browser


@pytest.mark.parametrize("said", [ISSUER, "https://pod.example", ME])
async def test_a_login_is_remembered_with_its_pod(double: IssuerDouble, said: str) -> None:
    profile = await signs_in(double, Wanted(said))
    assert profile == Profile("alice", double.owner, double.base, ISSUER, True)
    async with await open_pod(profile, a_store()) as pod:
        assert (await pod.get(double.base)).status == 200
    assert double.requests[-1].webid == double.owner


async def test_the_name_and_the_pod_may_be_said(double: IssuerDouble) -> None:
    profile = await signs_in(double, Wanted(ISSUER, "work", "https://elsewhere.example/pod/"))
    assert (profile.name, profile.storage) == ("work", "https://elsewhere.example/pod/")


async def test_several_logins_stand_side_by_side(double: IssuerDouble) -> None:
    double.put(BOB, f"{HEAD}<#me> solid:oidcIssuer <{ISSUER}>; pim:storage </pod/>.")
    await signs_in(double, Wanted(ISSUER))
    double.desk.webid = BOB
    await signs_in(double, Wanted(ISSUER))
    assert [(one.name, one.webid, one.is_default) for one in profiles()] == [
        ("alice", double.owner, True),
        ("bob", BOB, False),
    ]
    for profile in profiles():
        async with await open_pod(profile, a_store()) as pod:
            await pod.ask("GET", double.base)
        assert double.requests[-1].webid == profile.webid


async def test_logging_in_again_keeps_one_login(double: IssuerDouble) -> None:
    for _ in range(2):
        await signs_in(double, Wanted(ISSUER))
    assert [one.name for one in profiles()] == ["alice"]
    assert len(json.loads((state_dir() / "logins.json").read_text())) == 1


@pytest.mark.parametrize("said", [ME, "https://id.example/alice"])
async def test_whoever_logs_in_as_another_is_not_kept(double: IssuerDouble, said: str) -> None:
    """With or without a # in the WebID."""
    double.put("https://id.example/alice", f"{HEAD}<> solid:oidcIssuer <{ISSUER}>.")
    double.put(BOB, NAMED + ".")
    double.desk.webid = BOB
    problem = await refusal(double, Wanted(said))
    assert isinstance(problem, Conflict)
    assert BOB in str(problem)
    assert said in str(problem)
    assert "Log out of the login server" in problem.advice


@pytest.mark.parametrize(
    "profile", ["<#me> a <#Person>.", f"{HEAD}<#me> solid:oidcIssuer <https://other.example/>.", "<#you> a <#Person>."]
)
async def test_a_server_that_the_webid_does_not_name_logs_in_nobody(double: IssuerDouble, profile: str) -> None:
    double.put(BOB, profile)
    double.desk.webid = BOB
    await refusal(double, Wanted(ISSUER))


async def test_a_webid_whose_profile_does_not_answer_is_not_kept(double: IssuerDouble) -> None:
    double.script("GET", CARD, faults.refused_connection(), None)
    assert isinstance(await refusal(double, Wanted(ISSUER)), Unreachable)


async def test_a_webid_with_several_login_servers_is_told_before_a_browser_opens(double: IssuerDouble) -> None:
    double.put(CARD, NAMED + ", <https://other.example/>.")
    assert isinstance(await refusal(double, Wanted(ME)), Undecided)
    assert double.desk.grants == []
    assert (await signs_in(double, Wanted(ISSUER))).webid == ME


async def test_a_refusal_in_the_browser_keeps_nothing(double: IssuerDouble) -> None:
    double.desk.said = {"error": "access_denied"}
    assert isinstance(await refusal(double, Wanted(ISSUER)), NotSignedIn)


# Several pods


async def test_of_several_pods_somebody_chooses(double: IssuerDouble) -> None:
    double.put(CARD, NAMED + "; pim:storage </a/>, </b/>.")
    choose = Chooser("https://pod.example/b/")
    assert (await signs_in(double, Wanted(ISSUER), choose)).storage == "https://pod.example/b/"
    assert [choices for _, choices in choose.asked] == [("https://pod.example/a/", "https://pod.example/b/")]


async def test_of_several_pods_none_is_guessed(double: IssuerDouble) -> None:
    double.put(CARD, NAMED + "; pim:storage </a/>, </b/>.")
    problem = await refusal(double, Wanted(ISSUER))
    assert isinstance(problem, Undecided)
    assert problem.choices == ("https://pod.example/a/", "https://pod.example/b/")
    assert "--pod" in problem.advice
    choose = Chooser()
    profile = await signs_in(double, Wanted(ISSUER, pod="https://pod.example/a/"), choose)
    assert (profile.storage, choose.asked) == ("https://pod.example/a/", [])


async def test_a_login_without_a_pod_is_kept_as_one(double: IssuerDouble) -> None:
    double.put(BOB, NAMED + ".")
    double.desk.webid = BOB
    assert (await signs_in(double, Wanted(ISSUER))).storage == ""


async def test_a_pod_that_is_no_container_is_told(double: IssuerDouble) -> None:
    assert isinstance(await refusal(double, Wanted(ISSUER, pod="https://pod.example/alice")), Malformed)


# With client credentials


async def test_credentials_are_tried_and_remembered(double: IssuerDouble) -> None:
    profile = await with_credentials(Wanted(ISSUER, "x"), credentials(double), Chooser(), a_store())
    assert profile == Profile("x", double.owner, double.base, ISSUER, True)


@pytest.mark.parametrize(
    ("said", "secret", "family"), [(ISSUER, "wrong", NotSignedIn), (BOB, "", Conflict)]
)  # fmt: skip
async def test_credentials_that_are_no_good_are_not_kept(
    double: IssuerDouble, said: str, secret: str, family: type[LifepodError]
) -> None:
    right = credentials(double)
    wrong = Credentials(right.webid, right.issuer, right.client_id, secret or right.client_secret)
    with pytest.raises(family):
        await with_credentials(Wanted(said), wrong, Chooser(), a_store())
    assert profiles() == ()


# Names


@pytest.mark.parametrize(
    ("webid", "name"),
    [
        ("https://pod.example/alice/profile/card#me", "alice"),
        ("https://alice.pod.example/profile/card#me", "alice"),
        ("https://id.example/Alice%20B", "alice-20b"),
        ("https://id.example/people/alice.b/card.ttl#i", "alice.b"),
        ("https://alice.example/", "alice"),
        ("https://alice.example/webid#this", "alice"),
        ("https://xn--bcher-kva.example/#me", "xn--bcher-kva"),
        ("https://pod.example/Ünï/profile/card#me", "n"),
        ("https://pod.example/\x1b[2J/card", "2j"),
        ("https://pod.example/中文/card#me", "pod"),
        ("https://pod.example/" + "a" * 300, "a" * 32),
        ("https://pod.example/--/..._/card#me", "pod"),
        ("http://[::1]:3000/#me", "1"),
        ("x", "x"),
        ("", "me"),
    ],
)
def test_a_login_is_named_after_what_a_webid_says(webid: str, name: str) -> None:
    assert name_for(webid) == name


def test_a_name_that_is_taken_by_another_gets_a_number() -> None:
    store = a_store()
    for number, host in enumerate(("a", "b", "c"), 1):
        webid = f"https://{host}.example/alice/profile/card#me"
        name = name_for(webid)
        assert name == ("alice" if number == 1 else f"alice-{number}")
        remember(name, Credentials(webid, f"https://{host}.example/", "i", "s"), "", store)
    assert name_for("https://b.example/alice/profile/card#me") == "alice-2"


def test_a_hundred_of_one_name_are_enough() -> None:
    store = a_store()
    for number in range(99):
        webid = f"https://h{number}.example/alice"
        remember(name_for(webid), Credentials(webid, "https://i.example/", "i", "s"), "", store)
    with pytest.raises(Malformed, match="too many"):
        name_for("https://another.example/alice")
