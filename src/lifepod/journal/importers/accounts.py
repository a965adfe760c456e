"""Names for a person's own bank accounts that tell nobody their numbers.

It refuses to put a number, or a hash that could be guessed back to one, into an address: the hash is keyed with a
secret of the pod, and the person can name an account themselves.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from lifepod.journal.redact import slug

KEY = "bank.key"
"""Name of the answer that holds the pod's secret, hex; the engine gives it."""


def account_slug(number: str, answers: Mapping[str, str]) -> str:
    """The source slug of an account: what the person called it, else ``bank-`` and eight hex digits.

    ``--answer bank.4321=household`` names the account whose number ends in 4321.
    """
    digits = "".join(c for c in number.upper() if c.isascii() and c.isalnum())
    called = slug(answers.get(f"bank.{digits[-4:].lower()}", ""))
    if called:
        return f"bank-{called}"
    secret = answers.get(KEY, "").encode() or b"lifepod"
    return f"bank-{hmac.new(secret, digits.encode(), hashlib.sha256).hexdigest()[:8]}"
