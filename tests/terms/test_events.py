"""Events and their graphs are the same thing in two forms; each is one kind of step and says so once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.terms.changes import REQUEST
from tests.terms.samples import ALICE, NAMES, SHOP, signed, unsigned

from lifepod.errors import Malformed
from lifepod.names import AS, DPV, LP, RDF_TYPE, SEC, XSD
from lifepod.rdf.closed import Closed, read_closed, write_closed
from lifepod.terms.events import Due, Event, Kept, Step, address_of, event_of, event_record

EVENTS = tuple(name for name in NAMES if name not in ("terms", "request", "counter"))


@pytest.mark.parametrize("name", EVENTS)
def test_the_samples_come_back_as_they_are(name: str) -> None:
    record = unsigned(name)
    event = event_of(record)
    assert event.step == name
    assert event.strange == ()
    assert event_record(event) == record


@pytest.mark.parametrize("name", ["accept", "tentative", "refusal", "revocation"])
def test_the_address_of_a_step_follows_from_the_agreement(name: str) -> None:
    steps = {"tentative": Step.TENTATIVE}
    assert address_of(REQUEST.root, steps.get(name, Step(name))) == unsigned(name).root
    assert address_of(REQUEST.root, "counter") == unsigned("counter").root


@pytest.mark.parametrize(
    "about",
    [
        "",
        "https://alice.example/lifepod/terms/shops-1#terms",
        REQUEST.root.upper(),
        "urn:uuid:6A0C2F4E-3D1B-4C57-9A2E-8F0B7D5C1E90",
        "urn:uuid:{6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e90}",
        "urn:uuid:6a0c2f4e3d1b4c579a2e8f0b7d5c1e90",
        REQUEST.root + "#read",
        REQUEST.root + "\n",
        "urn:uuid:../../x",
    ],
)
def test_only_what_has_a_name_of_the_usual_form_has_events(about: str) -> None:
    with pytest.raises(Malformed):
        address_of(about, "accept")


def changed(name: str, *more: tuple[str, str, str], drop: str = "") -> Closed:
    record = unsigned(name)
    kept = [one for one in record.triples if (one[0], one[1]) != (f"<{record.root}>", f"<{drop}>")]
    triples = [(f"<{s or record.root}>", f"<{p}>", o if o.startswith('"') else f"<{o}>") for s, p, o in more]
    return Closed(record.root, tuple(sorted({*kept, *triples})))


AMISS = {
    "no kind": changed("accept", drop=RDF_TYPE),
    "two kinds": changed("accept", ("", RDF_TYPE, AS + "Reject")),
    "a revocation that is accepted": changed("revocation", ("", RDF_TYPE, AS + "Accept")),
    "nobody who does it": changed("accept", drop=AS + "actor"),
    "two who do it": changed("accept", ("", AS + "actor", SHOP)),
    "nothing it is about": changed("accept", drop=AS + "object"),
    "no time": changed("accept", drop=AS + "published"),
    "two times": changed("accept", ("", AS + "published", '"2026-11-25T00:00:00Z"^^<' + XSD + "dateTime>")),
    "no graph": changed("accept", drop=LP + "graphDigest"),
    "two graphs": changed("accept", ("", LP + "graphDigest", '"uEiA"^^<' + SEC + "multibase>")),
    "another status": changed("refusal", ("", DPV + "hasStatus", DPV + "ContractAccepted"), drop=DPV + "hasStatus"),
    "no status": changed("revocation", drop=DPV + "hasContractStatus"),
    "a price that is a text": changed(
        "receipt", ("", "https://schema.org/price", '"6"'), drop="https://schema.org/price"
    ),
    "a key of another": changed("accept", ("https://alice.example/profile/card#lifepod-1", SEC + "controller", SHOP)),
}


@pytest.mark.parametrize("name", AMISS)
def test_what_is_no_event_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        event_of(AMISS[name])


def test_a_policy_is_no_event() -> None:
    with pytest.raises(Malformed, match="no event of an agreement"):
        event_of(signed("request"))


def test_a_withdrawal_is_an_undo_that_is_no_revocation() -> None:
    event = Event(
        address_of(REQUEST.root, "withdrawal"), Step.WITHDRAWAL, SHOP, "2026-12-01T00:00:00Z", REQUEST.root, "uEiA"
    )
    assert event_of(event_record(event)) == event
    assert event_of(event_record(replace(event, step=Step.USE_NOTE))).step is Step.USE_NOTE


def test_what_it_says_beyond_is_kept_and_written_back() -> None:
    record = changed("accept", ("", LP + "rank", '"1"^^<' + XSD + "integer>"))
    event = event_of(record)
    assert len(event.strange) == 1
    assert event_record(event) == record


_times = st.sampled_from(["2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"])
_iris = st.lists(st.sampled_from([REQUEST.root + "#pay", REQUEST.root + "#a", REQUEST.root + "#a-1"]), unique=True)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Events of any step."""
    root = address_of(REQUEST.root, draw(st.sampled_from(["one", "two"])))
    words = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=9)
    return Event(
        root=root,
        step=draw(st.sampled_from(Step)),
        actor=draw(st.sampled_from([ALICE, SHOP])),
        published=draw(_times),
        object=REQUEST.root,
        graph_digest="uEiA",
        target=draw(st.sampled_from(["", ALICE])),
        because=tuple(sorted(LP + one for one in draw(st.sets(st.sampled_from(["late", "lapsed"]))))),
        fulfils=tuple(sorted(draw(_iris))),
        description=draw(words),
        dues=tuple(Due(f"{root}#due-{n}", REQUEST.root + "#a", draw(_times)) for n in range(draw(st.integers(0, 2)))),
        kept=(Kept(root + "#kept-1", draw(words), "https://law.example/"),) if draw(st.booleans()) else (),
        price=draw(st.sampled_from(["", "6", "4.5"])),
        currency=draw(st.sampled_from(["", "EUR"])),
        period_start=draw(st.sampled_from(["", "2026-11-24"])),
        ended=draw(st.just("") | _times),
    )


@given(events())
def test_any_event_comes_back_as_it_was(event: Event) -> None:
    record = event_record(event)
    assert event_of(read_closed(write_closed(record))) == event
