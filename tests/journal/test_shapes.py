"""Every importer's records fit the published shapes, and a record that breaks a promise does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.journal import test_bank_csv, test_facebook, test_instagram, test_netflix, test_spotify, test_youtube
from tests.journal.exports import NOW, written
from tests.journal.places import ride, semantic

from lifepod.home.story_files import write_story
from lifepod.journal.layout import default_granularity
from lifepod.journal.triples import head_of, new_partition
from lifepod.names import PREFIXES
from lifepod.owner.gather import Wanted, gather
from lifepod.owner.spool import Spool
from lifepod.rdf.jsonld import vocab_file
from lifepod.rdf.shapes import Report, validate
from lifepod.rdf.turtle import parse_turtle

URL = "https://pod.example/journal/x/y/2025/01.ttl"
SHAPES = parse_turtle(vocab_file("shapes.ttl"), "https://w3id.org/lifepod/shapes")
FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures"
ANSWERS = {"now": NOW, "netflix.profile": "Alice", "qif.currency": "EUR", "qif.dates": "dmy"}
HEAD = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES)


def partitions(*paths: Path) -> dict[str, bytes]:
    """Every partition that an import of these would write."""
    found: dict[str, bytes] = {}
    with Spool() as spool:
        gather(Wanted(paths, ANSWERS), spool)
        for journal_class, source in spool.sources():
            for batch in spool.batches(journal_class, source, default_granularity(journal_class)):
                found[f"{journal_class}/{source}/{batch.path}"] = new_partition(head_of(batch.kinds), batch.records)
    return found


def report(data: bytes) -> Report:
    return validate(parse_turtle(data, URL), SHAPES)


def test_the_sample_week_fits(tmp_path: Path) -> None:
    write_story(tmp_path)
    found = partitions(tmp_path)
    assert len(found) > 4
    for path, data in found.items():
        assert report(data).conforms, (path, report(data).findings[:3])


@pytest.mark.parametrize("folder", sorted(p for p in FIXTURES.iterdir() if p.is_dir()) if FIXTURES.is_dir() else [])
def test_what_others_wrote_fits(folder: Path) -> None:
    for path, data in partitions(folder).items():
        assert report(data).conforms, (path, report(data).findings[:3])


def synthetic(folder: Path) -> list[Path]:
    """One file of each shape that nobody has written an example of that may be kept here."""
    made = [test_spotify.sample(folder / f"spotify {name}", name) for name in test_spotify.SAMPLES]
    made += [
        test_facebook.export(folder / f"facebook {name}", tail, content)
        for name, (tail, content, _) in test_facebook.SHAPES.items()
    ]
    made += [
        test_instagram.export(folder / f"instagram {name}", tail, content)
        for name, (tail, content, _) in test_instagram.SHAPES.items()
    ]
    for module in (test_facebook, test_instagram):
        lists = module.INTERESTS.items()
        made += [module.export(folder / f"{module} {name}", tail, content) for name, (tail, content, _) in lists]
    made.append(test_facebook.export(folder / "fans", "x.json", {"followers_v3": [test_facebook.FOLLOWER]}))
    made.append(test_facebook.export(folder / "fans undated", "x.json", {"followers_v3": [{"name": "Jo"}]}))
    made.append(test_instagram.export(folder / "fans", "followers_1.json", test_instagram.FOLLOWERS["bare"]))
    made.append(semantic(folder / "timeline", ride()))
    made += [test_netflix.full(folder / f"netflix {name}", name) for name in test_netflix.TABLES]
    made += [test_bank_csv.sample(folder / f"bank {name}", name) for name in test_bank_csv.SAMPLES]
    made.append(test_netflix.short(folder / "netflix"))
    made += [written(folder / f"youtube {n}" / f"{n}.csv", text) for n, text in test_youtube.SAMPLES.items()]
    return made


def test_the_shapes_we_know_from_others_words_fit(tmp_path: Path) -> None:
    found = {str(path): partitions(path) for path in synthetic(tmp_path)}
    assert all(found.values())
    for path, written_there in found.items():
        for data in written_there.values():
            assert report(data).conforms, (path, report(data).findings[:3])


@pytest.mark.parametrize(
    "record",
    [
        '<#a> a schema:SearchAction ; schema:startTime "2025-01-01"^^xsd:date .',
        '<#a> a schema:SearchAction ; schema:query "x" .',
        '<#a> a schema:SearchAction ; schema:query "x" ; schema:startTime "yesterday" .',
        '<#a> a lp:Cookie ; lp:host "x" ; schema:value "secret" .',
        '<#a> a schema:Message ; schema:dateSent "2025-01-01"^^xsd:date ; schema:text "body" .',
        '<#a> a schema:MoneyTransfer ; schema:startTime "2025-01-01"^^xsd:date ; lp:direction "up" .',
        "<#a> schema:latitude 91.0 ; schema:longitude 1.0 .",
        '<#a> a schema:FollowAction ; schema:startTime "2025-01-01"^^xsd:date .',
        '<#a> a schema:FollowAction ; schema:object "x" .',
        '<#a> a schema:TravelAction ; schema:startTime "2025-01-01"^^xsd:date ; lp:points 0 .',
        "<#a> a vcard:Individual .",
        '<#a> lp:matchKey "short" .',
    ],
)
def test_a_record_that_breaks_a_promise_does_not_fit(record: str) -> None:
    assert not report((HEAD + record).encode()).conforms


def test_an_empty_file_gives_nothing_to_check(tmp_path: Path) -> None:
    assert partitions(written(tmp_path / "x.json", "[]")) == {}
