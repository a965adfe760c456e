"""The permission table: every operation × the modes it needs × there or not yet, answered by us and by the server.

``needed`` says what the specification and Community Solid Server ask for (access §14.2); whether a visitor has that is
our verdict over a survey. The server is asked with exactly these modes, with all others, and with each one missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.access.acp_worlds import Acr, lets, turtle_of
from tests.access.worlds import ACME, OWNER, PREFIXES
from tests.oracle.stage import BODY, Stage

from lifepod.access.audit import Audit
from lifepod.access.rules import MODES, Answer, Mode
from lifepod.access.servers import Dialect
from lifepod.owner.look import look

pytestmark = pytest.mark.live
R, A, W, C = MODES
Need = tuple[str, Mode]
"""``D`` the document, ``C`` its container, ``P`` the container of that; and a mode."""
EVERY = frozenset((at, mode) for at in "DCP" for mode in MODES)
PREFIX = "@prefix solid: <http://www.w3.org/ns/solid/terms#>. <#p> a solid:InsertDeletePatch; "
INSERTS = PREFIX + "solid:inserts { <#it> <#says> <#more>. }."
WHERE = PREFIX + "solid:where { ?x <#says> ?y. }; solid:inserts { ?x <#says> <#more>. }."
DELETES = PREFIX + "solid:deletes { <#it> <#says> <#something>. }."


@dataclass(frozen=True)
class Row:
    """One operation; a patch is named by what it holds."""

    method: str
    at: str
    exists: bool
    done: int
    """Status where it is allowed."""
    body: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.at} {'there' if self.exists else 'absent'}"


def needed(method: str, at: str, *, exists: bool) -> frozenset[Need]:
    """The modes an operation asks for, on the place and on the containers above it."""
    if at == "control":
        # The server's own: to make or remove a control document also takes Append or Write on the container, as for any
        # document. WAC 1.0 asks for Control on the place alone, to create and to delete an ACL too
        # (https://solidproject.org/TR/wac#reading-writing-resources); ACP 0.9 does not speak of it.
        also = {("PUT", False): A, ("DELETE", True): W}.get((method, exists))
        return frozenset({("D", C)} | ({("C", also)} if also else set()))
    above = "C" if at == "D" else "P"
    wants = {
        "OPTIONS": "", "GET": "R", "HEAD": "R", "POST": "A", "PUT": "W", "insert": "A", "where": "RA", "delete": "RW",
        "DELETE": "W" if at == "D" else "RW",
    }[method]  # fmt: skip
    if not exists:
        wants = wants.replace("W", "A") if method == "PUT" else wants
    modes = {"R": R, "A": A, "W": W}
    need = {(at, modes[letter]) for letter in wants}
    if method in ("PUT", "insert", "where", "delete") and not exists:
        need.add((above, A))
    if method == "DELETE":
        need.add((above, W))
    return frozenset(need)


TABLE = (
    Row("OPTIONS", "D", True, 204), Row("OPTIONS", "D", False, 204),
    Row("GET", "D", True, 200), Row("GET", "D", False, 404), Row("HEAD", "D", True, 200), Row("HEAD", "D", False, 404),
    Row("GET", "C", True, 200), Row("GET", "C", False, 404),
    Row("POST", "C", True, 201),
    Row("PUT", "D", True, 205), Row("PUT", "D", False, 201), Row("PUT", "C", True, 409), Row("PUT", "C", False, 201),
    Row("insert", "D", True, 205, INSERTS), Row("insert", "D", False, 201, INSERTS),
    Row("where", "D", True, 205, WHERE), Row("where", "D", False, 409, WHERE),
    Row("delete", "D", True, 205, DELETES), Row("delete", "D", False, 409, DELETES),
    Row("DELETE", "D", True, 205), Row("DELETE", "C", True, 205),
    Row("GET", "control", True, 200), Row("PUT", "control", True, 205), Row("DELETE", "control", True, 205),
    Row("GET", "control", False, 404), Row("PUT", "control", False, 201), Row("DELETE", "control", False, 404),
)  # fmt: skip


def situations(row: Row) -> Iterator[frozenset[Need]]:
    """What the visitor is given: just enough, all, nothing, all but one needed mode, all but the needed modes."""
    need = needed(row.method, row.at, exists=row.exists)
    yield from dict.fromkeys((need, EVERY, frozenset[Need](), EVERY - need))
    for one in need:
        # Whoever may write may append, so without append there is no write either.
        yield EVERY - {one} - ({(one[0], W)} if one[1] is A else set())
        yield need - {one}


@pytest.mark.parametrize("row", TABLE, ids=str)
async def test_an_operation_needs_what_the_table_says(stage: Stage, row: Row) -> None:
    """access §14.2."""
    cases = tuple(dict.fromkeys(situations(row)))
    outcomes = await asyncio.gather(*(_tried(stage, row, number, given) for number, given in enumerate(cases)))
    assert any(outcomes)
    assert not needed(row.method, row.at, exists=row.exists) or not all(outcomes)


async def _tried(stage: Stage, row: Row, number: int, given: frozenset[Need]) -> bool:
    """The one case: planted, judged by us, done by the vendor; and nobody can do it at all."""
    top = f"{stage.owner.storage}table/{TABLE.index(row)}-{number}/"
    inside = f"{top}c/"
    url = {"P": top, "C": inside, "D": f"{inside}d.ttl"}
    made = row.exists or row.at != "C"
    # Policies for members reach all below, so the outer container passes on only what the inner one lacks.
    await stage.plant(top, _control(stage, top, _at("P", given), frozenset() if made else _at("C", given)))
    if made:
        await stage.plant(inside, _control(stage, inside, _at("C", given), _at("D", given)))
    if row.at == "control" or (row.exists and row.at == "D"):
        await stage.plant(url["D"])
    if row.exists and row.at == "control":
        await stage.rule(url["D"], _control(stage, url["D"], _at("D", given), frozenset()))
    foreseen = await _foreseen(stage, row, url)
    target = stage.control_of(url["D"]) if row.at == "control" else url[row.at]
    refused = await _done(stage, "nobody", row, target)
    assert (refused == 401) is bool(needed(row.method, row.at, exists=row.exists)), refused
    status = await _done(stage, "acme", row, target)
    wanted = row.done if foreseen else 403
    assert status == wanted, f"{row} with {sorted(given)}: {status}, foreseen {wanted}"
    return status != 403


def _at(place: str, given: frozenset[Need]) -> frozenset[Mode]:
    return frozenset(mode for at, mode in given if at == place)


async def _foreseen(stage: Stage, row: Row, url: dict[str, str]) -> bool:
    """Our answer: the verdict on each place, or on what would be put into its container where it is not there yet."""
    audit, visitor = Audit((await look(stage.owner, url["P"])).survey), stage.visitor("acme")
    there = {place.url for place in audit.survey.places}
    above = {url["D"]: url["C"], url["C"]: url["P"]}
    answers = [
        audit.verdict(url[at], visitor, mode).answer
        if url[at] in there
        else audit.verdict_below(above[url[at]], visitor, mode).answer
        for at, mode in needed(row.method, row.at, exists=row.exists)
    ]
    assert Answer.UNKNOWN not in answers
    return all(answer is Answer.YES for answer in answers)


async def _done(stage: Stage, who: str, row: Row, url: str) -> int:
    method = {"insert": "PATCH", "where": "PATCH", "delete": "PATCH"}.get(row.method, row.method)
    if method in ("GET", "HEAD", "OPTIONS", "DELETE"):
        return (await stage.knock(who, method, url)).status
    kind = "text/n3" if method == "PATCH" else "text/turtle"
    body = row.body.encode() or (b"" if url.endswith("/") and method == "PUT" else BODY)
    if row.at == "control":
        body = stage.live(_control(stage, url, frozenset(), frozenset())).encode()
    return (await stage.knock(who, method, url, body, Content_Type=kind)).status


def _control(stage: Stage, place: str, here: frozenset[Mode], below: frozenset[Mode]) -> str:
    """The owner as always, the vendor with ``here`` at the place and ``below`` in what it holds and inherits."""
    words = {
        True: [m.value.capitalize() for m in MODES if m in here],
        False: [m.value.capitalize() for m in MODES if m in below],
    }
    everything = [mode.value.capitalize() for mode in MODES]
    if stage.dialect is Dialect.ACP:
        own = (lets(OWNER, *everything), *([lets(ACME, *words[True])] if here else ()))
        member = (lets(OWNER, *everything), *([lets(ACME, *words[False])] if below else ()))
        return stage.live(turtle_of(Acr(own, member), place))
    lines = [f"<#o> a acl:Authorization; acl:agent <{OWNER}>; acl:mode acl:{', acl:'.join(everything)}; "
             f"acl:accessTo <{place}>; acl:default <{place}>."]  # fmt: skip
    for name, aim, modes in (("h", "accessTo", words[True]), ("b", "default", words[False])):
        if modes:
            lines.append(f"<#{name}> a acl:Authorization; acl:agent <{ACME}>; acl:mode acl:{', acl:'.join(modes)}; "
                         f"acl:{aim} <{place}>.")  # fmt: skip
    return stage.live(PREFIXES + "\n".join(lines))


def _words(modes: frozenset[Mode]) -> list[str]:
    return [mode.value.capitalize() for mode in MODES if mode in modes]
