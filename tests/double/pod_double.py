"""PodDouble: a Solid server in memory, for tests without sockets: ``httpx2.MockTransport(PodDouble(...))``.

It refuses to answer with lifepod's own judgement: access is decided by a second evaluator (:mod:`tests.double.judge`).
Modelled on Community Solid Server 7.2.0 with Web Access Control, as measured; what was not measured answers 501.

* Paths are below ``base``, or absolute URLs. ``put`` and ``acl`` store without asking anyone.
* Documents outside the pod (WebIDs of vendors, groups) are public and read-only.
* ``script`` forces any answer, hang or broken connection; ``requests`` is what arrived, in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit

import httpx2
from tests.double.faults import Answer, Script
from tests.double.judge import Judge, facts_of
from tests.double.ldp import Ldp, failure
from tests.double.shelf import Shelf, Thing, canonical
from tests.double.tokens import BadProofError, TokenDesk

TURTLE = "text/turtle"
_PREFIXES = (
    ("acl", "http://www.w3.org/ns/auth/acl#"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
)
_OWNER = """<#owner> a acl:Authorization; acl:agent <{owner}>; acl:accessTo <{place}>; {default}
    acl:mode acl:Read, acl:Write, acl:Control.
"""
_PUBLIC = """<#public> a acl:Authorization; acl:agentClass <http://xmlns.com/foaf/0.1/Agent>;
    acl:accessTo <{place}>; acl:mode acl:Read.
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    url: str
    headers: Mapping[str, str]
    """Lower-case names."""
    body: bytes
    webid: str | None
    """Who proved to be asking; ``None`` for nobody, also where the proof was no good."""


class PodDouble:
    """One pod on its own server; call it with a request, or hand it to a mock transport."""

    def __init__(
        self, base: str = "https://pod.example/alice/", owner: str | None = None, *, seeded: bool = True
    ) -> None:
        """``seeded``: as a new pod on the server is (public root, README, profile); else only a closed root."""
        self.base = canonical(base)
        self.origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.base))
        self.owner = owner or self.base + "profile/card#me"
        self.shelf = Shelf(self.base)
        self._control_urls: dict[str, str] = {}
        self.judge = Judge(self.shelf, self._control_urls)
        self.ldp = Ldp(self.shelf, self.judge, self.owner)
        self.tokens = TokenDesk(self.origin)
        self.requests: list[Seen] = []
        self.scripts: list[Script] = []
        """What is forced on the requests to come."""
        self._seed(public=seeded)

    @property
    def token_lifetime(self) -> int:
        """Seconds an access token is good for."""
        return self.tokens.lifetime

    @token_lifetime.setter
    def token_lifetime(self, seconds: int) -> None:
        self.tokens.lifetime = seconds

    @property
    def require_nonce(self) -> bool:
        """Whether each proof must carry the server's nonce."""
        return bool(self.tokens.nonce)

    @require_nonce.setter
    def require_nonce(self, wanted: bool) -> None:
        self.tokens.nonce = "nonce-1" if wanted else ""

    def new_nonce(self) -> None:
        """From now on another nonce is wanted."""
        self.tokens.nonce = f"nonce-{len(self.requests) + 2}"

    def url(self, path: str) -> str:
        """The server's spelling of a path below the pod, or of an absolute URL."""
        return canonical(urljoin(self.base, path))

    def put(self, path: str, body: str | bytes = b"", content_type: str = TURTLE) -> str:
        """Store a document (or, ending in a slash, a container) without asking; gives its URL."""
        url, data = self.url(path), body.encode() if isinstance(body, str) else body
        if url.startswith(self.base):
            self.shelf.put(url, data, content_type)
        else:
            self.shelf.elsewhere[url] = Thing(data, content_type, self.shelf.tick())
        return url

    def acl(self, path: str, turtle: str | bytes) -> str:
        """Store the access control document of a place without asking; gives its URL.

        Relative IRIs in it are resolved against its own URL; ``acl:``, ``foaf:`` and ``vcard:`` are declared where it
        does not. Broken Turtle is a mistake here; script :func:`faults.not_turtle` for a broken answer.
        """
        place, text = self.url(path), turtle if isinstance(turtle, str) else turtle.decode()
        missing = "".join(f"@prefix {name}: <{iri}>.\n" for name, iri in _PREFIXES if f"@prefix {name}:" not in text)
        body, control = (missing + text).encode(), self.judge.control_url(place)
        if text.strip() and facts_of(body, control) is None:
            raise ValueError(f"the access document for {place} is not Turtle")
        self.shelf.put_control(place, body if text.strip() else b"")
        return control

    def owner_acl(self, path: str, more: str = "") -> str:
        """Give a place an ACL of its own: the owner has all modes, here and (containers) below; ``more`` is added."""
        return self.acl(path, self.owner_rule(path) + more)

    def owner_rule(self, path: str) -> str:
        """The rule that gives the owner all modes at a place, and below where it is a container."""
        place = self.url(path)
        default = f"acl:default <{place}>;" if place.endswith("/") else ""
        return _OWNER.format(owner=self.owner, place=place, default=default)

    def control_at(self, path: str, url: str) -> None:
        """Let the access control document of a place stand at ``url`` instead of ``<place>.acl``."""
        self._control_urls[self.url(path)] = canonical(url)

    def credentials(self, webid: str) -> tuple[str, str]:
        """A client credential for a WebID; its profile document is made where there is none."""
        profile = canonical(webid)
        if profile not in self.shelf.things and profile not in self.shelf.elsewhere:
            self.put(profile, _profile(webid, self.tokens.issuer))
        return self.tokens.credentials(webid)

    def script(self, method: str, path: str, answer: Answer, times: int | None = 1, *, after: bool = False) -> None:
        """Force an answer for the next ``times`` requests (``None``: all) to ``path``; ``*`` stands for any.

        ``answer`` is a response, a status, an exception, a :class:`Hang`, or a callable that gives a response or
        ``None`` to go on. With ``after`` the server first does its work, then the answer is replaced.
        """
        url = path if path == "*" else self.url(path)
        self.scripts.append(Script(method, url, answer, times, after))

    def body(self, path: str) -> bytes | None:
        """What is stored at a path; ``None`` where there is nothing."""
        url = self.url(path)
        place = self.judge.place_of(url)
        thing = self.shelf.things.get(url) if place is None else self.shelf.controls.get(place)
        return thing.body if thing else None

    def modes(self, path: str, agent: str | None) -> frozenset[str]:
        """What an agent may do at a place, by the double's own evaluator."""
        return self.judge.modes(self.url(path), agent)

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request."""
        url = canonical(str(request.url))
        try:
            agent, problem = self.tokens.requester(request), ""
        except BadProofError as error:
            agent, problem = None, str(error)
        headers = MappingProxyType({name.lower(): request.headers[name] for name in request.headers})
        self.requests.append(Seen(request.method, str(request.url), headers, request.content, agent))
        script = next((s for s in self.scripts if s.fits(request.method, url)), None)
        if script is not None and not script.after:
            forced = await script.play(request)
            if forced is not None:
                return forced
        answer = self._answer(request, url, agent, problem)
        if script is not None and script.after:
            return await script.play(request) or answer
        return answer

    def _answer(self, request: httpx2.Request, url: str, agent: str | None, problem: str) -> httpx2.Response:
        if url == self.origin + "/.well-known/openid-configuration":
            return self.tokens.configuration()
        if url == self.tokens.endpoint:
            return self.tokens.token(request)
        if problem:
            return failure(401, problem, self.tokens.challenge(problem))
        if url in self.shelf.elsewhere:
            return self._outside(request, self.shelf.elsewhere[url])
        if not url.startswith(self.origin + "/"):
            raise httpx2.ConnectError(f"no such host: {urlsplit(url).hostname}", request=request)
        if url == self.base + ".well-known/solid":
            body = f"<{self.base}> a <http://www.w3.org/ns/pim/space#Storage>.\n"
            return self._outside(request, Thing(body.encode(), TURTLE, 0))
        if not url.startswith(self.base) and url not in self._control_urls.values():
            return failure(404, "")
        return self.ldp.answer(request, url, agent)

    def _outside(self, request: httpx2.Request, thing: Thing) -> httpx2.Response:
        if request.method not in ("GET", "HEAD"):
            return failure(405, "")
        body = thing.body if request.method == "GET" else b""
        return httpx2.Response(200, headers={"Content-Type": thing.content_type, "ETag": thing.etag}, content=body)

    def _seed(self, *, public: bool) -> None:
        root, card = self.base, canonical(self.owner)
        open_root = _PUBLIC.format(place=root) if public else ""
        self.acl("", self.owner_rule(root) + open_root)
        self.put(card, _profile(self.owner, self.tokens.issuer))
        if card.startswith(root):
            self.acl(card, self.owner_rule(card) + _PUBLIC.format(place=card))
        if public:
            readme = self.put("README", "# Welcome to your pod\n", "text/markdown")
            self.acl(readme, self.owner_rule(readme) + _PUBLIC.format(place=readme))


def _profile(webid: str, issuer: str) -> str:
    return (
        f"<{canonical(webid)}> a <http://xmlns.com/foaf/0.1/PersonalProfileDocument>;\n"
        f"    <http://xmlns.com/foaf/0.1/primaryTopic> <{webid}>.\n"
        f"<{webid}> a <http://xmlns.com/foaf/0.1/Person>; "
        f"<http://www.w3.org/ns/solid/terms#oidcIssuer> <{issuer}>.\n"
    )
