"""What is refused before anything is sent, and what a new pod does not tell."""

from __future__ import annotations

import pytest

from lifepod.errors import Malformed
from lifepod.home.accounts import NewPod, add, checked_name, new_password


@pytest.mark.parametrize("name", ["me", "a", "0", "sam-2", "a" * 40])
def test_a_name_that_can_stand_in_an_address_is_taken_as_it_is(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "-a", "Me", "a b", "a/b", "../a", "a.b", "é", "a" * 41, "a\n", "a\x1b[2J", "a%2f", "٣"]
)
def test_any_other_name_is_refused_before_the_network(name: str) -> None:
    with pytest.raises(Malformed, match="cannot name a pod") as caught:
        add("http://localhost:1/", name)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "base",
    [
        "http://pods.example/",
        "https://localhost.example/",
        "http://localhost@pods.example/",
        "http://10.0.0.1:3000/",
        "http://0.0.0.0:3000/",
        "ftp://localhost/",
        "localhost:3000",
        "http://[::1/",
        "",
    ],
)
def test_a_server_that_is_not_on_this_machine_is_refused_before_the_network(base: str) -> None:
    with pytest.raises(Malformed, match="is not on this machine"):
        add(base, "me")


def test_a_new_pod_shows_no_secret() -> None:
    pod = NewPod("http://localhost/me#me", "http://localhost/me/", "http://localhost/", "id", "s3", "me@x", "p4")
    assert repr(pod) == str(pod) == "NewPod(webid='http://localhost/me#me', pod='http://localhost/me/')"


def test_passwords_are_long_and_never_the_same() -> None:
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 32
