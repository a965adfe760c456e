"""Commands that look at access: ``who``, ``sees``, ``why``, ``blind``, ``survey``.

It refuses to decide anything: it asks the desk and says what it heard. "Could see" is never "saw".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import run, table

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit, Desk

MODES = ("read", "append", "write", "control")


def _desk(options: Common) -> Desk:
    from lifepod.owner.desk import Desk

    return Desk.open(options.profile)


async def _audit(options: Common, path: str, *, below: bool = True, kept: bool = False) -> Audit:
    voice = options.voice
    async with _desk(options) as desk:
        if kept and (old := desk.kept()) is not None:
            return old
        tell = partial(voice.progress, "looking at who has access")
        audit = await (desk.look(path, below=below, tell=tell) if path else desk.survey(tell))
        voice.clear()
        return audit


def _shown(url: str, root: str) -> str:
    return (url[len(root) :] or "/") if url.startswith(root) else url


def _entries(audit: Audit, entries: Iterable[Any]) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for entry in entries:
        answers = {mode: answer.word for mode, answer in zip(MODES, entry.answers, strict=True)}
        via = [_rule(rule) for rule in entry.via]
        how = {name: given for name, given in (("app", entry.app), ("issuer", entry.issuer)) if given}
        line = {"place": entry.place, "audience": entry.audience} | answers | {"covers": entry.covers, "via": via}
        out.append(line | how)
    return out


def _rule(rule: Any) -> dict[str, object]:
    """A rule by its name (its document's where it has none of its own), and whom it names: WebIDs, groups, everyone."""
    name = rule.node if "://" in rule.node else rule.document
    return {"rule": name, "document": rule.document, "audience": sorted(w.word for w in rule.audience)}


def _blind(audit: Audit) -> list[dict[str, str]]:
    return [{"place": spot.place, "cause": spot.cause} for spot in audit.blind]


def _words(audit: Audit, entries: Iterable[Any]) -> list[str]:
    from lifepod.owner.words import condition

    root, me = audit.survey.storage, audit.survey.owner
    rows = [
        (
            _shown(e.place, root),
            ("you" if e.audience == me else e.audience) + condition(e.app, e.issuer),
            *(a.word for a in e.answers),
            _more(e.covers),
        )
        for e in entries
    ]
    lines = table(("place", "who", *MODES, "covers"), rows) if rows else ["Nobody that a rule names."]
    return [*lines, *_foot(audit)]


def _more(covers: int) -> str:
    return "" if covers == 1 else f"{covers} places"


def _foot(audit: Audit) -> list[str]:
    s = audit.survey
    lines = [f"Looked at {len(s.places)} places at {s.surveyed_at}: {s.requests} requests, {s.seconds:.1f} s."]
    lines += [f"Could not look: {_shown(b.place, s.storage)} ({b.cause})" for b in audit.blind]
    return lines


_kept = click.option("--kept", is_flag=True, help="Use the last survey instead of looking now.")
_all = click.option("--all", "unfolded", is_flag=True, help="List every place, also where it is like its container.")


@dataclass(frozen=True, slots=True)
class Way:
    """How to look and list."""

    kept: bool
    unfolded: bool = False


@click.command()
@click.argument("path", required=False, default="")
@_kept
@_all
@common
@gathered(Way)
def who(options: Common, way: Way, path: str) -> None:
    """Who can see what, everywhere or at PATH and below.

    Places that are like the container above them are folded into it. A place we could not look into shows "anyone" with
    unknown: it may be open.

    \b
    Examples: lifepod who    lifepod who journal/purchases/ --json
    --json: {"surveyed_at", "entries": [{"place", "audience", "read", "append", "write", "control", "covers",
             "via": [{"rule", "document", "audience"}]}], "blind": [{"place", "cause"}]}; audience is a WebID, "public",
             "signed-in" or "anyone" (not known); with "app" or "issuer" where access holds only through those; via are
             the rules it rests on, and whom those name: a group by its IRI.
    """
    audit = run(_audit(options, path, kept=way.kept))
    start = audit.survey.root if not path else _place(audit, path)
    entries = audit.who_below(start, fold=not way.unfolded)
    value = {"surveyed_at": audit.survey.surveyed_at, "entries": _entries(audit, entries), "blind": _blind(audit)}
    options.voice.data(value, _words(audit, entries))


def _place(audit: Audit, path: str) -> str:
    return path if "://" in path else audit.survey.storage + path.lstrip("/")


@click.command()
@click.argument("agent")
@_kept
@common
@gathered(Way)
def sees(options: Common, way: Way, agent: str) -> None:
    """What AGENT could see.

    AGENT is a WebID, the name of a login, `public` or `signed-in`.

    \b
    Example: lifepod sees https://shop.example/card#me
    --json: {"agent", "surveyed_at", "entries": […as in who; audience says through what…], "blind"}
    """
    webid = _desk(options).agent(agent)
    audit = run(_audit(options, "", kept=way.kept))
    entries = audit.sees(webid)
    value = {"agent": webid, "surveyed_at": audit.survey.surveyed_at}
    words = _words(audit, entries) if entries else [f"{webid} could see nothing here.", *_foot(audit)]
    options.voice.data(value | {"entries": _entries(audit, entries), "blind": _blind(audit)}, words)


@click.command()
@click.argument("agent")
@click.argument("path")
@common
def why(options: Common, agent: str, path: str) -> None:
    """Why AGENT may or may not use PATH.

    Shows the rules that each answer rests on, and where they stand.

    \b
    Example: lifepod why https://shop.example/card#me journal/purchases/
    --json: {"agent", "place", "surveyed_at", "rules_of", "read": {"answer", "because": [..]}, …}; with "app", "issuer"
             or "signed_out" beside the answer where AGENT must come so
    """
    from lifepod.owner.words import explained, explained_in_words

    webid = _desk(options).agent(agent)
    audit = run(_audit(options, path, below=False))
    url = audit.survey.root
    value = explained(audit, url, webid) | {"surveyed_at": audit.survey.surveyed_at}
    options.voice.data(value, [*explained_in_words(audit, url, webid), *_foot(audit)])


@dataclass(frozen=True, slots=True)
class Thorough:
    """How a survey is taken."""

    full: bool
    self_test: bool


async def _survey(options: Common, thorough: Thorough) -> tuple[Audit, dict[str, object] | None]:
    voice, tested = options.voice, None
    async with _desk(options) as desk:
        if thorough.self_test:
            voice.progress("trying what this server's version tags tell, in a scratch container")
            proof = await desk.self_test()
            tested = {"proved": proof.proved, "cause": proof.cause}
        tell = partial(voice.progress, "looking at who has access")
        audit = await desk.survey(tell, full=thorough.full)
        voice.clear()
        return audit, tested


@click.command()
@click.option("--full", is_flag=True, help="Ask for everything anew, also what the server says is unchanged.")
@click.option("--self-test", is_flag=True, help="First try if this server can confirm a survey (writes and removes).")
@common
@gathered(Thorough)
def survey(options: Common, thorough: Thorough) -> None:
    """Look at the whole pod now and keep the picture.

    The screen shows it until the next look. One that is cut off is taken up within 15 minutes. After a self-test that
    was passed, for a day, what the server calls unchanged is not asked for again.

    \b
    --json: {"surveyed_at", "places", "requests", "seconds", "resumed", "reused", "agents", "blind",
             "self_test": null or {"proved", "cause"}}
    """
    audit, tested = run(_survey(options, thorough))
    s = audit.survey
    value = {"surveyed_at": s.surveyed_at, "places": len(s.places), "requests": s.requests, "seconds": s.seconds}
    value |= {"resumed": s.resumed, "reused": s.reused}
    words = _foot(audit)
    if s.resumed:
        words.append(f"Took up {s.resumed} findings of a survey that was cut off; the time is that of its beginning.")
    if s.reused:
        words.append(f"{s.reused} places are as the survey before found them; the server confirmed it.")
    if tested:
        good = "This server can confirm a survey cheaply, for a day."
        words.append(good if tested["proved"] else f"Every survey here is a full one: {tested['cause']}.")
    options.voice.data(value | {"agents": audit.agents, "blind": _blind(audit), "self_test": tested}, words)


@click.command()
@_kept
@common
@gathered(Way)
def blind(options: Common, way: Way) -> None:
    """Where we could not look, and why.

    Nothing is said about those places: they may be open.

    \b
    --json: {"surveyed_at", "blind": [{"place", "cause"}]}
    """
    audit = run(_audit(options, "", kept=way.kept))
    found = _blind(audit)
    options.voice.data({"surveyed_at": audit.survey.surveyed_at, "blind": found}, _foot(audit))
