"""The double answers as Community Solid Server 7.2.0 was measured to answer."""

from __future__ import annotations

import pytest
from tests.double.caller import ACME, Caller
from tests.double.pod_double import PodDouble

GRANT = (
    "<#g> a acl:Authorization; acl:agent <{agent}>; acl:accessTo <{place}>; acl:default <{place}>; acl:mode {modes}."
)


# A new pod, and what each visitor is told


@pytest.mark.parametrize(("path", "status"), [("", 200), ("README", 200), ("profile/card", 200), ("profile/", 401)])
async def test_a_new_pod_shows_nobody_its_root_readme_and_profile_only(nobody: Caller, path: str, status: int) -> None:
    assert (await nobody.ask("GET", path)).status_code == status


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
async def test_without_rights_nobody_gets_401_and_a_stranger_403(nobody: Caller, acme: Caller, method: str) -> None:
    body = "" if method in ("GET", "HEAD", "DELETE") else "<a> <b> <c>."
    statuses = [(await who.ask(method, "profile/", body)).status_code for who in (nobody, acme)]
    assert statuses == [401, 403]


async def test_absence_is_told_only_to_those_who_may_read(nobody: Caller, acme: Caller, owner: Caller) -> None:
    assert [(await who.ask("GET", "private/x.ttl")).status_code for who in (nobody, acme, owner)] == [401, 403, 404]


async def test_a_401_asks_for_a_login_and_names_the_control_document(nobody: Caller, double: PodDouble) -> None:
    answer = await nobody.ask("GET", "profile/")
    assert answer.headers["www-authenticate"] == 'Bearer scope="openid webid"'
    assert f'<{double.base}profile/.acl>; rel="acl"' in answer.headers["link"]
    assert "wac-allow" not in answer.headers


async def test_wac_allow_tells_what_the_asker_and_everyone_may_do(owner: Caller, acme: Caller) -> None:
    assert (await owner.ask("GET", "")).headers["wac-allow"] == 'user="read append write control",public="read"'
    assert (await acme.ask("GET", "")).headers["wac-allow"] == 'user="read",public="read"'


async def test_the_root_says_it_is_a_storage_and_where_it_is_described(nobody: Caller, double: PodDouble) -> None:
    link = (await nobody.ask("HEAD", "")).headers["link"]
    assert '<http://www.w3.org/ns/pim/space#Storage>; rel="type"' in link
    assert f'<{double.base}.well-known/solid>; rel="http://www.w3.org/ns/solid/terms#storageDescription"' in link


async def test_a_container_without_its_slash_is_not_there(owner: Caller) -> None:
    assert (await owner.ask("GET", "profile")).status_code == 404


# Writing


async def test_put_makes_the_containers_above_and_gives_no_version(owner: Caller, double: PodDouble) -> None:
    answer = await owner.ask("PUT", "a/b/c.ttl", "<s> <p> <o>.")
    assert (answer.status_code, answer.headers["location"]) == (201, double.base + "a/b/c.ttl")
    assert "etag" not in answer.headers
    assert f"ldp:contains <{double.base}a/b/c.ttl>" in (await owner.ask("GET", "a/b/")).text


async def test_every_put_changes_the_version_also_of_equal_bytes(owner: Caller) -> None:
    await owner.ask("PUT", "x.ttl", "<s> <p> <o>.")
    first = (await owner.ask("HEAD", "x.ttl")).headers["etag"]
    again = await owner.ask("PUT", "x.ttl", "<s> <p> <o>.", If_Match=first)
    assert again.status_code == 205
    assert (await owner.ask("HEAD", "x.ttl")).headers["etag"] != first


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"If_Match": '"1-text/turtle"'}, 412), ({"If_None_Match": "*"}, 412), ({"If_Match": "*"}, 205), ({}, 205)],
)
@pytest.mark.parametrize("path", ["README", "README.acl"])
async def test_conditions_are_heeded_on_documents_and_on_control_documents(
    owner: Caller, double: PodDouble, path: str, headers: dict[str, str], status: int
) -> None:
    kept = double.body("README.acl")
    assert kept is not None
    assert (await owner.ask("PUT", path, kept.decode(), **headers)).status_code == status


async def test_a_weak_version_fits_nothing_and_a_json_ld_one_fits_the_same_time(owner: Caller) -> None:
    etag = (await owner.ask("HEAD", "profile/card")).headers["etag"]
    assert (await owner.ask("PUT", "profile/card", "<a> <b> <c>.", If_Match="W/" + etag)).status_code == 412
    other = etag.replace("text/turtle", "application/ld+json")
    assert (await owner.ask("PUT", "profile/card", "<a> <b> <c>.", If_Match=other)).status_code == 205


@pytest.mark.parametrize("path", ["", "README", "README.acl"])
async def test_an_unchanged_version_is_not_sent_again(owner: Caller, path: str) -> None:
    etag = (await owner.ask("GET", path)).headers["etag"]
    answer = await owner.ask("GET", path, If_None_Match=etag)
    assert (answer.status_code, answer.content) == (304, b"")


async def test_a_container_changes_when_members_or_their_rules_come_or_go_only(owner: Caller) -> None:
    async def tag() -> str:
        return (await owner.ask("HEAD", "c/")).headers["etag"]

    await owner.ask("PUT", "c/d.ttl", "<a> <b> <c>.")
    tags = [await tag()]
    moves = []
    for method, path, body in [
        ("PUT", "c/d.ttl", "<a> <b> <d>."),
        ("PUT", "c/d.ttl.acl", "<a> <b> <c>."),
        ("PUT", "c/d.ttl.acl", "<a> <b> <d>."),
        ("DELETE", "c/d.ttl.acl", ""),
        ("PUT", "c/e.ttl", "<a> <b> <c>."),
        ("DELETE", "c/e.ttl", ""),
    ]:
        await owner.ask(method, path, body)
        tags.append(await tag())
        moves.append(tags[-1] != tags[-2])
    assert moves == [False, True, False, True, True, True]


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status"),
    [
        ("PUT", "profile/", "<a> <b> <c>.", "text/turtle", 409),
        ("PUT", "new/", "<a> <b> <c>.", "text/turtle", 201),
        ("PUT", "broken.ttl", "<a> <b", "text/turtle", 201),
        ("PUT", "README.acl", "<a> <b", "text/turtle", 400),
        ("PUT", "README.acl", "hello", "text/plain", 501),
        ("PUT", "README.acl", "{}", "application/ld+json", 205),
        ("PUT", "waiting.ttl.acl", "<a> <b> <c>.", "text/turtle", 201),
        ("GET", "absent.ttl.acl", "", "", 404),
        ("DELETE", "profile/", "", "", 409),
        ("DELETE", "README", "", "", 205),
        ("DELETE", "README.acl", "", "", 205),
        ("DELETE", "", "", "", 405),
        ("DELETE", ".acl", "", "", 405),
        ("DELETE", "absent.ttl", "", "", 404),
        ("POST", "README", "<a> <b> <c>.", "text/turtle", 405),
        ("TRACE", "README", "", "", 405),
        ("OPTIONS", "README", "", "", 204),
    ],
)
async def test_answers_to_the_owner(owner: Caller, method: str, path: str, body: str, kind: str, status: int) -> None:
    assert (await owner.ask(method, path, body, kind)).status_code == status


async def test_post_names_by_slug_and_makes_containers(owner: Caller, double: PodDouble) -> None:
    link = '<http://www.w3.org/ns/ldp#BasicContainer>; rel="type"'
    first = await owner.ask("POST", "", "<a> <b> <c>.", Slug="notes.ttl")
    again = await owner.ask("POST", "", "<a> <b> <c>.", Slug="notes.ttl")
    inside = await owner.ask("POST", "", "<a> <b> <c>.", Slug="box", Link=link)
    assert first.headers["location"] == double.base + "notes.ttl" != again.headers["location"]
    assert inside.headers["location"] == double.base + "box/"


async def test_deleting_a_place_deletes_its_rules(owner: Caller, double: PodDouble) -> None:
    await owner.ask("DELETE", "README")
    double.put("README", "<a> <b> <c>.")
    assert double.body("README.acl") is None


# N3 Patch

HEAD = "@prefix solid: <http://www.w3.org/ns/solid/terms#>.\n_:patch a solid:InsertDeletePatch"


@pytest.mark.parametrize(
    ("clauses", "status", "after"),
    [
        ('; solid:inserts { <s> <p> "}.;" }.', 205, {"<o>", '"}.;"'}),
        ("; solid:deletes { <s> <p> <o> }; solid:inserts { <s> <p> <n> }.", 205, {"<n>"}),
        ("; solid:deletes { <s> <p> <absent> }.", 409, {"<o>"}),
        ("; solid:inserts { <s> <p> [] }.", 422, {"<o>"}),
        ("; solid:inserts { <s> <p> ?x }.", 422, {"<o>"}),
        ("; solid:inserts { <s> <p .", 400, {"<o>"}),
    ],
)
async def test_patches(owner: Caller, double: PodDouble, clauses: str, status: int, after: set[str]) -> None:
    double.put("x.ttl", "# lost\n<s> <p> <o>.")
    answer = await owner.ask("PATCH", "x.ttl", HEAD + clauses, "text/n3")
    body = (await owner.ask("GET", "x.ttl")).text.replace(double.base, "")
    assert answer.status_code == status
    assert all(term in body for term in after)
    assert ("# lost" in body) is (status != 205)


async def test_a_patch_may_make_a_document_but_not_delete_from_nothing(owner: Caller) -> None:
    assert (await owner.ask("PATCH", "y.ttl", HEAD + "; solid:inserts { <s> <p> <o> }.", "text/n3")).status_code == 201
    assert (await owner.ask("PATCH", "z.ttl", HEAD + "; solid:deletes { <s> <p> <o> }.", "text/n3")).status_code == 409


async def test_rules_can_be_patched(owner: Caller, double: PodDouble) -> None:
    place = double.url("README")
    rule = f"<#x> a <http://www.w3.org/ns/auth/acl#Authorization>; <http://www.w3.org/ns/auth/acl#agent> <{ACME}>; \
        <http://www.w3.org/ns/auth/acl#accessTo> <{place}>; \
        <http://www.w3.org/ns/auth/acl#mode> <http://www.w3.org/ns/auth/acl#Write>."
    answer = await owner.ask("PATCH", "README.acl", HEAD + f"; solid:inserts {{ {rule} }}.", "text/n3")
    assert answer.status_code == 205
    assert double.modes("README", ACME) == {"read", "append", "write"}


# Which rights each operation needs


@pytest.mark.parametrize(
    ("modes", "allowed"),
    [
        ("acl:Read", {"GET"}),
        ("acl:Append", {"POST", "PUT new", "insert", "insert new"}),
        ("acl:Write", {"POST", "PUT new", "PUT", "insert", "insert new", "DELETE"}),
        ("acl:Read, acl:Write", {"GET", "POST", "PUT new", "PUT", "insert", "insert new", "delete", "DELETE"}),
        ("acl:Control", {"GET acl"}),
    ],
)
async def test_rights_each_operation_needs(acme: Caller, double: PodDouble, modes: str, allowed: set[str]) -> None:
    double.put("c/d.ttl", "<s> <p> <o>.")
    double.owner_acl("c/", GRANT.format(agent=ACME, place=double.url("c/"), modes=modes))
    insert, delete = (HEAD + f"; solid:{verb} {{ <s> <p> <o> }}." for verb in ("inserts", "deletes"))
    done = set()
    for name, method, path, body, kind in [
        ("GET", "GET", "c/d.ttl", "", ""),
        ("GET acl", "GET", "c/.acl", "", ""),
        ("POST", "POST", "c/", "<a> <b> <c>.", "text/turtle"),
        ("PUT new", "PUT", "c/n.ttl", "<a> <b> <c>.", "text/turtle"),
        ("insert new", "PATCH", "c/m.ttl", insert, "text/n3"),
        ("insert", "PATCH", "c/d.ttl", insert, "text/n3"),
        ("delete", "PATCH", "c/d.ttl", delete, "text/n3"),
        ("PUT", "PUT", "c/d.ttl", "<a> <b> <c>.", "text/turtle"),
        ("DELETE", "DELETE", "c/d.ttl", "", ""),
    ]:
        answer = await acme.ask(method, path, body, kind)
        if answer.status_code != 403:
            assert answer.status_code < 300
            done.add(name)
    assert done == allowed


async def test_the_owner_may_mend_rules_that_shut_them_out_but_not_read_the_data(
    owner: Caller, double: PodDouble
) -> None:
    """An empty ACL shuts everybody out (W4); this server lets the owner write the ACL all the same."""
    double.acl("README", "")
    assert (await owner.ask("GET", "README")).status_code == 403
    assert (await owner.ask("DELETE", "README.acl")).status_code == 205
    assert (await owner.ask("GET", "README")).status_code == 200
    double.acl("README", "")
    double.ldp.owner_override = False
    assert (await owner.ask("DELETE", "README.acl")).status_code == 403
