"""Every failure lifepod knows, one tree, each with advice.

Families are named by whose move is next::

    LifepodError
    ├── NotSignedIn     you: sign in
    ├── Refused         the owner: ask them
    ├── Missing         nobody: it is not there
    ├── Unreachable     time: try later
    ├── Malformed       whoever wrote it
    │   └── TooBig      the same, by size
    ├── Conflict        you: read again
    │   └── Unconfirmed you: look again (what we wrote is not what we find)
    ├── Undecided       you: choose
    ├── WouldLockOut    we stopped you
    ├── Unproved        the signer: nobody has proved to have said it
    ├── OutsideTerms    you or the vendor: counter, or ask anew
    ├── NotReady        you: something on this machine comes first
    └── NothingRead     you: another export (files recognised, no record in them)

It refuses to know exit codes, HTTP classes or RDF, and never prints.
"""

from __future__ import annotations


class LifepodError(Exception):
    """Base of every failure; ``str()`` is one clear sentence, :attr:`advice` what to do next."""

    advice: str = "Run the command again with --help for its options."

    def __init__(self, message: str, *, advice: str | None = None) -> None:
        super().__init__(message)
        if advice is not None:
            self.advice = advice


class NotSignedIn(LifepodError):
    """No valid login for this pod: the person signs in."""

    advice = "Sign in again, or choose another login with --profile NAME (see `lifepod profiles`)."

    def __init__(self, message: str, *, issuer: str = "", advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.issuer = issuer


class Refused(LifepodError):
    """The server knows who asks and says no: the owner can open it."""

    advice = "Ask the owner of the place for access, or sign in as someone who has it."

    def __init__(self, message: str, *, place: str = "", mode: str = "", advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.place = place
        self.mode = mode


class Missing(LifepodError):
    """It is not there."""

    advice = "Check the spelling; containers end in a slash."

    def __init__(self, message: str, *, place: str = "", advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.place = place


class Unreachable(LifepodError):
    """No usable answer now: time will tell."""

    advice = "Check that the server runs and that you are online, then try again."

    def __init__(self, message: str, *, host: str = "", after: float | None = None, advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.host = host
        self.after = after
        """Seconds the server asks us to wait, if it said so."""


class Malformed(LifepodError):
    """What came cannot be read: whoever wrote it must mend it."""

    advice = "Ask whoever wrote it for a corrected copy; nothing was changed."

    def __init__(
        self,
        message: str,
        *,
        place: str = "",
        line: int | None = None,
        column: int | None = None,
        advice: str | None = None,
    ) -> None:
        super().__init__(message, advice=advice)
        self.place = place
        self.line = line
        self.column = column


class TooBig(Malformed):
    """Past one of the bounds in :mod:`lifepod.limits`."""

    advice = "Nothing was read. If you trust the source, split it into smaller parts."

    def __init__(self, message: str, *, bound: int = 0, place: str = "", advice: str | None = None) -> None:
        super().__init__(message, place=place, advice=advice)
        self.bound = bound


class Conflict(LifepodError):
    """Someone else changed it meanwhile: read again, then decide again."""

    advice = "Nothing was overwritten. Run the command again to work on the newest version."

    def __init__(self, message: str, *, place: str = "", advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.place = place


class Unconfirmed(Conflict):
    """We wrote, looked again, and did not find what the plan promised."""

    advice = "Do not rely on this change. Look with `lifepod who`, then plan it again."


class Undecided(LifepodError):
    """More than one reading is possible: the person chooses."""

    advice = "Choose one of the named possibilities and say it on the command line."

    def __init__(self, message: str, *, choices: tuple[str, ...] = (), advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.choices = choices


class WouldLockOut(LifepodError):
    """The change would take control from the owner; it was not made."""

    advice = "Nothing was written. Keep a rule that gives your own WebID control."

    def __init__(self, message: str, *, place: str = "", who: str = "", advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.place = place
        self.who = who


class Unproved(LifepodError):
    """A signature is missing, does not fit, or is by a key that its signer does not show."""

    advice = "Ask the sender to sign it with the key their WebID document shows, and to send it again."


class OutsideTerms(LifepodError):
    """A request asks for more than the terms offer: it cannot be approved."""

    advice = "Counter it (`lifepod counter`), decline it, or publish terms that allow more."

    def __init__(self, message: str, *, clauses: tuple[str, ...] = (), advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.clauses = clauses
        """What differs, in words."""


class NotReady(LifepodError):
    """Something on this machine must be installed, freed or started first."""

    advice = "Mend what the sentence names, then run the command again."


class NothingRead(LifepodError):
    """Files were named, and not one record could be taken from them."""

    advice = "See `lifepod sources` for how to get each export."
