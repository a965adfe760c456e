"""IRIs written as text: what the server makes of each part of a rule that somebody put into quotes, and that we agree.

Community Solid Server compares some parts as terms and takes only the text of others; each row was measured.
"""

from __future__ import annotations

import pytest
from tests.access.acp_worlds import ACP, ISSUER
from tests.access.worlds import ACME, OWNER, PREFIXES
from tests.oracle.stage import Stage

from lifepod.access.audit import Audit
from lifepod.access.rules import Answer, Mode
from lifepod.access.servers import Dialect
from lifepod.owner.look import look

pytestmark = pytest.mark.live
ACL = "http://www.w3.org/ns/auth/acl#"
_WHO, _PLACE, _MODE = f"acl:agent <{ACME}>", "acl:accessTo <@>; acl:default <@>", "acl:mode acl:Read"
WAC = {
    "nothing": (f"a acl:Authorization; {_WHO}; {_PLACE}; {_MODE}", "acme"),
    "mode": (f"a acl:Authorization; {_WHO}; {_PLACE}; acl:mode '{ACL}Read'", "acme"),
    "type": (f"a '{ACL}Authorization'; {_WHO}; {_PLACE}; {_MODE}", ""),
    "agent": (f"a acl:Authorization; acl:agent '{ACME}'; {_PLACE}; {_MODE}", ""),
    "public": (f"a acl:Authorization; acl:agentClass 'http://xmlns.com/foaf/0.1/Agent'; {_PLACE}; {_MODE}", ""),
    "signed-in": (f"a acl:Authorization; acl:agentClass '{ACL}AuthenticatedAgent'; {_PLACE}; {_MODE}", ""),
    "group": (f"a acl:Authorization; acl:agentGroup 'PUBLIC-GROUP#team'; {_PLACE}; {_MODE}", ""),
    "place": (f"a acl:Authorization; {_WHO}; acl:accessTo '@'; acl:default '@'; {_MODE}", ""),
}
"""A rule with one part as text, and who of acme, carol and nobody reads by it."""
_ALLOW = "<#p> acp:allow acl:Read; acp:anyOf <#m>"
POLICIES = {
    "agent": (f"{_ALLOW}. <#m> acp:agent '{ACME}'", "acme"),
    "public": (f"{_ALLOW}. <#m> acp:agent '{ACP}PublicAgent'", "acme carol nobody"),
    "signed-in": (f"{_ALLOW}. <#m> acp:agent '{ACP}AuthenticatedAgent'", "acme carol"),
    "creator": (f"{_ALLOW}. <#m> acp:agent '{ACP}CreatorAgent'", ""),
    "owner": (f"{_ALLOW}. <#m> acp:agent '{ACP}OwnerAgent'", ""),
    "issuer": (f"{_ALLOW}. <#m> acp:agent <{ACME}>; acp:issuer '{ISSUER}'", "acme"),
    "issuer alone": (f"{_ALLOW}. <#m> acp:issuer <{ISSUER}>", "acme carol"),
    "client": (f"{_ALLOW}. <#m> acp:agent <{ACME}>; acp:client '{ACP}PublicClient'", "acme"),
    "allow": (f"<#p> acp:allow '{ACL}Read'; acp:anyOf <#m>. <#m> acp:agent <{ACME}>", "acme"),
    "deny": (f"{_ALLOW}; acp:deny '{ACL}Read'. <#m> acp:agent <{ACME}>", ""),
    "matcher": (f"<#p> acp:allow acl:Read; acp:anyOf '@.acr#m'. <#m> acp:agent <{ACME}>", ""),
}


def _document(stage: Stage, said: str, url: str) -> str:
    if stage.dialect is Dialect.WAC:
        whole = "acl:mode acl:Read, acl:Write, acl:Control"
        text = f"{PREFIXES}<#o> a acl:Authorization; acl:agent <{OWNER}>; {_PLACE}; {whole}.\n<#r> {said}."
    else:
        text = (
            f"{PREFIXES}@prefix acp: <{ACP}>. <#acr> acp:resource '@'; acp:accessControl <#c>, <#d>.\n"
            f"<#d> acp:apply <#q>. <#q> acp:allow acl:Read, acl:Write, acl:Control; acp:anyOf <#n>. "
            f"<#n> acp:agent <{OWNER}>.\n<#c> acp:apply <#p>. {said}."
        )
    return stage.live(text.replace("<@", f"<{url}").replace("'@", f"'{url}"))


async def test_a_part_of_a_rule_that_is_text_counts_exactly_where_the_server_takes_it(stage: Stage) -> None:
    """access W25, A9; https://solidproject.org/TR/wac#authorization-conformance wants IRIs."""
    cases = WAC if stage.dialect is Dialect.WAC else POLICIES
    bed = f"{stage.base}literals/"
    for number, (said, _) in enumerate(cases.values()):
        await stage.plant(f"{bed}{number}/", _document(stage, said, f"{bed}{number}/"))
    audit = Audit((await look(stage.owner, bed)).survey)
    server, ours = {}, {}
    for number, name in enumerate(cases):
        url, who = f"{bed}{number}/", ("acme", "carol", "nobody")
        server[name] = " ".join([w for w in who if await stage.may(w, url, Mode.READ)])
        verdicts = {w: audit.verdict(url, stage.visitor(w), Mode.READ).answer for w in who}
        ours[name] = " ".join(w for w, answer in verdicts.items() if answer is Answer.YES)
        assert Answer.UNKNOWN not in verdicts.values(), name
    assert server == {name: who for name, (_, who) in cases.items()}
    assert ours == server
