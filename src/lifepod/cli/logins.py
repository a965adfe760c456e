"""Commands about logins: ``profiles``, ``whoami``, ``logout``.

It refuses to print a secret.
"""

from __future__ import annotations

import click

from lifepod.cli.options import Common, as_json, common
from lifepod.cli.say import Voice, run, table


@click.command()
@as_json
def profiles(voice: Voice) -> None:
    """List the logins remembered here; * marks the default.

    \b
    --json: [{"name", "webid", "pod", "issuer", "default"}]
    """
    from lifepod.owner import logins

    found = logins.every()
    rows = [("*" if p.is_default else " ", p.name, p.webid, p.storage) for p in found]
    words = table((" ", "name", "WebID", "pod"), rows) if rows else ["No logins yet. Try: lifepod home up"]
    keys = [
        {"name": p.name, "webid": p.webid, "pod": p.storage, "issuer": p.issuer, "default": p.is_default} for p in found
    ]
    voice.data(keys, words)


@click.command()
@common
def whoami(options: Common) -> None:
    """Sign in and say as whom.

    \b
    --json: {"name", "webid", "pod", "issuer", "storages", "inboxes"}
    """
    from lifepod.owner import logins

    me = run(logins.whoami(options.profile))
    p = me.profile
    words = [f"{p.webid}", f"  login   {p.name}, at {p.issuer}", f"  pod     {p.storage or 'none'}"]
    words += [f"  inbox   {inbox}" for inbox in me.inboxes]
    value = {"name": p.name, "webid": p.webid, "pod": p.storage, "issuer": p.issuer}
    options.voice.data(value | {"storages": me.storages, "inboxes": me.inboxes}, words)


@click.command()
@common
def logout(options: Common) -> None:
    """Forget a login on this machine.

    The pod and its access rules stay as they are.

    \b
    Example: lifepod logout --profile old-phone
    --json: {"forgotten", "webid"}
    """
    from lifepod.owner import logins

    voice = options.voice
    name = logins.chosen(options.profile).name
    gone = logins.forget(name, voice.talk)
    voice.data({"forgotten": gone.name, "webid": gone.webid}, [f"Forgot the login {gone.name} ({gone.webid})."])
