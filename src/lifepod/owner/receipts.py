"""Agreements written out for the tools of others, each form with what it loses.

It refuses to write one without saying that: whoever prints it prints it too.
"""

from __future__ import annotations

from lifepod.errors import Undecided
from lifepod.parties.cases import Case
from lifepod.plain import plain
from lifepod.terms.exports import LOSES as LOSES  # part of what this room hands out
from lifepod.terms.exports import as_authapp, as_gconsent, as_lws, as_odrl_request
from lifepod.terms.life import ASKED, COUNTERED
from lifepod.terms.receipts import as_dpv_27560

STYLES = ("dpv-27560", "gconsent", "lws", "odrl-request", "authapp")


def receipt(case: Case, style: str, storage: str) -> bytes:
    """A request or agreement in one of :data:`STYLES`; ``storage``: the pod it is about."""
    if style == "dpv-27560":
        return as_dpv_27560(case.policy, (event for _, event in case.events), case.life)
    if style == "gconsent":
        return as_gconsent(case.policy, case.life.state)
    if style == "lws":
        return as_lws(case.policy, granted=case.life.state not in (ASKED, COUNTERED), storage=storage)
    if style == "odrl-request":
        return as_odrl_request(case.policy)
    if style == "authapp":
        return as_authapp(case.policy)
    raise Undecided(f"There is no form called {plain(style, 40)}.", choices=STYLES, advice=f"One of {STYLES}.")
