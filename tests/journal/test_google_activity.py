"""Google's own record: every class from its own entries, in old and new shapes, and nothing in the wrong class."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.exports import NOON, entry, fact, gathered, one, read, reasons, takeout_visit, unix, video, written

from lifepod import names
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Iri, Moment

SEARCH = "https://www.google.com/search?q=passport"
VIDEO = "https://www.youtube.com/watch?v=abc"


def activity(path: Path, *entries: object) -> Path:
    return written(path / "Takeout/My Activity/Search/MyActivity.json", list(entries))


def takeout(path: Path, *visits: object) -> Path:
    return written(path / "Takeout/Chrome/History.json", {"Browser History": list(visits), "Typed Url": [{"x": 1}]})


def part(found: Activity, name: str) -> object:
    value = dict(found.things[0].facts).get(names.SCHEMA + name)
    return value.value if isinstance(value, Iri) else value


# My Activity


def test_a_search_says_what_was_searched_for_where_and_when(tmp_path: Path) -> None:
    found = one(activity(tmp_path, entry(title="Searched for  passport renewal", titleUrl=SEARCH)))
    assert (found.kind, found.source, found.start, found.name) == ("search", "google-search", Moment(NOON), None)
    assert (fact(found, "query"), fact(found, "provider"), fact(found, "target")) == (
        "passport renewal", "https://www.google.com/", SEARCH,
    )  # fmt: skip
    assert found.match == ("passport renewal", "2025-12-01T12:00")


@pytest.mark.parametrize(
    "url", ["https://www.google.com/url?q=https://site.example/", "https://site.example/", None, 5, ""]
)
def test_a_search_never_tells_of_a_visit_to_another_page(url: object, tmp_path: Path) -> None:
    found = one(activity(tmp_path, entry(title="Searched for passport", titleUrl=url)))
    assert found.kind == "search"
    assert fact(found, "target") is None
    assert "site.example" not in repr(found)


def test_a_visit_is_unwrapped_and_cleaned(tmp_path: Path) -> None:
    url = "https://www.google.com/url?q=https://site.example/?token%3Dhush&usg=x"
    found = one(activity(tmp_path, entry(title="Visited A page", titleUrl=url)))
    assert (found.kind, found.name, fact(found, "object")) == (
        "visit",
        "A page",
        "https://site.example/?token=REDACTED",
    )


@pytest.mark.parametrize("details", [None, [{"name": "From Google Ads"}]])
@pytest.mark.parametrize("title", ["Visited passport - Search", "Viewed passport"])
def test_a_visited_page_of_results_is_a_search(details: object, title: str, tmp_path: Path) -> None:
    found = one(activity(tmp_path, entry(title=title, titleUrl=SEARCH, details=details)))
    assert (found.kind, fact(found, "query"), found.name) == ("search", "passport", None)


@pytest.mark.parametrize(
    "title", ["Visited https://me:hush@site.example/?code=hush", "Visited site.example/?code=hush"]
)
def test_a_title_that_is_an_address_loses_its_secrets(title: str, tmp_path: Path) -> None:
    assert "hush" not in repr(one(activity(tmp_path, entry(title=title, titleUrl="https://site.example/?code=hush"))))


def test_a_title_that_only_repeats_the_address_is_no_name(tmp_path: Path) -> None:
    assert one(activity(tmp_path, entry(title="Visited https://site.example/"))).name is None


def test_a_video_says_its_channel(tmp_path: Path) -> None:
    found = one(activity(tmp_path, video()))
    assert (found.kind, found.source, found.name) == ("watch", "google-youtube", "A film")
    assert (part(found, "url"), part(found, "name"), part(found, "author")) == (VIDEO, "A film", "A channel")
    assert found.things[0].types == (names.SCHEMA + "VideoObject",)
    assert fact(found, "provider") == "https://www.youtube.com/"


@pytest.mark.parametrize(
    ("title", "kind", "thing"),
    [("Liked A film", "like", "VideoObject"), ("Disliked A film", "dislike", "VideoObject"),
     ("Saved A film", "save", "VideoObject"), ("Subscribed to A channel", "subscribe", "Organization")],
)  # fmt: skip
def test_what_was_liked_and_followed_is_social(title: str, kind: str, thing: str, tmp_path: Path) -> None:
    found = one(activity(tmp_path, video(title)))
    assert found.kind == kind
    assert found.things[0].types == (names.SCHEMA + thing,)


def test_what_was_saved_elsewhere_is_not_called_a_video(tmp_path: Path) -> None:
    found = one(activity(tmp_path, entry(title="Saved A recipe")))
    assert found.things[0].types == (names.SCHEMA + "CreativeWork",)


@pytest.mark.parametrize(
    ("title", "kind"), [("Watched An advert", "ad"), ("Visited A shop", "ad-click"), ("An advert", "ad")]
)
def test_an_advert_is_an_ad_and_never_media_or_browsing(title: str, kind: str, tmp_path: Path) -> None:
    found = one(activity(tmp_path, video(title, details=[{"name": "From Google Ads"}])))
    assert (found.kind, found.things[0].types) == (kind, (names.LP_AD,))
    assert part(found, "url") == VIDEO


def test_a_search_among_the_adverts_stays_a_search(tmp_path: Path) -> None:
    found = one(activity(tmp_path, entry(title="Searched for passport", details=[{"name": "From Google Ads"}])))
    assert found.kind == "search"


def test_the_address_of_an_advert_tells_no_query(tmp_path: Path) -> None:
    url = "https://ads.example/click?from=https%3A%2F%2Fwww.google.com%2Fsearch%3Fq%3Dpassport"
    found = one(activity(tmp_path, entry(title="Visited A shop", titleUrl=url, details=[{"name": "From Google Ads"}])))
    assert "passport" not in repr(found)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": None}, "no-object"), ({"title": ""}, "no-object"), ({"title": 5}, "no-object"),
        ({"title": "\x00"}, "no-object"),
        ({"title": "1 notification"}, "not-an-activity"), ({"title": "12 Benachrichtigungen"}, "not-an-activity"),
        ({"title": "7 cards in your feed"}, "not-an-activity"), ({"title": "Viewed area around X"}, "not-an-activity"),
        ({"title": "Used Search"}, "not-an-activity"), ({"title": "Shared A film"}, "not-an-activity"),
        ({"time": None}, "no-time"), ({"time": 5}, "no-time"), ({"time": "01.12.2025"}, "bad-time"),
        ({"time": "1970-01-01T00:00:00Z"}, "bad-time"),
        ({"title": "Katsoit jotain"}, "unknown-verb"), ({"title": "Visited A page", "titleUrl": None}, "no-object"),
        ({"title": "Watched A film", "titleUrl": "no address"}, "no-object"),
        ({"titleUrl": "chrome://newtab/"}, "internal-url"),
        ({"titleUrl": "file:///etc/passwd"}, "internal-url"), ({"title": "Watched x",
        "titleUrl": "javascript:x"}, "internal-url"),
    ],
)  # fmt: skip
def test_what_is_no_record_is_counted_with_its_reason(changes: dict[str, object], reason: str, tmp_path: Path) -> None:
    assert reasons(activity(tmp_path, entry(**changes), entry())) == [reason]


@pytest.mark.parametrize("odd", [None, 5, "x", [], [1], True])
def test_an_entry_that_is_no_object_is_no_activity(odd: object, tmp_path: Path) -> None:
    assert reasons(activity(tmp_path, entry(), odd)) == ["not-an-activity"]


@pytest.mark.parametrize("odd", [None, 5, "x", {}, [5], [{}], [{"name": 5}], [None]])
@pytest.mark.parametrize("field", ["products", "details", "subtitles", "locationInfos", "activityControls", "header"])
def test_odd_fields_beside_the_title_do_no_harm(odd: object, field: str, tmp_path: Path) -> None:
    found = read(activity(tmp_path, entry(), video() | {field: odd}))
    assert [item.kind for item in found if isinstance(item, Activity)] == ["visit", "watch"]


def test_the_places_of_a_search_stay_out_of_the_searches(tmp_path: Path) -> None:
    places = [{"name": "At home", "url": "https://www.google.com/maps/@48.1,11.5", "source": "From your device"}]
    found = one(activity(tmp_path, entry(title="Searched for passport", locationInfos=places)))
    assert "48.1" not in repr(found)
    assert "home" not in repr(found)


@pytest.mark.parametrize(
    ("title", "kind", "thing"),
    [
        ("Nach passport gesucht", "search", "passport"), ("Gesucht nach: passport", "search", "passport"),
        ("Vous avez recherché passport", "search", "passport"), ("Has buscado passport", "search", "passport"),
        ("Hai cercato passport", "search", "passport"), ("Je hebt gezocht naar passport", "search", "passport"),
        ("Pesquisou por passport", "search", "passport"), ("A film angesehen", "watch", "A film"),
        ("Vous avez regardé\u00a0A film", "watch", "A film"), ("Vous avez regarde\u0301 A film", "watch", "A film"),
        ("Has visto A film", "watch", "A film"), ("Hai guardato A film", "watch", "A film"),
        ("Je hebt naar A film gekeken", "watch", "A film"), ("Assistiu a A film", "watch", "A film"),
        ("Katsoit videon A film", "watch", "Katsoit videon A film"),
    ],
)  # fmt: skip
def test_verbs_of_other_languages_are_known_or_the_address_decides(
    title: str, kind: str, thing: str, tmp_path: Path
) -> None:
    found = one(activity(tmp_path, video(title)))
    assert (found.kind, fact(found, "query") or found.name) == (kind, thing)


def test_an_unknown_verb_with_a_page_of_results_is_a_search(tmp_path: Path) -> None:
    found = one(activity(tmp_path, entry(title="Hait passport", titleUrl=SEARCH)))
    assert (found.kind, fact(found, "query")) == ("search", "passport")


@pytest.mark.parametrize(
    ("changes", "source"),
    [
        ({"products": ["Image Search"]}, "google-image-search"), ({"products": [], "header": "Maps"}, "google-maps"),
        ({"products": None, "header": "Maps"}, "google-maps"), ({"products": ["日本"]}, "google-activity"),
        ({"products": ["x" * 90]}, "google-" + "x" * 24),
    ],
)  # fmt: skip
def test_a_source_is_named_after_the_product(changes: dict[str, object], source: str, tmp_path: Path) -> None:
    items = read(activity(tmp_path, entry(), entry(**changes)))
    assert [item.source for item in items if isinstance(item, Activity)][1] == source


def test_entries_of_2017_are_read(tmp_path: Path) -> None:
    old = {"snippet": {"title": "Searched for passport", "publishedAt": "2017-01-02T03:04:05.000Z"}}
    path = written(tmp_path / "My Activity.json", [old, {"snippet": 5}, {}])
    items = read(path)
    assert [getattr(item, "kind", getattr(item, "reason", "")) for item in items] == [
        "search",
        "no-object",
        "no-object",
    ]


def test_the_same_search_in_two_places_has_one_match_key(tmp_path: Path) -> None:
    mine = one(activity(tmp_path, entry(title="Searched for Passport", titleUrl=SEARCH)))
    browsed = one(exports.chrome(tmp_path / "History", [{"url": SEARCH}]))
    assert mine.match == browsed.match


# YouTube and names


@pytest.mark.parametrize(
    "name",
    [
        "YouTube and YouTube Music/history/watch-history.json",
        "YouTube und YouTube Music/Verlauf/Wiedergabeverlauf.json",
        "geschiedenis/kijkgeschiedenis.json", "Meine Aktivitäten/Suche/MeineAktivitäten.json",
        "Mon activité/Recherche/MonActivité.json",
        "Meine Aktivita\u0308ten/MeineAktivita\u0308ten.json", "My Activity/Search/My Activity.json",
        "Portability/My Activity/x/MyActivity.json",
    ],
)  # fmt: skip
def test_usual_names_of_many_languages_make_it_surer(name: str, tmp_path: Path) -> None:
    path = written(tmp_path / name, [video()])
    ((importer, match),) = shelf.recognise(exports.members(path)[0])
    assert (importer.name, match.confidence) == ("google-activity", 0.9)


def test_a_renamed_file_is_recognised_by_its_content(tmp_path: Path) -> None:
    path = written(tmp_path / "renamed.txt", [entry()])
    assert shelf.recognise(exports.members(path)[0])[0][1].confidence == 0.7
    assert one(path).kind == "visit"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_does_no_harm(encoding: str, tmp_path: Path) -> None:
    assert one(written(tmp_path / "MyActivity.json", [entry(title="Visited Zoë")], encoding)).name == "Zoë"


@pytest.mark.parametrize(
    "content", [{}, {"a": 1}, "[1, 2]", "[{}]", '[{"title": "x"}]', "x", "", "[[", '[{"title":1,"time":2}]']
)
def test_other_json_is_not_known(content: object, tmp_path: Path) -> None:
    assert shelf.recognise(exports.members(written(tmp_path / "MyActivity.json", content))[0]) == ()


@pytest.mark.parametrize("name", ["MyActivity.json", "watch-history.json", "History.json"])
def test_an_empty_list_with_its_name_is_empty_and_not_a_success(name: str, tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / name, " [ ] \n"))
    assert (report.importer, report.problem) == ("google-activity", "empty-export")
    assert report.hint


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("My Activity/Search/MyActivity.html", "<html>"), ("history/watch-history.html", "\ufeff <!DOCTYPE html>"),
        ("MeineAktivitäten.html", "<html>"), ("Wiedergabeverlauf.HTM", "<html>"),
        ("x.html", '<div class="outer-cell">'),
    ],
)  # fmt: skip
def test_a_web_page_names_the_box_to_tick(name: str, content: str, tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / name, content))
    assert report.problem == "html-instead-of-json"
    assert "takeout.google.com" in report.hint
    assert "JSON" in report.hint


@pytest.mark.parametrize("name", ["archive_browser.html", "index.html", "MyActivity.xml"])
def test_other_web_pages_are_not_known(name: str, tmp_path: Path) -> None:
    assert shelf.recognise(exports.members(written(tmp_path / name, "<html>"))[0]) == ()


# Chrome's history in Takeout


def test_a_visit_in_takeout_says_what_when_and_how(tmp_path: Path) -> None:
    found = one(takeout(tmp_path, takeout_visit()))
    assert (found.kind, found.source, found.name, found.start) == ("visit", "google-chrome", "A page", Moment(NOON))
    assert (fact(found, "object"), fact(found, "instrument"), fact(found, "transition")) == (
        "https://site.example/",
        "Chrome",
        "link",
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"page_transition_qualifier": "CLIENT_REDIRECT"}, "redirect"),
        ({"page_transition_qualifier": "SERVER_REDIRECT"}, "redirect"),
        ({"page_transition": "TYPED"}, "typed"), ({"page_transition": None}, None), ({"page_transition": 5}, None),
        ({"page_transition": "a b"}, None),
    ],
)  # fmt: skip
def test_takeout_says_how_a_page_was_reached(changes: dict[str, object], said: str | None, tmp_path: Path) -> None:
    assert fact(one(takeout(tmp_path, takeout_visit(**changes))), "transition") == said


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"url": None}, "no-object"), ({"url": 5}, "no-object"), ({"url": "no address"}, "no-object"),
        ({"url": "chrome://newtab/"}, "internal-url"),
        ({"time_usec": None}, "no-time"), ({"time_usec": 0}, "no-time"), ({"time_usec": "x"}, "no-time"),
        ({"time_usec": "²"}, "no-time"),
        ({"time_usec": True}, "no-time"), ({"time_usec": 1.5}, "no-time"), ({"time_usec": -1}, "bad-time"),
        ({"time_usec": 10**17}, "bad-time"),
        ({"time_usec": 10**400}, "no-time"), ({"page_transition": "AUTO_SUBFRAME"}, "not-an-activity"),
        ({"page_transition": "MANUAL_SUBFRAME"}, "not-an-activity"),
    ],
)  # fmt: skip
def test_what_is_no_visit_in_takeout_is_counted_with_its_reason(
    changes: dict[str, object], reason: str, tmp_path: Path
) -> None:
    assert reasons(takeout(tmp_path, takeout_visit(**changes), takeout_visit())) == [reason]


def test_a_time_told_as_text_is_read(tmp_path: Path) -> None:
    assert one(takeout(tmp_path, takeout_visit(time_usec=str(unix())))).start == Moment(NOON)


def test_a_page_of_results_in_takeout_is_a_search(tmp_path: Path) -> None:
    found = one(takeout(tmp_path, takeout_visit(url=SEARCH, title="passport - Search")))
    assert (found.kind, fact(found, "query"), found.name) == ("search", "passport", None)


def test_a_visit_in_takeout_tells_no_query(tmp_path: Path) -> None:
    url = "https://consent.google.com/ml?continue=https%3A%2F%2Fwww.google.com%2Fsearch%3Fq%3Dpassport"
    assert "passport" not in repr(one(takeout(tmp_path, takeout_visit(url=url))))


@pytest.mark.parametrize(
    "content", ['{"Browser History": []}', '{"Browser History": [], "Typed Url": [{"a": 1}]}', '{"Typed Url": []}']
)
def test_a_chrome_history_without_visits_is_empty(content: str, tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / "Geschiedenis.json", content))
    assert (report.importer, report.problem) == ("google-activity", "empty-export")


# Damage


@pytest.mark.parametrize("name", ["MyActivity.json", "History.json"])
def test_a_file_cut_in_the_middle_keeps_what_was_read_and_says_so(name: str, tmp_path: Path) -> None:
    path = takeout(tmp_path, *[takeout_visit()] * 9) if name == "History.json" else activity(tmp_path, *[entry()] * 9)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (report,) = gathered(path)
    assert report.problem == "malformed"
    assert 0 < report.records < 9
    assert "Download it again" in report.hint


@pytest.mark.parametrize(
    ("bad", "problem"),
    [("[" * 100_000, "too-large"), ("9" * 5000, "malformed"), ('{"a":' * 100_000, "too-large"), ("nope", "malformed")],
)
def test_hostile_json_ends_the_file_with_a_reason_and_not_the_program(bad: str, problem: str, tmp_path: Path) -> None:
    good = written(tmp_path / "MyActivity.json", [entry()]).read_text("utf-8")
    (report,) = gathered(written(tmp_path / "MyActivity.json", good[:-1] + "," + bad))
    assert (report.problem, report.records) == (problem, 1)
    assert report.hint


def test_a_huge_text_is_cut_and_not_refused(tmp_path: Path) -> None:
    found = read(activity(tmp_path, entry(), entry(title="Visited " + "x" * 2_000_000)))[1]
    assert isinstance(found, Activity)
    assert len(found.name or "") < 4001
