"""Identity, text and joins of records: the same set of exports, the same bytes, in any order and any halves."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.journal.exports import BASE, NOON, batches, filed

from lifepod import names
from lifepod.errors import Malformed
from lifepod.journal.activity import KINDS, Activity, Decimal10, Iri, Moment, Thing, Value
from lifepod.journal.joins import record_name
from lifepod.journal.record import Record, lexical, match_key, name_of, record_of, stamp
from lifepod.journal.triples import day_of, head_of, joined_partition, new_partition
from lifepod.rdf.flat import read_flat, text, typed, write_flat

S = names.SCHEMA
VISIT = Activity(
    "visit", "x", ("https://a.example/", "t"), Moment(NOON), "A page", ((S + "object", Iri("https://a.example/")),)
)
HEAD = head_of(["visit"])
NAME = name_of(VISIT)


def partition(*activities: Activity) -> bytes:
    return new_partition(HEAD, [record_of(a, name_of(a)) for a in activities])


def join(old: bytes, *activities: Activity) -> bytes | None:
    return joined_partition(old, BASE, HEAD, [record_of(a, name_of(a)) for a in activities]).data


# Names


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (Moment(datetime(2025, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC)), "20250102T030405Z"),
        (Moment(datetime(2025, 1, 2, 3, 4, 5)), "20250102T030405"),
        (Moment(date(2025, 1, 2), "day"), "20250102"),
        (None, "undated"),
    ],
)
def test_a_name_begins_with_the_time_as_exactly_as_it_is_known(moment: Moment | None, shown: str) -> None:
    assert stamp(moment) == shown
    assert re.fullmatch(re.escape(shown) + "-[0-9a-f]{16}", name_of(replace(VISIT, start=moment)))


@pytest.mark.parametrize(
    "other",
    [
        replace(VISIT, kind="search"), replace(VISIT, source="y"), replace(VISIT, key=("https://a.example/", "u")),
        replace(VISIT, key=("https://a.example/t",)), replace(VISIT, key=("https://a.example/", "t", "")),
    ],
)  # fmt: skip
def test_kind_source_and_key_make_the_identity(other: Activity) -> None:
    assert name_of(other) != NAME


def test_what_is_told_of_a_record_does_not_change_its_identity() -> None:
    assert name_of(replace(VISIT, name="Other", facts=(), match=("m",))) == NAME


def test_names_are_the_ones_that_are_in_pods_already() -> None:
    # A change here gives every record of every pod a second name.
    assert NAME == "20251201T120000Z-ab86306288f0855a"
    assert match_key(replace(VISIT, match=("https://a.example/", "2025-12-01T12:00"))) == "f25311683cb55a7d"


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        (f"<#{NAME}>", NAME), (f"<#{NAME}-2>", f"{NAME}-2"), (f"<#{NAME}-object>", NAME),
        (f"<#{NAME}-2-object>", f"{NAME}-2"), ("<>", ""), ("<https://x.example/>", ""), ("<#undated-0f>", "undated-0f"),
    ],
)  # fmt: skip
def test_parts_belong_to_their_record(subject: str, name: str) -> None:
    assert record_name(subject) == name


# Text


@pytest.mark.parametrize(
    ("moment", "shown", "datatype"),
    [
        (Moment(datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)), "2025-01-02T03:04:05Z", names.XSD_DATETIME),
        (Moment(datetime(2025, 1, 2, 3, 4, 5, 120_000, tzinfo=UTC)), "2025-01-02T03:04:05.12Z", names.XSD_DATETIME),
        (Moment(datetime(2025, 1, 2, 3, 4, 5, 1, tzinfo=UTC)), "2025-01-02T03:04:05.000001Z", names.XSD_DATETIME),
        (Moment(datetime(2025, 1, 2, 3, 4, 0)), "2025-01-02T03:04:00", names.XSD_DATETIME),
        (Moment(date(2025, 1, 2), "day"), "2025-01-02", names.XSD_DATE),
    ],
)
def test_times_have_one_form(moment: Moment, shown: str, datatype: str) -> None:
    assert lexical(moment) == (shown, datatype)


def test_a_partition_as_it_is_written() -> None:
    activity = Activity(
        "purchase", "amazon-de", ("305-1", "B0"), Moment(date(2025, 12, 1), "day"), 'A "lamp"',
        ((S + "price", Decimal10("23.80")), (names.LP_QUANTITY, 2), (S + "seller", "Amazon.de")),
        (Thing("object", S + "object", (S + "Product",), ((S + "productID", "B0"),)),),
        match=("B0", "2025-12-01"),
    )  # fmt: skip
    name = name_of(activity)
    assert new_partition(head_of(["purchase"]), [record_of(activity, name)]).decode() == (
        "@prefix dpv: <https://w3id.org/dpv#> .\n"
        "@prefix lp: <https://w3id.org/lifepod#> .\n"
        "@prefix pd: <https://w3id.org/dpv/pd#> .\n"
        "@prefix schema: <https://schema.org/> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "\n"
        "<> a lp:Partition ;\n"
        "    dpv:hasPersonalData pd:Purchase ;\n"
        '    lp:layout "1"^^xsd:integer .\n'
        f"<#{name}> a schema:BuyAction ;\n"
        '    schema:name "A \\"lamp\\"" ;\n'
        f"    schema:object <#{name}-object> ;\n"
        '    schema:price "23.80"^^xsd:decimal ;\n'
        '    schema:seller "Amazon.de" ;\n'
        '    schema:startTime "2025-12-01"^^xsd:date ;\n'
        f'    lp:matchKey "{match_key(activity)}" ;\n'
        '    lp:quantity "2"^^xsd:integer .\n'
        f"<#{name}-object> a schema:Product ;\n"
        '    schema:productID "B0" .\n'
    )


@pytest.mark.parametrize(
    ("precision", "said"), [("instant", False), ("minute", True), ("day", False)]
)  # fmt: skip
def test_a_minute_says_that_it_is_one(precision: str, said: bool) -> None:
    record = record_of(replace(VISIT, start=Moment(NOON, precision)), "n")  # type: ignore[arg-type]
    assert ('lp:timePrecision "minute"' in record.blocks[0]) is said


@pytest.mark.parametrize(
    ("value", "shown"), [(True, '"true"^^xsd:boolean'), (False, '"false"^^xsd:boolean'), (7, '"7"^^xsd:integer'),
                         (Moment(date(2025, 1, 2), "day"), '"2025-01-02"^^xsd:date'), (Iri("urn:x:y"), "<urn:x:y>"),
                         (Iri(S + "Thing"), "schema:Thing")],
)  # fmt: skip
def test_values_keep_their_type(value: Value, shown: str) -> None:
    assert f"lp:x {shown}" in record_of(replace(VISIT, facts=((names.LP + "x", value),)), "n").blocks[0]


def test_an_address_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(Malformed):
        record_of(replace(VISIT, facts=((S + "object", Iri("https://x.example/> . <a> <b> <c")),)), "n")


def test_a_partition_names_the_categories_of_all_its_kinds_once() -> None:
    head = head_of(["ad", "visit", "ad-click"])
    assert [o for p, o in head if p == f"<{names.DPV_HAS_PERSONAL_DATA}>"] == [
        f"<{names.PD}{name}>" for name in ("Behavioural", "BrowserHistory", "Tracking")
    ]


def test_a_size_counts_triples_and_not_repetitions() -> None:
    fact = (S + "query", "a")
    thing = Thing("object", S + "object", (S + "Thing",), (fact, fact))
    record = record_of(replace(VISIT, facts=(fact, fact), things=(thing, thing)), "n")
    assert record.size == len(read_flat(new_partition(HEAD, [record]), BASE)) - len(HEAD) == 8


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (Moment(NOON), NOON.date()), (Moment(NOON.date(), "day"), NOON.date()),
        (Moment(NOON.replace(tzinfo=None)), NOON.date()), (None, None),
    ],
)  # fmt: skip
def test_a_record_is_filed_under_its_own_day(moment: Moment | None, day: date | None) -> None:
    assert day_of(moment) == day


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES: st.SearchStrategy[Value] = st.one_of(
    TEXTS, st.integers(-9, 9), st.booleans(),
    st.sampled_from([Iri("https://a.example/ü?b=1"), Iri(S + "x"), Decimal10("1.50")]),
    st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)).map(Moment),
)  # fmt: skip
FACTS = st.lists(st.tuples(st.sampled_from([S + "a", S + "b", names.LP + "c"]), VALUES), max_size=4).map(tuple)
THINGS = st.lists(
    st.builds(Thing, st.sampled_from(["object", "amount"]), st.just(S + "object"), st.just((S + "Thing",)), FACTS),
    max_size=2,
).map(tuple)
ACTIVITIES = st.builds(
    Activity, kind=st.sampled_from(sorted(KINDS)), source=st.just("x"), key=st.tuples(st.sampled_from("abc")),
    start=st.sampled_from([Moment(NOON), Moment(NOON.date(), "day"), None]), name=st.none() | TEXTS, facts=FACTS,
    things=THINGS, match=st.sampled_from([(), ("m",)]), native=st.booleans(),
)  # fmt: skip


@given(st.lists(ACTIVITIES, max_size=5))
def test_what_is_written_fast_is_byte_for_byte_what_the_parser_and_the_sorted_writer_give(many: list[Activity]) -> None:
    records = {name_of(a): record_of(a, name_of(a)) for a in many}
    data = new_partition(HEAD, records.values())
    triples = read_flat(data, BASE)
    assert write_flat(triples) == data
    assert len(set(triples)) == len(HEAD) + sum(r.size for r in records.values())
    assert new_partition(HEAD, reversed(records.values())) == data


# Joins


@given(st.lists(st.lists(ACTIVITIES, max_size=4), min_size=1, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_any_order_of_imports_and_all_at_once_give_the_same_bytes(
    files: list[list[Activity]], chance: random.Random
) -> None:
    at_once = filed(files)
    one_by_one = [[file] for file in files]
    assert filed(*one_by_one) == at_once
    chance.shuffle(one_by_one)
    assert filed(*one_by_one) == at_once
    assert filed(*one_by_one, *one_by_one) == at_once


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), min_size=1, max_size=30), st.data())
def test_overlapping_halves_in_any_order_give_what_the_whole_gives(
    rows: list[tuple[str, int]], data: st.DataObject
) -> None:
    whole = [replace(VISIT, key=row) for row in sorted({(key, str(n)) for key, n in rows})]
    middle = data.draw(st.integers(0, len(whole)))
    overlap = data.draw(st.integers(0, len(whole)))
    halves = [whole[: middle + overlap], whole[middle:]]
    assert filed([whole]) == filed([halves[0]], [halves[1]]) == filed([halves[1]], [halves[0]]) == filed(halves)


def names_in(*imports: list[list[Activity]]) -> list[str]:
    (data,) = filed(*imports).values()
    subjects = {record_name(subject) for subject, _, _ in read_flat(data, BASE)} - {""}
    return sorted(name.removeprefix(NAME) for name in subjects)


def test_equal_rows_in_one_file_are_all_kept() -> None:
    assert names_in([[VISIT] * 3]) == ["", "-2", "-3"]


@pytest.mark.parametrize(
    "imports", [([[VISIT] * 2, [VISIT] * 3],), ([[VISIT] * 3], [[VISIT] * 2]), ([[VISIT] * 2], [[VISIT] * 3])]
)
def test_across_files_equal_rows_are_the_larger_number_and_not_the_sum(
    imports: tuple[list[list[Activity]], ...],
) -> None:
    assert names_in(*imports) == ["", "-2", "-3"]


def test_a_repeated_native_id_is_one_record() -> None:
    assert names_in([[replace(VISIT, native=True)] * 3]) == [""]


def test_joining_what_stands_already_changes_nothing() -> None:
    joined = joined_partition(partition(VISIT), BASE, HEAD, [record_of(VISIT, NAME)])
    assert (joined.data, joined.written, joined.unchanged) == (None, (), 1)


def test_a_new_record_is_told_apart_from_one_that_stands() -> None:
    other = replace(VISIT, key=("b",))
    joined = joined_partition(partition(VISIT), BASE, HEAD, [record_of(a, name_of(a)) for a in (VISIT, other)])
    assert (joined.written, joined.unchanged) == ((name_of(other),), 1)
    assert joined.data == partition(VISIT, other)


def test_the_body_with_more_triples_wins_and_then_the_greater_text() -> None:
    poor, rich = replace(VISIT, name=None), replace(VISIT, name="B page")
    assert join(partition(poor), rich) == join(partition(VISIT), rich) == partition(rich)
    assert join(partition(rich), poor) is join(partition(rich), VISIT) is None


def test_which_of_two_equally_rich_bodies_wins_does_not_depend_on_where_they_meet() -> None:
    # What is greater in the record is less in its part: both places must look at the same one first.
    part = Thing("object", S + "object", (S + "Thing",), ((S + "name", "a"),))
    one = replace(VISIT, name="b", things=(part,))
    two = replace(VISIT, name="a", things=(replace(part, facts=((S + "name", "b"),)),))
    assert filed([[one], [two]]) == filed([[one]], [[two]]) == filed([[two]], [[one]]) == filed([[one]])


def test_a_server_that_wrote_the_same_triples_in_another_form_causes_no_write() -> None:
    rewritten = "\n".join(
        f"<{BASE}{s[1:-1]}> {p} {o.replace('<#', f'<{BASE}#')} ." for s, p, o in read_flat(partition(VISIT), BASE)
    )
    assert join(rewritten.encode(), VISIT) is None


def with_triples(data: bytes, *triples: tuple[str, str, str]) -> bytes:
    return write_flat([*read_flat(data, BASE), *triples])


NOTE = "<http://www.w3.org/2000/01/rdf-schema#comment>"
KEPT = [
    (f"<#{NAME}>", NOTE, '"of another program"'),
    (f"<#{NAME}>", f"<{names.RDF_TYPE}>", "<https://other.example/Thing>"),
    ("<#note>", NOTE, '"x"'),
    ("<>", NOTE, '"x"'),
    ("<https://other.example/>", NOTE, '"x"'),
    (f"<#{NAME}-mine>", NOTE, '"x"'),
]


@pytest.mark.parametrize("triple", KEPT)
def test_triples_of_others_stay_when_a_richer_body_comes(triple: tuple[str, str, str]) -> None:
    old = with_triples(partition(replace(VISIT, name=None)), triple)
    data = join(old, VISIT)
    assert data == with_triples(partition(VISIT), triple)
    assert join(data or b"", VISIT) is None


def test_triples_of_others_do_not_make_a_poor_body_rich() -> None:
    many = [(f"<#{NAME}>", NOTE, f'"{n}"') for n in range(9)]
    data = join(with_triples(partition(replace(VISIT, name=None)), *many), VISIT)
    assert data == with_triples(partition(VISIT), *many)


def edited(value: str) -> bytes:
    poor = replace(VISIT, name=None)
    return with_triples(partition(poor), (f"<#{NAME}>", f"<{names.LP_EDITED}>", typed(value, names.XSD_BOOLEAN)))


def test_what_the_person_edited_wins_over_every_import() -> None:
    assert join(edited("true"), replace(VISIT, name="Much longer", match=("m",))) is None


def test_what_is_said_not_to_be_edited_does_not() -> None:
    assert text("A page").encode() in (join(edited("false"), replace(VISIT, match=("m",))) or b"")


def test_the_categories_of_a_partition_only_grow() -> None:
    joined = joined_partition(partition(VISIT), BASE, head_of(["ad"]), [])
    assert joined.data == new_partition(head_of(["ad", "visit"]), [record_of(VISIT, NAME)])


def test_a_partition_that_is_damaged_is_not_joined() -> None:
    with pytest.raises(Malformed):
        join(partition(VISIT)[:-20], VISIT)


def test_a_record_in_the_spool_is_the_record_in_the_partition() -> None:
    (batch,) = batches([[VISIT]]).values()
    assert batch.records == (record_of(VISIT, NAME),)
    assert isinstance(batch.records[0], Record)
