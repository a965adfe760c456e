"""Commands about access: ``who``, ``sees``, ``why``, ``blind``, ``survey``, ``grant``, ``revoke``.

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
    from lifepod.owner.share import Outcome, Plan

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
        via = sorted({f"{rule.document}" for rule in entry.via})
        out.append({"place": entry.place, "audience": entry.audience} | answers | {"covers": entry.covers, "via": via})
    return out


def _blind(audit: Audit) -> list[dict[str, str]]:
    return [{"place": spot.place, "cause": spot.cause} for spot in audit.blind]


def _words(audit: Audit, entries: Iterable[Any]) -> list[str]:
    root, me = audit.survey.storage, audit.survey.owner
    rows = [
        (
            _shown(e.place, root),
            "you" if e.audience == me else e.audience,
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
    --json: {"surveyed_at", "entries": [{"place", "audience", "read", "append", "write", "control", "covers", "via"}],
             "blind": [{"place", "cause"}]}; audience is a WebID, "public", "signed-in" or "anyone" (not known).
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
    --json: {"agent", "place", "surveyed_at", "rules_of", "read": {"answer", "because": [..]}, …}
    """
    from lifepod.owner.words import explained, explained_in_words

    webid = _desk(options).agent(agent)
    audit = run(_audit(options, path, below=False))
    url = audit.survey.root
    value = explained(audit, url, webid) | {"surveyed_at": audit.survey.surveyed_at}
    options.voice.data(value, [*explained_in_words(audit, url, webid), *_foot(audit)])


@click.command()
@common
def survey(options: Common) -> None:
    """Look at the whole pod now and keep the picture.

    The screen shows it until the next look.

    \b
    --json: {"surveyed_at", "places", "requests", "seconds", "agents", "blind"}
    """
    audit = run(_audit(options, ""))
    s = audit.survey
    value = {"surveyed_at": s.surveyed_at, "places": len(s.places), "requests": s.requests, "seconds": s.seconds}
    options.voice.data(value | {"agents": audit.agents, "blind": _blind(audit)}, _foot(audit))


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


@dataclass(frozen=True, slots=True)
class Change:
    """What a grant or revoke was asked to do."""

    read: bool
    append: bool
    write: bool
    dry_run: bool
    yes: bool
    all_below: bool = False
    unchecked: bool = False

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes that were named."""
        return tuple(m for m in MODES[:3] if getattr(self, m))


def _modes(command: Any) -> Any:
    for flag, text in (
        ("--yes", "Do not ask before writing."),
        ("--dry-run", "Show the plan and write nothing."),
        ("--write", "May change and delete (includes append)."),
        ("--append", "May add."),
        ("--read", "May read."),
    ):
        command = click.option(flag, is_flag=True, help=text)(command)
    return command


@click.command()
@click.argument("agent")
@click.argument("path")
@_modes
@click.option("--all-below", is_flag=True, help="Also where places below have rules of their own.")
@click.option("--unchecked", is_flag=True, help="Grant even to a WebID that does not answer.")
@common
@gathered(Change)
def grant(options: Common, change: Change, agent: str, path: str) -> None:
    """Let AGENT in to PATH.

    A grant on a container covers all that inherits from it. The plan is shown first; nobody else's access moves,
    and a fresh look confirms the result.

    \b
    Examples: lifepod grant https://shop.example/card#me journal/purchases/ --read
              lifepod grant acme journal/purchases/ --read --dry-run
    --json: {"plan": {"edits", "changes", "warnings", "still_open"}, "applied", "confirmed_at", "now"}
    """
    if not change.modes:
        raise click.UsageError("Say what to allow: --read, --append or --write.")
    run(_change(options, "grant", change, (agent, path)))


@click.command()
@click.argument("agent")
@click.argument("path")
@_modes
@common
@gathered(Change)
def revoke(options: Common, change: Change, agent: str, path: str) -> None:
    """Shut AGENT out of PATH and of everything below it.

    All modes are taken unless some are named. It closes future reads. What was read before stays with whoever read it,
    and a live channel that is open may go on until its server ends it.

    \b
    Example: lifepod revoke https://shop.example/card#me journal/purchases/
    --json: {"plan": {"edits", "changes", "warnings", "still_open"}, "applied", "confirmed_at", "now"}
    """
    run(_change(options, "revoke", change, (agent, path)))


async def _change(options: Common, verb: str, change: Change, target: tuple[str, str]) -> None:
    from lifepod.owner.words import plan_as_value, plan_in_words, wish

    voice = options.voice
    async with _desk(options) as desk:
        url = await desk.place(target[1])
        asked = wish(verb, desk.agent(target[0]), url, change.modes, all_below=change.all_below)
        tell = partial(voice.progress, "looking at who has access")
        plan = await desk.rehearse(asked, unchecked=change.unchecked, tell=tell)
        for line in plan_in_words(plan):
            voice.talk(line)
        if change.dry_run or not plan.edits:
            said = "Nothing was written." if change.dry_run else "Nothing needs to change."
            voice.data({"plan": plan_as_value(plan), "applied": False}, [said])
            return
        if voice.may_ask and not change.yes and not voice.ask("Write this?"):
            voice.data({"plan": plan_as_value(plan), "applied": False}, ["Nothing was written, as you chose."])
            return
        _tell_outcome(options, await desk.apply(plan, voice.progress))


def _tell_outcome(options: Common, outcome: Outcome) -> None:
    from lifepod.owner.words import plan_as_value

    plan: Plan = outcome.plan
    now = {mode: answer.word for mode, answer in zip(MODES, outcome.answers, strict=True)}
    words = [f"Done, and confirmed by a fresh look at {outcome.confirmed_at}:"]
    words.append(f"{plan.wish.agent} at {plan.wish.place}: " + ", ".join(f"{m} {a}" for m, a in now.items()))
    value = {"plan": plan_as_value(plan), "applied": True, "confirmed_at": outcome.confirmed_at, "now": now}
    options.voice.data(value, words)
