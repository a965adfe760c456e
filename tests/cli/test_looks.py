"""``matrix``, ``risks`` and ``diff`` on kept surveys: words and JSON, blind spots always, unknown never as no."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.access.worlds import ACME, ANYONE, OWNER, owned, rule, world

from lifepod.access.audit import Audit
from lifepod.access.survey import Survey
from lifepod.cli import looks, main
from lifepod.owner import kept, logins
from lifepod.solid import session

RISKY = world({"": owned("", rule("p", ANYONE, "Write", here="."))}, "c/x.ttl", blind={"dark/": "403: closed"}).survey
SAFE = world({"": owned("")}, "c/x.ttl").survey


class Drawer:
    """Where secrets would rest."""

    name = "drawer"

    def get(self, name: str) -> str | None:
        return None

    def put(self, name: str, secret: str) -> None: ...

    def remove(self, name: str) -> None: ...


def signed_in(survey: Survey) -> None:
    who = logins.credentials(OWNER, "https://issuer.example/", "id", "secret")
    session.remember("me", who, survey.storage, Drawer())
    kept.keep(survey)


def ran(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    code = main.run(list(argv))
    assert isinstance(code, int)
    return code, capsys.readouterr().out


def test_the_matrix_has_a_mark_for_each_agent_and_a_question_mark_where_nobody_could_look(
    capsys: pytest.CaptureFixture[str],
) -> None:
    signed_in(RISKY)
    code, said = ran(capsys, "matrix", "--kept")
    assert code == 0
    rows = {line.split()[0]: line.split()[1:] for line in said.splitlines()[1:4]}
    assert rows == {"/": ["aw", "aw", "rawc", "1"], "c/": ["-", "-", "rawc", "2"], "dark/": ["r?a?w?c?"] * 3 + ["1"]}
    assert "Could not look: dark/ (403: closed)" in said


def test_the_matrix_as_json_holds_least_and_most_of_each_cell(capsys: pytest.CaptureFixture[str]) -> None:
    signed_in(RISKY)
    _, said = ran(capsys, "matrix", "--kept", "--json")
    value = json.loads(said)
    assert value["audiences"] == ["public", "signed-in", OWNER]
    dark = next(row for row in value["rows"] if row["place"].endswith("dark/"))
    assert dark["cells"]["public"]["read"] == {"least": "unknown", "most": "unknown"}
    assert [spot["cause"] for spot in value["blind"]] == ["403: closed"]


@pytest.mark.parametrize(
    ("survey", "check", "code"), [(RISKY, True, 18), (RISKY, False, 0), (SAFE, True, 0)]
)  # fmt: skip
def test_a_check_ends_with_eighteen_only_where_there_is_a_risk(
    survey: Survey, check: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    signed_in(survey)
    found, said = ran(capsys, "risks", "--kept", *(["--check"] if check else []))
    assert found == code
    assert ("public may append and write here." in said) is (survey is RISKY)
    assert ("dark/" in said) is (survey is RISKY)


def test_risks_as_json_name_kind_place_and_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    signed_in(RISKY)
    value = json.loads(ran(capsys, "risks", "--kept", "--json")[1])
    [risk] = value["risks"]
    assert (risk["kind"], risk["audience"], risk["note"]) == ("public-change", "public", False)
    assert value["blind"]


AFTER = world({"": owned(""), "c/": owned("c/", rule("a", ACME, here="c/", below="c/"))}, "c/x.ttl", "y.ttl").survey


def test_a_difference_is_told_as_a_person_would(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    signed_in(SAFE)

    async def now(options: object, *, kept: bool) -> Audit:
        assert not kept
        return Audit(replace(AFTER, surveyed_at="2026-03-03T12:00:00Z"))

    monkeypatch.setattr(looks, "_audit", now)  # a look needs a pod; what is compared does not
    code, said = ran(capsys, "diff", "--since", "2026-03-02")
    assert code == 0
    assert said.splitlines()[:3] == [
        "Since 2026-03-01T12:00:00Z:",
        f"{ACME} gained read at c/ (2 places)",
        "came: y.ttl",
    ]
    value = json.loads(ran(capsys, "diff", "--json")[1])
    [move] = value["moves"]
    assert (move["gained"], move["lost"], move["covers"]) == (["read"], [], 2)
    assert value["blind"] == value["blind_before"] == []


@pytest.mark.parametrize("argv", [["diff"], ["diff", "--since", "2020-01-01"]])
def test_without_an_earlier_survey_it_says_how_to_keep_one(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    signed_in(SAFE)
    if argv == ["diff"]:
        for path in kept.folder_of(SAFE.storage, OWNER).glob("*.json"):
            path.unlink()
    assert main.run(argv) == 5
    said = capsys.readouterr().err
    assert "No survey is kept here" in said
    assert "lifepod survey" in said
