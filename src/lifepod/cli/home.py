"""Commands of the pod at home: ``home up | down | status | add | backup | remove``.

It refuses to act on a server elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifepod.cli.options import AsListed, as_json, gathered
from lifepod.cli.say import Voice, run

if TYPE_CHECKING:
    from lifepod.home.accounts import NewPod
    from lifepod.home.server import HomeFolder as HomeFolder
    from lifepod.home.server import RunningServer
    from lifepod.home.supervisor import Status

_data = click.option(
    "--data", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the pod (default: your own data folder)."
)


@click.group(cls=AsListed)
def home() -> None:
    """The pod on this machine: a real Community Solid Server.

    It listens on loopback alone: nobody can reach it from elsewhere.
    """


def _folder(data: Path | None, port: int | None = None, *, acp: bool = False) -> HomeFolder:
    from lifepod.home.server import HomeFolder

    return HomeFolder.at(data, port=port, acp=acp)


def _status(voice: Voice, status: Status) -> None:
    value = {"running": status.running, "url": status.url, "port": status.port, "data": status.folder}
    value |= {"access": "acp" if status.acp else "wac"}
    said = f"running since {status.since}" if status.since else "running" if status.running else "not running"
    words = [f"{status.url}  {said}", f"  data    {status.folder}"]
    voice.data(value | {"pid": status.pid, "since": status.since}, words)


@dataclass(frozen=True, slots=True)
class Start:
    """How to start it."""

    data: Path | None
    port: int | None
    acp: bool
    foreground: bool


@home.command()
@_data
@click.option("--port", type=click.IntRange(1024, 65535), help="Chosen once, when the pod is made; never changes.")
@click.option("--acp", is_flag=True, help="Keep rules as access control policies (ACP) instead of lists (WAC).")
@click.option("--foreground", is_flag=True, help="Stay until Ctrl-C instead of leaving the server running.")
@as_json
@gathered(Start)
def up(voice: Voice, start: Start) -> None:
    """Start the pod at home; come back when it answers.

    The first start installs the server (about half a minute). A pod on loopback is reachable from this machine only.

    \b
    Examples: lifepod home up    lifepod home up --data ~/pods/work --port 4000
    --json: {"running", "url", "port", "data", "access", "pid", "since"}
    """
    from lifepod.home import supervisor

    folder = _folder(start.data, start.port, acp=start.acp)
    if start.foreground:
        raise SystemExit(supervisor.hold(folder, lambda server: voice.talk(_answering(server)), voice.talk))
    _status(voice, supervisor.up(folder, voice.talk))


def _answering(server: RunningServer) -> str:
    return f"The pod answers at {server.base_url}; Ctrl-C stops it."


@home.command()
@_data
@as_json
def down(voice: Voice, data: Path | None) -> None:
    """Stop the pod at home; nothing of it is lost.

    \b
    --json: as in `home up`
    """
    from lifepod.home import supervisor

    _status(voice, supervisor.down(_folder(data)))


@home.command()
@_data
@as_json
def status(voice: Voice, data: Path | None) -> None:
    """Say whether the pod at home runs, and where.

    \b
    --json: as in `home up`
    """
    from lifepod.home import supervisor

    _status(voice, supervisor.status(_folder(data)))


@dataclass(frozen=True, slots=True)
class NewOne:
    """How to make a pod."""

    data: Path | None
    listed: bool


@home.command()
@click.argument("name")
@_data
@click.option("--listed", is_flag=True, help="Leave the list of the pod's contents public, as the server makes it.")
@as_json
@gathered(NewOne)
def add(voice: Voice, how: NewOne, name: str) -> None:
    """Make a pod NAME, with an account, a WebID and a login.

    The login is remembered here under the same name. The new pod is closed: only its profile is public. Its secret
    is shown once, with --json only.

    \b
    Example: lifepod home add me
    --json: {"webid", "pod", "issuer", "client_id", "client_secret"}
    """
    new, done = make(voice, _running(how.data), (name, name), listed=how.listed)
    keys = ("webid", "pod", "issuer", "client_id", "client_secret")
    words = [f"{new.webid}", f"  pod     {new.pod}", f"  login   {name} (see `lifepod profiles`)"]
    voice.data({key: getattr(new, key) for key in keys}, [*words, *(f"  {line}" for line in done)])


def _running(data: Path | None) -> HomeFolder:
    from lifepod.errors import NotReady
    from lifepod.home import supervisor

    folder = _folder(data)
    if not supervisor.status(folder).running:
        raise NotReady(f"The pod server in {folder.path} does not run.", advice="Start it: lifepod home up")
    return folder


def make(
    voice: Voice, folder: HomeFolder, names: tuple[str, str], *, listed: bool = False, ask: bool = True
) -> tuple[NewPod, list[str]]:
    """Account, login and a pod made ready; ``names`` are those of the pod and of the login. Says what was done.

    Without ``ask`` a login that no keyring can hold is kept in our own file with a warning and no question.
    """
    from lifepod.errors import Conflict
    from lifepod.home import accounts
    from lifepod.owner import logins

    name, login = accounts.checked_name(names[0]), names[1]
    if any(profile.name == login for profile in logins.every()):
        advice = f"Choose another name, or forget that one: lifepod logout --profile {login}"
        raise Conflict(f"A login called {login} exists already.", advice=advice)
    new = accounts.add(folder.base_url, name)
    who = logins.credentials(new.webid, new.issuer, new.client_id, new.client_secret)
    logins.add(login, who, new.pod, voice.talk, voice.ask if ask and voice.may_ask else None)
    logins.keep_account(new.email, new.account_password, folder.base_url, voice.talk)
    return new, list(run(logins.make_ready(login, listed=listed)))


@home.command()
@click.argument("target", type=click.Path(path_type=Path))
@_data
@as_json
def backup(voice: Voice, target: Path, data: Path | None) -> None:
    """Keep a copy of everything in TARGET.

    The pod must not be running. The copy (.tar.gz) is readable by you alone, and not encrypted.

    \b
    --json: {"backup"}
    """
    from lifepod.home import supervisor

    made = supervisor.backup(_folder(data), target)
    voice.data({"backup": str(made)}, [f"Kept in {made}. It holds your data and is not encrypted."])


@home.command()
@_data
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def remove(voice: Voice, data: Path | None, yes: bool) -> None:
    """Delete the pod, with all that is in it.

    It must not be running.

    \b
    --json: {"removed"}
    """
    from lifepod.errors import Undecided
    from lifepod.home import supervisor

    folder = _folder(data)
    if not yes and not voice.ask(f"Delete {folder.path} and every pod in it, for ever?"):
        raise Undecided("Nothing was deleted.", advice="Say --yes to delete it.")
    supervisor.remove(folder)
    voice.data({"removed": str(folder.path)}, [f"Deleted {folder.path}."])
