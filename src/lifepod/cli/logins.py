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
    """Forget a login here; its server takes back what it gave.

    Its secret and its query index go from this machine. The pod and its access rules stay as they are, and so do the
    surveys that `diff` compares. A client credential stays valid until it is deleted at the server.

    \b
    Example: lifepod logout --profile old-phone
    --json: {"forgotten", "webid", "revoked": true, false (it could not be told) or null (nothing to take back),
             "default": the login used from now on or null, "account": the account whose password stays or null}
    """
    from lifepod.owner import logins

    voice = options.voice
    chosen = logins.chosen(options.profile)
    gone = run(logins.log_out(chosen.name, voice.talk))
    profile = gone.profile
    words = [f"Forgot the login {profile.name} ({profile.webid})."]
    if gone.told is True:
        words.append("Its login server took back what it gave.")
    elif gone.told is False:
        words.append(f"{profile.issuer} could not be told; what it gave is gone from here and ends there by itself.")
    if chosen.is_default:
        words.append(f"The default login is {gone.default} now." if gone.default else "No default login is left.")
    if gone.account:
        words.append(f"The password of its account at home ({gone.account}) stays here: nobody could get it again.")
    value = {"forgotten": profile.name, "webid": profile.webid, "revoked": gone.told}
    voice.data(value | {"default": gone.default or None, "account": gone.account or None}, words)
