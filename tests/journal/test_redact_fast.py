"""The quick looks before the secrets filter: they never let pass what the filter itself would have stopped."""

from __future__ import annotations

from urllib.parse import parse_qs

from hypothesis import given
from hypothesis import strategies as st

from lifepod.journal import redact

_PIECES = st.sampled_from(
    ["token", "reset_TOKEN", "x-amz-date", "PHPSESSID", "code", "pin", "state", "samlResponse", "a", "q", "page"]
)
_URLS = st.builds(
    lambda name, mark, value, end: f"https://a.example/p?x=1{mark}{name}={value}{end}",
    st.one_of(_PIECES, st.builds("user[{}]".format, _PIECES), st.text("abkKſıİ_[]%5B", max_size=12)),
    st.sampled_from(["&", "?", ";", "/", "#", "%26"]),
    st.text("aZ9-_%", max_size=8),
    st.sampled_from(["", "#x", "&y=2"]),
)
_NUMBERS = st.one_of(
    st.sampled_from(
        ["4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "de89370400440532013000", "4111%201111-11111111"]
    ),
    st.text("0123456789 -.,", max_size=24),
)


@given(_URLS)
def test_the_quick_look_for_logins_passes_on_all_that_the_filter_changes(url: str) -> None:
    whole = redact._without_values(redact._without_values(url, *redact._SECRET), *redact._SECRET_INSIDE)
    assert redact._without_login(url) == whole


@given(st.text("ab 1.x", max_size=6), _NUMBERS, st.text("ab 1.x", max_size=6))
def test_the_quick_look_for_numbers_passes_on_all_that_the_filter_changes(before: str, number: str, after: str) -> None:
    text = before + number + after
    slow = redact._CARD_RUN.sub(lambda m: redact._cards(m.group(), "…{}"), redact._without_ibans(text, "…{}"))
    assert redact.masked(text) == slow


@given(st.text("q=&%7120+ ab;", max_size=24))
def test_a_parameter_is_what_the_library_says_it_is(query: str) -> None:
    assert redact._parameter(query, "q") == parse_qs(query).get("q", [""])[0]
