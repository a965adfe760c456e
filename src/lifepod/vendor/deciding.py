"""What a vendor decides: sign a counter-offer, decline it, take a request back, end an agreement.

It refuses to sign a counter-offer that its person did not sign with a key they show, whose time has passed or of which
there are two texts, and to take back what is over already. Each can be repeated and writes the same record.
"""

from __future__ import annotations

from lifepod.errors import Conflict, Missing, Unproved
from lifepod.parties.cases import AGREED, ASKED, COUNTERED, OPEN, Case
from lifepod.plain import plain
from lifepod.terms.clauses import reason
from lifepod.terms.events import Event, Step, address_of
from lifepod.terms.judge import Shown, shown_in
from lifepod.vendor.held import case_at, case_named, counter_of
from lifepod.vendor.people import People
from lifepod.vendor.side import Result, Side
from lifepod.vendor.words import terms_value


async def countered(side: Side, word: str) -> Case:
    """The counter-offer of an id, its own or that of the request it answers; raises :class:`Missing`."""
    case = await case_named(side, word)
    if _is_counter(case):
        return case
    try:
        return await case_at(side, counter_of(case.policy.root))
    except Missing:
        raise Missing(
            f"There is no counter-offer to {case.id}.",
            advice="`lifepod vendor status` looks whether one has come.",
        ) from None


def _is_counter(case: Case) -> bool:
    proposal = case.policy.proposal
    return proposal is not None and proposal.actor == case.policy.assigner and proposal.in_reply_to != ""


def shown(case: Case) -> Result:
    """A case as it is shown before it is decided."""
    proposal = case.policy.proposal
    words = proposal.description if proposal else ""
    head: Result = {"id": case.id, "person": case.policy.assigner, "state": case.life.state, "words": words}
    return head | terms_value(case.policy)


async def accept(side: Side, case: Case) -> Result:
    """Sign a counter-offer beside its person, keep it, and deliver it: now it is an agreement."""
    url = case.folder + "agreement.jsonld"
    if case.main.url != url:
        await _must_be_acceptable(side, case)
    filed = await side.countersigned(url, case.main, case.policy.assigner)
    return {"id": case.id, "state": AGREED, **await side.told(filed, case.policy.assigner)}


async def _must_be_acceptable(side: Side, case: Case) -> None:
    person = case.policy.assigner
    if case.life.state != COUNTERED or case.forked:
        said = "Two texts stand under its name" if case.forked else f"It is {case.life.state} since {case.life.since}"
        raise Conflict(f"{said}; it cannot be accepted.", advice="Ask anew: `lifepod vendor ask`.")
    if person not in case.signers:
        raise Unproved(f"{plain(person)} has not signed it.")
    card = await People(side.pod, side.now).card(person)
    answer = shown_in(case.read, person, card, side.now)
    if answer.shown is not Shown.YES:
        raise Unproved(f"It is signed with a key that {plain(person)} does not show ({answer.shown}).")


async def decline(side: Side, case: Case, words: str = "") -> Result:
    """Refuse a counter-offer, on record."""
    if case.life.state not in (COUNTERED, "refused"):
        raise Conflict(f"It is {case.life.state} since {case.life.since}; there is nothing to decline.")
    event = _event(side, case, Step.REFUSAL, because=(reason("no-thanks"),), description=words)
    filed = await side.on_record(f"{case.folder}{Step.REFUSAL}.jsonld", event)
    return {"id": case.id, "state": "refused", **await side.told(filed, case.policy.assigner)}


async def withdraw(side: Side, case: Case) -> Result:
    """Take a request back, or end an agreement: from now on nothing may be read, and what was read is to be deleted."""
    done = case.event(Step.WITHDRAWAL)
    if done is None and case.life.state not in (ASKED, COUNTERED, AGREED, OPEN):
        raise Conflict(f"It is {case.life.state} already, since {case.life.since}.")
    if done is None and _is_counter(case) and case.life.state == COUNTERED:
        raise Conflict("It is the person's counter-offer.", advice="Refuse it instead: `lifepod vendor decline`.")
    event = _event(side, case, Step.WITHDRAWAL)
    filed = await side.on_record(f"{case.folder}{Step.WITHDRAWAL}.jsonld", event)
    told = await side.told(filed, case.policy.assigner)
    now = await case_at(side, case.policy.root)
    dues = [{"clause": one.clause, "due_by": one.due_by, "state": one.state} for one in now.life.duties]
    return {"id": case.id, "state": now.life.state, "duties": dues, **told}


def _event(side: Side, case: Case, step: Step, because: tuple[str, ...] = (), description: str = "") -> Event:
    return Event(
        root=address_of(case.policy.root, step),
        step=step,
        actor=case.policy.assignee,
        target=case.policy.assigner,
        published=side.now,
        object=case.policy.root,
        graph_digest=case.digest,
        because=because,
        description=description,
    )
