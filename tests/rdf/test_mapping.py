"""Dataclasses in and out of graphs: what is read, what is written, and what is left as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from tests.double.pod_double import PodDouble
from tests.rdf.graphs import TRIPLES, graph_with
from tests.solid.visits import sent, visit

from lifepod.errors import Malformed, Missing
from lifepod.names import XSD
from lifepod.rdf.mapping import Iri, Text, at, read_thing, read_things, remove_thing, thing, write_thing
from lifepod.rdf.turtle import copy_of, parse_turtle, same_triples, write_turtle

S = "https://schema.org/"
BASE = "https://pod.example/people.ttl"
ADA = BASE + "#ada"
HEAD = f"""@prefix schema: <{S}> . @prefix xsd: <{XSD}> .
"""


@thing(S + "Person")
@dataclass(frozen=True)
class Person:
    iri: str
    name: Annotated[str, at(S + "name")]
    emails: Annotated[tuple[str, ...], at(S + "email")] = ()
    born: Annotated[date | None, at(S + "birthDate")] = None
    knows: Annotated[frozenset[Iri], at(S + "knows")] = frozenset()
    height: Annotated[int | None, at(S + "height", mixed=True)] = None


EX = "https://ex.example/"


@thing(EX + "Everything")
@dataclass(frozen=True, slots=True)
class Everything:
    iri: str
    text: Annotated[str, at(EX + "text")]
    said: Annotated[Text, at(EX + "said")]
    whole: Annotated[int, at(EX + "whole")]
    exact: Annotated[Decimal, at(EX + "exact")]
    rough: Annotated[float, at(EX + "rough")]
    yes: Annotated[bool, at(EX + "yes")]
    moment: Annotated[datetime, at(EX + "moment")]
    day: Annotated[date, at(EX + "day")]
    clock: Annotated[time, at(EX + "clock")]
    link: Annotated[Iri, at(EX + "link")]
    length: Annotated[str | None, at(EX + "length", datatype=XSD + "duration")] = None
    numbers: Annotated[frozenset[int], at(EX + "numbers")] = frozenset()
    texts: Annotated[frozenset[Text], at(EX + "texts")] = frozenset()


def people(turtle: str) -> Graph:
    return parse_turtle((HEAD + turtle).encode(), BASE)


def lines(graph: Graph) -> set[str]:
    """Each triple as a line of N-Triples."""
    return {f"{s.n3()} {p.n3()} {o.n3()}" for s, p, o in graph}


ADA_TEXT = """<#ada> a schema:Person ; schema:name "Ada"@en ; schema:email "a@x.example", "b@x.example" ;
    schema:birthDate "1815-12-10"^^xsd:date ; schema:knows <#charles> ; schema:height "0165"^^xsd:integer ;
    schema:award [ schema:name "unknown to us" ] .
"""


# Reading


def test_a_thing_is_read_with_one_optional_and_many_values() -> None:
    assert read_thing(Person, people(ADA_TEXT), ADA) == Person(
        ADA, "Ada", ("a@x.example", "b@x.example"), date(1815, 12, 10), frozenset({Iri(BASE + "#charles")}), 165
    )


def test_what_may_be_missing_is_none_or_empty() -> None:
    assert read_thing(Person, people('<#ada> a schema:Person ; schema:name "Ada" .'), ADA) == Person(ADA, "Ada")


def test_all_things_of_a_class_are_read_in_the_order_of_their_addresses() -> None:
    graph = people(
        '<#b> a schema:Person ; schema:name "B" . <#a> a schema:Person ; schema:name "A" . <#c> a schema:X .'
    )
    assert [person.iri for person in read_things(Person, graph)] == [BASE + "#a", BASE + "#b"]


def test_one_that_is_not_of_the_class_is_missing() -> None:
    with pytest.raises(Missing, match="no Person"):
        read_thing(Person, people('<#ada> schema:name "Ada" .'), ADA)


def test_one_without_an_address_is_told_and_not_left_out() -> None:
    with pytest.raises(Malformed, match="blank node"):
        read_things(Person, people('[] a schema:Person ; schema:name "Nobody" .'))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "Person.name (<https://schema.org/name>) of https://pod.example/people.ttl#ada is missing"),
        ('schema:name "Ada", "Augusta" ;', "has 2 values where one is declared"),
        ("schema:name 7 ;", "which is no text"),
        ("schema:name <#ada> ;", "which is no text"),
        ("schema:name [] ;", "which is no text"),
        ('schema:name "Ada" ; schema:email <mailto:a@x.example>, "b" ;', "Person.emails"),
        ('schema:name "Ada" ; schema:birthDate "1815-12-10" ;', "which is no date"),
        ('schema:name "Ada" ; schema:birthDate "1815-13-10"^^xsd:date ;', "which is no date"),
        ('schema:name "Ada" ; schema:birthDate "10000-01-01"^^xsd:date ;', "which is no date"),
        ('schema:name "Ada" ; schema:birthDate "1815-12-10T00:00:00"^^xsd:dateTime ;', "which is no date"),
        ('schema:name "Ada" ; schema:birthDate "1815-12-10"^^xsd:date, "1815-12-11"^^xsd:date ;', "2 values"),
        ('schema:name "Ada" ; schema:knows "Charles" ;', "which is no address"),
    ],
)
def test_what_is_missing_doubled_or_of_another_type_names_the_property(said: str, told: str) -> None:
    graph = people(f"<#ada> {said} a schema:Person .")
    before = copy_of(graph)
    with pytest.raises(Malformed) as caught:
        read_thing(Person, graph, ADA)
    assert told in str(caught.value)
    assert caught.value.place == ADA
    if "is missing" not in told and "2 values" not in told:
        with pytest.raises(Malformed):
            write_thing(graph, Person(ADA, "Ada"))
    with pytest.raises(Malformed):
        remove_thing(Person, graph, ADA)
    assert same_triples(graph, before)


def test_two_literals_of_one_value_are_one_value() -> None:
    graph = people('<#ada> a schema:Person ; schema:name "Ada" ; schema:height 165, "0165"^^xsd:integer .')
    assert read_thing(Person, graph, ADA).height == 165


def test_values_of_other_types_may_stand_beside_where_that_is_declared() -> None:
    graph = people('<#ada> a schema:Person ; schema:name "Ada" ; schema:height "tall", 165, <#h> .')
    ada = read_thing(Person, graph, ADA)
    assert ada.height == 165
    write_thing(graph, replace(ada, height=None))
    assert {str(o) for o in graph.objects(URIRef(ADA), URIRef(S + "height"))} == {"tall", BASE + "#h"}


@pytest.mark.parametrize(
    ("hint", "term", "value"),
    [
        ("whole", '"+007"^^xsd:int', 7),
        ("exact", '"1.50"^^xsd:decimal', Decimal("1.5")),
        ("exact", "3", Decimal(3)),
        ("rough", "1.5", 1.5),
        ("rough", '"-INF"^^xsd:double', float("-inf")),
        ("rough", '"1e3"^^xsd:float', 1000.0),
        ("yes", '"1"^^xsd:boolean', True),
        ("yes", "false", False),
        ("moment", '"2025-12-01T20:15:00Z"^^xsd:dateTime', datetime(2025, 12, 1, 20, 15, tzinfo=UTC)),
        ("moment", '"2025-12-01T20:15:00"^^xsd:dateTime', datetime(2025, 12, 1, 20, 15)),
        (
            "moment",
            '"2025-12-01T20:15:00.1234567-05:30"^^xsd:dateTimeStamp',
            datetime(2025, 12, 1, 20, 15, 0, 123456, timezone(-timedelta(hours=5, minutes=30))),
        ),
        ("day", '"2025-12-01Z"^^xsd:date', date(2025, 12, 1)),
        ("clock", '"20:15:00+01:00"^^xsd:time', time(20, 15, tzinfo=timezone(timedelta(hours=1)))),
        ("said", '"Grüezi"@de-CH', Text("Grüezi", "de-ch")),
        ("length", '"PT60M"^^xsd:duration', "PT60M"),
    ],
)
def test_a_literal_is_read_as_its_type_says(hint: str, term: str, value: object) -> None:
    write_thing(graph := people(""), replace(SOME, length="P1D"))
    graph.remove((URIRef(SOME.iri), URIRef(EX + hint), None))
    graph += people(f"<{SOME.iri}> <{EX}{hint}> {term} .")
    found = read_thing(Everything, graph, SOME.iri)
    assert getattr(found, hint) == value
    assert type(getattr(found, hint)) is type(value)
    before = lines(graph)
    write_thing(graph, found)
    assert lines(graph) == before


@pytest.mark.parametrize(
    ("hint", "term"),
    [
        ("whole", "1.5"), ("whole", '"1_000"^^xsd:integer'), ("whole", '"٣"^^xsd:integer'), ("whole", "true"),
        ("whole", f'"{"9" * 5000}"^^xsd:integer'), ("exact", '"1e5"^^xsd:decimal'), ("exact", "1e5"),
        ("rough", '"nan"^^xsd:double'), ("rough", '"infinity"^^xsd:double'), ("yes", '"True"^^xsd:boolean'),
        ("moment", '"2025-12-01"^^xsd:date'), ("moment", '"2025-12-01T24:00:00Z"^^xsd:dateTime'),
        ("moment", '"2025-12-01T10:00:00+15:00"^^xsd:dateTime'), ("clock", '"20:15"^^xsd:time'),
        ("length", '"PT60M"'), ("link", '"https://x.example/"^^xsd:anyURI'), ("said", "<https://x.example/>"),
    ],
)  # fmt: skip
def test_what_its_datatype_does_not_allow_is_no_value(hint: str, term: str) -> None:
    write_thing(graph := people(""), SOME)
    graph.remove((URIRef(SOME.iri), URIRef(EX + hint), None))
    graph += people(f"<{SOME.iri}> <{EX}{hint}> {term} .")
    with pytest.raises(Malformed, match=f"Everything.{hint}"):
        read_thing(Everything, graph, SOME.iri)


# Writing


def test_a_new_thing_is_written_whole() -> None:
    graph = Graph()
    write_thing(graph, Person(ADA, "Ada", ("a@x.example",), date(1815, 12, 10), frozenset({Iri(BASE + "#c")})))
    assert same_triples(
        graph,
        people("""<#ada> a schema:Person ; schema:name "Ada" ; schema:email "a@x.example" ; schema:knows <#c> ;
            schema:birthDate "1815-12-10"^^xsd:date ."""),
    )


def test_what_did_not_change_stays_byte_for_byte() -> None:
    graph = people(ADA_TEXT)
    before = write_turtle(graph)
    write_thing(graph, read_thing(Person, graph, ADA))
    assert write_turtle(graph) == before


def test_only_what_changed_is_touched() -> None:
    graph = people(ADA_TEXT)
    before = lines(graph)
    ada = read_thing(Person, graph, ADA)
    write_thing(graph, replace(ada, emails=("b@x.example", "c@x.example"), born=None, name="Augusta"))
    after = lines(graph)
    subject = f"<{ADA}> <{S}"
    assert before - after == {
        f'{subject}email> "a@x.example"',
        f'{subject}birthDate> "1815-12-10"^^<{XSD}date>',
        f'{subject}name> "Ada"@en',
    }
    assert after - before == {f'{subject}email> "c@x.example"', f'{subject}name> "Augusta"'}


def test_removing_a_thing_leaves_what_is_not_declared() -> None:
    graph = people(ADA_TEXT + '<#bob> a schema:Person ; schema:name "Bob" .')
    remove_thing(Person, graph, ADA)
    assert [person.iri for person in read_things(Person, graph)] == [BASE + "#bob"]
    assert {str(p) for p in graph.predicates(URIRef(ADA))} == {S + "award"}
    with pytest.raises(Missing):
        remove_thing(Person, graph, ADA)


SOME = Everything(
    BASE + "#some", "text", Text("said", "en"), 1, Decimal("1.50"), 0.1, True, datetime(2025, 1, 1, tzinfo=UTC),
    date(2025, 1, 1), time(1, 2, 3), Iri("https://x.example/"),
)  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"text": 7}, {"text": None}, {"text": "half \ud800"}, {"said": "plain"}, {"said": Text("x", "no tag!")},
        {"whole": True}, {"whole": 1.0}, {"exact": 1.5}, {"exact": Decimal("NaN")}, {"exact": Decimal("1e1000")},
        {"yes": 1}, {"moment": date(2025, 1, 1)}, {"day": datetime(2025, 1, 1)}, {"link": "not an address"},
        {"moment": datetime(1800, 1, 1, tzinfo=timezone(timedelta(minutes=34, seconds=8)))},
        {"numbers": 7}, {"numbers": frozenset({"7"})}, {"iri": "relative"}, {"iri": ""},
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused_before_anything_is_touched(changes: dict[str, object]) -> None:
    write_thing(graph := Graph(), SOME)
    before = lines(graph)
    broken = replace(SOME, whole=2)
    for name, value in changes.items():
        object.__setattr__(broken, name, value)
    with pytest.raises(Malformed):
        write_thing(graph, broken)
    assert lines(graph) == before


async def test_an_edit_of_a_thing_sends_exactly_what_changed() -> None:
    double = PodDouble()
    url = double.put("people.ttl", HEAD + ADA_TEXT)
    async with visit(double) as pod:
        async with pod.edit(url) as graph:
            ada = read_thing(Person, graph, url + "#ada")
            write_thing(graph, replace(ada, born=date(1815, 12, 11)))
        assert read_thing(Person, (await pod.read(url)).graph, url + "#ada").born == date(1815, 12, 11)
    (patch,) = sent(double, "PATCH")
    assert patch.body.count(b"birthDate") == 2
    assert patch.body.count(b"<https://schema.org/") == 2


# Declarations


def untyped() -> object:
    @thing(S + "X")
    @dataclass(frozen=True)
    class Wrong:
        iri: str
        name: str

    return Wrong


def of_no_known_type() -> object:
    @thing(S + "X")
    @dataclass(frozen=True)
    class Wrong:
        iri: str
        name: Annotated[bytes, at(S + "name")]

    return Wrong


def without_iri() -> object:
    @thing(S + "X")
    @dataclass(frozen=True)
    class Wrong:
        name: Annotated[str, at(S + "name")]

    return Wrong


def of_no_class() -> object:
    @thing("schema:Person")
    @dataclass(frozen=True)
    class Wrong:
        iri: str
        name: Annotated[str, at("name")]

    return Wrong


def no_dataclass() -> object:
    @thing(S + "X")
    class Wrong:
        iri: str

    return Wrong


def not_given() -> object:
    @thing(S + "X")
    @dataclass(frozen=True)
    class Wrong:
        iri: str
        name: Annotated[str, at(S + "name")] = field(default="", init=False)

    return Wrong


def typed_twice() -> object:
    @thing(S + "X")
    @dataclass(frozen=True)
    class Wrong:
        iri: str
        name: Annotated[int, at(S + "name", datatype=XSD + "long")]

    return Wrong


@pytest.mark.parametrize(
    "declare", [untyped, of_no_known_type, without_iri, of_no_class, no_dataclass, not_given, typed_twice]
)
def test_a_wrong_declaration_is_told_where_it_stands(declare: Callable[[], object]) -> None:
    with pytest.raises(Malformed, match="Wrong") as caught:
        declare()
    assert "declaration" in caught.value.advice


def test_a_class_that_is_not_declared_is_told() -> None:
    @dataclass(frozen=True)
    class Plain:
        iri: str

    with pytest.raises(Malformed, match="@thing"):
        write_thing(Graph(), Plain(ADA))


# For any values


WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TEXTS = st.builds(Text, WORDS, st.sampled_from(["", "en", "de-ch"]))
LINKS = st.sampled_from([Iri(BASE), Iri("urn:x:y"), Iri("https://other.example/ü#me")])
ANY = st.builds(
    Everything,
    iri=st.sampled_from([BASE, BASE + "#x", BASE + "#20250101T000000Z-1f0c"]),
    text=WORDS,
    said=TEXTS,
    whole=st.integers(),
    exact=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20),
    rough=st.floats(allow_nan=False),
    yes=st.booleans(),
    moment=st.datetimes(timezones=st.none() | ZONES),
    day=st.dates(),
    clock=st.times(timezones=st.none() | ZONES),
    link=LINKS,
    length=st.none() | st.sampled_from(["PT60M", "P1D"]),
    numbers=st.frozensets(st.integers(), max_size=4),
    texts=st.frozensets(TEXTS, max_size=4),
)


@given(ANY)
def test_what_is_written_is_read_again(value: Everything) -> None:
    write_thing(graph := Graph(), value)
    assert read_thing(Everything, graph, value.iri) == value
    again = parse_turtle(write_turtle(graph), BASE)
    assert read_thing(Everything, again, value.iri) == value


@given(st.lists(TRIPLES, max_size=12), ANY, ANY)
def test_triples_that_are_not_declared_survive_every_change(
    others: list[tuple[URIRef, URIRef, Literal]], one: Everything, other: Everything
) -> None:
    unknown = graph_with(list(others))
    graph = copy_of(unknown)
    write_thing(graph, one)
    write_thing(graph, replace(other, iri=one.iri))
    assert read_thing(Everything, graph, one.iri) == replace(other, iri=one.iri)
    assert set(unknown) <= set(graph)
    remove_thing(Everything, graph, one.iri)
    assert set(graph) == set(unknown)


@given(ANY)
def test_writing_twice_changes_nothing(value: Everything) -> None:
    write_thing(graph := Graph(), value)
    before = lines(graph)
    write_thing(graph, value)
    assert lines(graph) == before


def test_a_number_that_is_none_can_be_written_and_read() -> None:
    write_thing(graph := Graph(), replace(SOME, rough=float("nan")))
    before = lines(graph)
    found = read_thing(Everything, graph, SOME.iri)
    assert found.rough != found.rough
    write_thing(graph, found)
    assert lines(graph) == before
