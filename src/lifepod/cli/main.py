"""The command group, and the one place where an error becomes an exit code.

It refuses to import a wing: each command does that when it runs, so that ``--help`` is instant.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from lifepod.cli import (
    access,
    agreements,
    changing,
    demo,
    exporting,
    exporting_agreements,
    files,
    guard,
    home,
    inbox,
    intent,
    journal,
    login,
    logins,
    looks,
    moving,
    query,
    records,
    terms,
    vendor,
    verify,
    web,
)
from lifepod.cli.opening import OpenScreen, has_screen
from lifepod.cli.options import AsListed
from lifepod.cli.say import STOPPED, USAGE, Voice, settle_streams, unwritten
from lifepod.errors import LifepodError, NotReady


@click.group(
    cls=AsListed,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
)
@click.option("--profile", metavar="NAME", help="Login to use, for any command.")
@click.version_option(package_name="lifepod")
@click.pass_context
def lifepod(context: click.Context, profile: str | None) -> OpenScreen | None:
    """Your activity data in your own Solid pod: who can see what, vendors let in and shut out, with proof.

    Without a command it opens the screen. Start with `lifepod demo`, or with `lifepod home up`.
    """
    if context.invoked_subcommand is not None:
        return None
    if not has_screen():
        raise click.exceptions.NoArgsIsHelpError(context)
    return OpenScreen(profile)


for _command in (
    demo.demo, home.home, login.login, logins.profiles, logins.whoami, logins.logout, journal.import_, exporting.export,
    journal.sources,
    records.records,
    access.who, access.sees, access.why, access.blind, access.survey, looks.matrix, looks.risks, looks.diff,
    changing.grant, changing.revoke,
    changing.suspend, changing.resume, changing.private, changing.undo, changing.changes, guard.guard,
    terms.terms, inbox.inbox, inbox.approve, inbox.counter, inbox.decline, agreements.agreements, agreements.end,
    verify.verify, agreements.ledger, exporting_agreements.receipt, intent.intent, intent.intents,
    files.ls, files.tree, files.find, files.get, files.put, files.edit, files.mkdir, moving.cp, moving.mv, moving.rm,
    query.query, web.web, vendor.vendor,
):  # fmt: skip
    lifepod.add_command(_command)


def run(argv: list[str]) -> int | OpenScreen:
    """Run one command line; its exit code, or the wish for a screen that only the hall may open."""
    result = speaking(lambda: lifepod.main(args=argv, prog_name="lifepod", standalone_mode=False))
    return result if isinstance(result, OpenScreen | int) else 0


def speaking(work: Callable[[], object]) -> object:
    """Do some work; its result, or the exit code of whatever stopped it, said in a sentence."""
    settle_streams()
    voice = Voice()
    try:
        return work()
    except click.exceptions.Exit as done:
        return int(done.exit_code)
    except click.ClickException as error:
        error.show(file=sys.stderr)
        return USAGE
    except LifepodError as error:
        return voice.failure(error)
    except OSError as error:
        if error.filename is None:  # a page of help that found no room
            return voice.failure(unwritten(error))
        return voice.failure(NotReady(f"{error.filename} cannot be used ({error.strerror})."))
    except (click.Abort, KeyboardInterrupt):
        voice.talk("Stopped. What was finished by then stands.")
        return STOPPED
