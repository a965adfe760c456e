"""What Community Solid Server 7.2.0 answers to reads and writes, as measured, for one shelf.

It refuses to answer what was not measured: such a request gets 501.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2
import pyoxigraph as ox
from tests.double.judge import ALL, Judge
from tests.double.n3 import BadPatchError, Patch, apply_patch, read_patch
from tests.double.shelf import Shelf, Thing, above

LDP = "http://www.w3.org/ns/ldp#"
TURTLE = "text/turtle"
JSON_LD = "application/ld+json"
_RDF = {TURTLE: ox.RdfFormat.TURTLE, JSON_LD: ox.RdfFormat.JSON_LD, "application/n-triples": ox.RdfFormat.N_TRIPLES}
_NAMES = {
    400: "BadRequestHttpError",
    401: "UnauthorizedHttpError",
    403: "ForbiddenHttpError",
    404: "NotFoundHttpError",
    405: "MethodNotAllowedHttpError",
    409: "ConflictHttpError",
    412: "PreconditionFailedHttpError",
    415: "UnsupportedMediaTypeHttpError",
    422: "UnprocessableEntityHttpError",
    501: "NotImplementedHttpError",
}


class SaidNoError(Exception):
    """An error answer on its way."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Ldp:
    """Resources and their access control documents over HTTP."""

    shelf: Shelf
    judge: Judge
    owner: str
    owner_override: bool = True
    """The pod's owner reads and writes control documents without any rule."""
    relative_links: bool = False
    """``Link`` targets are relative, as on node-solid-server."""
    versions: bool = True
    """ETags are sent and ``If-Match`` is heeded."""
    made: int = field(default=0)

    def answer(self, request: httpx2.Request, url: str, agent: str | None) -> httpx2.Response:
        """The answer to one authenticated request (``agent`` ``None``: nobody)."""
        place = self.judge.place_of(url)
        try:
            if place is None:
                return self._resource(request, url, agent)
            return self._control(request, place, agent)
        except SaidNoError as error:
            return failure(error.status, str(error), self._always(url, place))

    # resources

    def _resource(self, request: httpx2.Request, url: str, agent: str | None) -> httpx2.Response:
        method, held = request.method, self.shelf.things.get(url)
        if method == "OPTIONS":
            return httpx2.Response(204, headers={"Allow": "GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE"})
        work = {
            "GET": self._get,
            "HEAD": self._get,
            "PUT": self._put,
            "POST": self._post,
            "PATCH": self._patch,
            "DELETE": self._delete,
        }.get(method)
        if work is None:
            raise SaidNoError(405, f"{method} is not allowed")
        return work(request, url, agent, held)

    def _needs(self, agent: str | None, *needs: tuple[str, str]) -> None:
        for place, mode in needs:
            if mode not in self.judge.modes(place, agent):
                raise SaidNoError(401 if agent is None else 403)

    def _get(self, request: httpx2.Request, url: str, agent: str | None, held: Thing | None) -> httpx2.Response:
        self._needs(agent, (url, "read"))
        mine, public = self.judge.modes(url, agent), self.judge.modes(url, None)
        allow = {"WAC-Allow": f'user="{_modes(mine)}",public="{_modes(public)}"'}
        if held is None:
            return failure(404, "", self._always(url, None) | allow)
        body = self.shelf.listing(url) if url.endswith("/") else held.body
        return self._shown(request, held, body, self._always(url, None, found=True) | allow)

    def _shown(self, request: httpx2.Request, held: Thing, body: bytes, headers: dict[str, str]) -> httpx2.Response:
        if self.versions:
            headers["ETag"] = held.etag
            if _tag_fits(request.headers.get("if-none-match"), held):
                return httpx2.Response(304, headers=headers)
        kind = held.content_type
        accept = request.headers.get("accept", "*/*")
        if kind == TURTLE and accept.strip().startswith(JSON_LD):
            body, kind = _as_json_ld(body, str(request.url)), JSON_LD
        headers |= {"Content-Type": kind, "Last-Modified": held.modified, "Vary": "Accept,Authorization,Origin"}
        return httpx2.Response(200, headers=headers, content=b"" if request.method == "HEAD" else body)

    def _put(self, request: httpx2.Request, url: str, agent: str | None, held: Thing | None) -> httpx2.Response:
        if held is None:
            self._needs(agent, (url, "append"), *self._makes(url))
        else:
            self._needs(agent, (url, "write"))
        self._conditions(request, held)
        if url.endswith("/"):
            if held is not None:
                raise SaidNoError(409, "Existing containers cannot be updated via PUT.")
            self.shelf.put(url, b"", TURTLE)
            return httpx2.Response(201, headers={"Location": url})
        self.shelf.put(url, request.content, _type_of(request))
        return httpx2.Response(201, headers={"Location": url}) if held is None else httpx2.Response(205)

    def _makes(self, url: str) -> list[tuple[str, str]]:
        """Append is needed on each container that comes into being, and on the first that is there."""
        out, container = [], above(url)
        while container not in self.shelf.things and container.startswith(self.shelf.base):
            out.append((container, "append"))
            container = above(container)
        return [*out, (container, "append")]

    def _post(self, request: httpx2.Request, url: str, agent: str | None, held: Thing | None) -> httpx2.Response:
        self._needs(agent, (url, "append"))
        if held is None:
            raise SaidNoError(404)
        if not url.endswith("/"):
            raise SaidNoError(405, "POST is only allowed on containers")
        self.made += 1
        name = request.headers.get("slug", "").strip("/") or f"resource-{self.made}"
        slash = "/" if f"<{LDP}BasicContainer>" in request.headers.get("link", "") else ""
        if url + name + slash in self.shelf.things:
            name = f"resource-{self.made}-{name}"
        self.shelf.put(url + name + slash, request.content, TURTLE if slash else _type_of(request))
        return httpx2.Response(201, headers={"Location": url + name + slash})

    def _patch(self, request: httpx2.Request, url: str, agent: str | None, held: Thing | None) -> httpx2.Response:
        patch = self._patch_of(request, url)
        needs = [(url, "append")] + ([] if held else self._makes(url))
        if patch.has_where or patch.deletes:
            needs.append((url, "read"))
        if patch.deletes:
            needs.append((url, "write"))
        self._needs(agent, *needs)
        self._conditions(request, held)
        if patch.has_where or url.endswith("/") or (held is not None and held.content_type != TURTLE):
            raise SaidNoError(501, "The double patches Turtle documents, without where")
        if held is None:
            self.shelf.put(url, self._patched(patch, b"", url), TURTLE)
            return httpx2.Response(201, headers={"Location": url})
        self.shelf.put(url, self._patched(patch, held.body, url), TURTLE)
        return httpx2.Response(205)

    def _patch_of(self, request: httpx2.Request, url: str) -> Patch:
        if _type_of(request) != "text/n3":
            raise SaidNoError(415, "Only text/n3 patches")
        try:
            return read_patch(request.content.decode(), url)
        except BadPatchError as error:
            raise SaidNoError(error.status, str(error)) from None

    def _patched(self, patch: Patch, body: bytes, url: str) -> bytes:
        try:
            return apply_patch(patch, body, url)
        except BadPatchError as error:
            raise SaidNoError(error.status, str(error)) from None

    def _delete(self, request: httpx2.Request, url: str, agent: str | None, held: Thing | None) -> httpx2.Response:
        if held is None:
            self._needs(agent, (url, "read"))
            raise SaidNoError(404)
        if url == self.shelf.base:
            self._needs(agent, (url, "write"))
            raise SaidNoError(405, "Cannot delete a storage root container.")
        needs = [(url, "write"), (above(url), "write")] + ([(url, "read")] if url.endswith("/") else [])
        self._needs(agent, *needs)
        self._conditions(request, held)
        if url.endswith("/") and self.shelf.members(url):
            raise SaidNoError(409, "Can only delete empty containers.")
        self.shelf.delete(url)
        return httpx2.Response(205)

    # access control documents

    def _control(self, request: httpx2.Request, place: str, agent: str | None) -> httpx2.Response:
        if "control" not in self.judge.modes(place, agent) and not (self.owner_override and agent == self.owner):
            raise SaidNoError(401 if agent is None else 403)
        method, url, held = request.method, self.judge.control_url(place), self.shelf.controls.get(place)
        if method in ("GET", "HEAD"):
            if held is None:
                raise SaidNoError(404)
            allow = {"WAC-Allow": f'user="{_modes(ALL)}",public="{_modes(self._public_control(place))}"'}
            return self._shown(request, held, held.body, self._always(url, place, found=True) | allow)
        if method == "PATCH":
            patch = self._patch_of(request, url)
            self._conditions(request, held)
            self.shelf.put_control(place, self._patched(patch, held.body if held else b"", url))
            return httpx2.Response(205 if held else 201)
        self._conditions(request, held)
        if method == "PUT":
            new = self.shelf.put_control(place, _checked_control(request, url))
            return httpx2.Response(201, headers={"Location": url}) if new else httpx2.Response(205)
        if method == "DELETE":
            return self._drop_control(place, held)
        raise SaidNoError(405)

    def _drop_control(self, place: str, held: Thing | None) -> httpx2.Response:
        if place == self.shelf.base:
            raise SaidNoError(405, "Cannot delete the access control document of a storage root container.")
        if held is None:
            raise SaidNoError(404)
        self.shelf.delete_control(place)
        return httpx2.Response(205)

    def _public_control(self, place: str) -> frozenset[str]:
        return ALL if "control" in self.judge.modes(place, None) else frozenset()

    # headers and conditions

    def _conditions(self, request: httpx2.Request, held: Thing | None) -> None:
        must, none = request.headers.get("if-match"), request.headers.get("if-none-match")
        if self.versions and must is not None and not (held and _tag_fits(must, held)):
            raise SaidNoError(412)
        if none is not None and held and _tag_fits(none, held):
            raise SaidNoError(412)

    def _always(self, url: str, place: str | None, *, found: bool = False) -> dict[str, str]:
        powered = {"X-Powered-By": "Community Solid Server"}
        if place is not None:
            return powered | ({"Link": f'<{LDP}Resource>; rel="type"'} if found else {})
        control = self.judge.control_url(url)
        shown = control.removeprefix(above(url) if not url.endswith("/") else url) if self.relative_links else control
        links = [f'<{shown}>; rel="acl"', f'<{url}.meta>; rel="describedby"']
        if found:
            kinds = ["Resource"] + (["Container", "BasicContainer"] if url.endswith("/") else [])
            links += [f'<{LDP}{kind}>; rel="type"' for kind in kinds]
            description = f"{self.shelf.base}.well-known/solid"
            links.append(f'<{description}>; rel="http://www.w3.org/ns/solid/terms#storageDescription"')
        if found and url == self.shelf.base:
            links.append('<http://www.w3.org/ns/pim/space#Storage>; rel="type"')
        return {"Link": ", ".join(links), "Accept-Patch": "text/n3, application/sparql-update"} | powered


def failure(status: int, message: str, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    """An error answer as the server words it."""
    named = _NAMES.get(status, "HttpError")
    body = {"name": named, "message": message, "statusCode": status, "errorCode": f"H{status}", "details": {}}
    ask = {"WWW-Authenticate": 'Bearer scope="openid webid"'} if status == 401 else {}
    return httpx2.Response(status, json=body, headers={**ask, **(headers or {})})


def _modes(modes: frozenset[str]) -> str:
    return " ".join(mode for mode in ("read", "append", "write", "control") if mode in modes)


def _type_of(request: httpx2.Request) -> str:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if not kind:
        raise SaidNoError(400, "No Content-Type header specified.")
    return kind


def _tag_fits(header: str | None, held: Thing) -> bool:
    """Compared by time alone: a JSON-LD tag is good for the Turtle of the same version; a weak tag fits nothing."""
    tags = [tag.strip() for tag in (header or "").split(",")]
    return "*" in tags or any(tag.startswith(f'"{held.stamp}-') for tag in tags)


def _checked_control(request: httpx2.Request, url: str) -> bytes:
    kind = _RDF.get(_type_of(request))
    if kind is None:
        raise SaidNoError(501, "Access control documents are linked data")
    try:
        quads = list(ox.parse(request.content, format=kind, base_iri=url))
    except (SyntaxError, ValueError) as error:
        raise SaidNoError(400, str(error)) from None
    if kind is ox.RdfFormat.TURTLE:
        return request.content
    return ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.TURTLE) or b""


def _as_json_ld(body: bytes, url: str) -> bytes:
    quads = list(ox.parse(body, format=ox.RdfFormat.TURTLE, base_iri=url))
    return ox.serialize(quads, format=ox.RdfFormat.JSON_LD) or b""
