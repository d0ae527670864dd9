"""What is said of a link: why no answer came, and what to look at; that it is tried again, when and how often.

One set of words for both ends: the hospital's clerk and the analyst's client. Knows no link.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from contract.link_failures import LinkFailure


@dataclass(frozen=True)
class Way:
    """How somebody is asked.

    Args:
        url: Where.
        host: The name or number in it.
        timeout_seconds: How long each sign of life is waited for.
        certificates: How a file of certificates is given, for a hint: a setting's name, an argument.
        proxy: Through which proxy, without what it is asked with; None: straight.
        who: Who is asked, at the beginning of a sentence.
        admin: Whom to turn to about it.
    """

    url: str
    host: str
    timeout_seconds: float
    certificates: str
    proxy: str | None = None
    who: str = "The director"
    admin: str = "the consortium's admin"


@dataclass(frozen=True)
class Wait:
    """A pause before the same is asked again: the ``attempt``-th of ``attempts`` further ones, because of ``why``."""

    why: str
    seconds: float
    attempt: int
    attempts: int

    @property
    def sentence(self) -> str:
        """Say it in a line."""
        when = f"in {math.ceil(self.seconds)} s" if self.seconds > 0 else "at once"
        return f"no answer, trying again {when} ({self.attempt} of {self.attempts}): {self.why}"


_NOT_ANSWER = "{who} at {url} does not answer: "
_CERTIFICATE = "{who} at {url} shows a certificate "
_PROXY = "The proxy {proxy} on the way to {url} "
_LOOK_AT_PROXY = (
    "Look at HTTPS_PROXY, HTTP_PROXY and ALL_PROXY; where no proxy is needed for {host}, name it in NO_PROXY."
)
_WORDS: Mapping[LinkFailure, tuple[str, str]] = {
    LinkFailure.NAME_NOT_FOUND: (
        _NOT_ANSWER + "the name {host} is not found (DNS).",
        "Look for a typing error in the address, and whether this machine is on the network and has a name server.",
    ),
    LinkFailure.REFUSED: (
        _NOT_ANSWER + "nothing listens there (connection refused).",
        "Look at the port. Else it is not running, or a firewall refuses: ask {admin}.",
    ),
    LinkFailure.NO_CONNECTION: (
        _NOT_ANSWER + "no connection within {seconds} s (timed out).",
        "Look at the address and its port; a firewall on the way may swallow the connection: ask your IT to let "
        "{host} through.",
    ),
    LinkFailure.NO_ANSWER: (
        _NOT_ANSWER + "it took the question and said nothing for {seconds} s (timed out).",
        "Try again later; if it stays so, another program may stand there, or a firewall that holds answers back.",
    ),
    LinkFailure.NO_WAY: (
        _NOT_ANSWER + "there is no way from this machine to {host} (network unreachable).",
        "Look at the cable or wireless link, the VPN and the routes of this machine.",
    ),
    LinkFailure.HELD_BACK: (
        _NOT_ANSWER + "this machine does not let the connection out (permission denied).",
        "Ask your IT what this machine's firewall or security program allows.",
    ),
    LinkFailure.BROKEN_OFF: (
        _NOT_ANSWER + "the connection broke off in the middle.",
        "Try again over a better link. If it breaks each time, a firewall or a proxy may cut it, or another program "
        "stands there: does the address take https://?",
    ),
    LinkFailure.HUNG_UP: (
        _NOT_ANSWER + "it hung up without a word.",
        "Look at the scheme and the port of the address. Else a firewall or a proxy cuts it, or it "
        "is just starting: try again later.",
    ),
    LinkFailure.NO_TLS: (
        "What answers at {url} speaks no TLS there: http:// or another port?",
        "Look at the scheme and the port of the address with {admin}.",
    ),
    LinkFailure.ONLY_TLS: (
        "What answers at {url} speaks TLS there: https:// in place of http://?",
        "Look at the scheme and the port of the address with {admin}.",
    ),
    LinkFailure.TLS_BROKEN_OFF: (
        _NOT_ANSWER + "the connection broke off in the greeting of TLS.",
        "Does it speak TLS there: http:// or another port? Else a firewall cuts it: ask your IT to let {host} through.",
    ),
    LinkFailure.TLS_NOT_AGREED: (
        "{who} at {url} and this machine have no TLS in common, or it asks for a certificate of yours.",
        "It takes TLS 1.2 or newer. Ask {admin} what stands there.",
    ),
    LinkFailure.EXPIRED: (
        _CERTIFICATE + "that is not trusted: it has expired.",
        "Ask {admin} to renew it; first look whether this machine's clock is right.",
    ),
    LinkFailure.NOT_YET_VALID: (
        _CERTIFICATE + "that is not trusted: it is not valid yet.",
        "Look at this machine's clock and its date: most often it is they that are wrong.",
    ),
    LinkFailure.OTHER_NAME: (
        _CERTIFICATE + "that is not trusted: it is made out to another name than {host}.",
        "Use the name that the certificate has: ask {admin} which one.",
    ),
    LinkFailure.SELF_SIGNED: (
        _CERTIFICATE + "that is not trusted: it is signed by itself.",
        "Ask {admin} for the certificate's file and give it: {certificates}.",
    ),
    LinkFailure.UNKNOWN_AUTHORITY: (
        _CERTIFICATE + "that is not trusted: the authority that signed it is not known here.",
        "Ask {admin} for the authority's file and give it: {certificates}. Where your hospital's proxy "
        "opens TLS, ask your IT for the file of its authority.",
    ),
    LinkFailure.UNTRUSTED: (
        _CERTIFICATE + "that is not trusted.",
        "Ask {admin} for the certificate's file and give it: {certificates}.",
    ),
    LinkFailure.PROXY_NOT_FOUND: (_PROXY + "is not found: nobody knows its name (DNS).", _LOOK_AT_PROXY),
    LinkFailure.PROXY_REFUSED: (
        _PROXY + "does not answer: nothing listens there (connection refused).",
        _LOOK_AT_PROXY,
    ),
    LinkFailure.PROXY_SILENT: (
        _PROXY + "does not answer: nothing came within {seconds} s (timed out).",
        _LOOK_AT_PROXY,
    ),
    LinkFailure.PROXY_NO_TLS: (
        _PROXY + "speaks no TLS itself.",
        "Write the proxy's own address with http://, also for HTTPS_PROXY: HTTPS_PROXY=http://HOST:PORT",
    ),
    LinkFailure.PROXY_PASSWORD: (
        _PROXY + "wants a name and a password (407).",
        "Ask your IT for them: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT",
    ),
    LinkFailure.PROXY_FORBIDS: (
        _PROXY + "forbids it.",
        "Ask your IT to let {url} through; the token has nothing to do with it.",
    ),
    LinkFailure.PROXY_STUCK: (
        _PROXY + "does not reach it.",
        "Look at the address and its port, and ask your IT whether the proxy may go there.",
    ),
    LinkFailure.PROXY_BROKEN_OFF: (_PROXY + "broke off.", _LOOK_AT_PROXY),
    LinkFailure.NOT_TRIED: (
        "{url} can't be asked: its address, or the proxy's, or the token can't be used as it is.",
        "Look for letters that don't belong there, also in HTTPS_PROXY and its like.",
    ),
    LinkFailure.UNKNOWN: (
        _NOT_ANSWER + "the connection failed.",
        "Look at the link and the address, or try again later.",
    ),
}


def words_of(failure: LinkFailure, way: Way) -> tuple[str, str]:
    """Give a sentence that says why no answer came, and a hint what to do next."""
    facts = {
        "who": way.who,
        "admin": way.admin,
        "url": way.url,
        "host": way.host,
        "seconds": f"{way.timeout_seconds:g}",
        "certificates": way.certificates,
        "proxy": way.proxy,
    }
    sentence, hint = (text.format_map(facts) for text in _WORDS[failure])
    if failure is LinkFailure.HUNG_UP and way.url.startswith("http://"):  # as servers do that wait for TLS
        sentence = f"{sentence[:-1]}: does it speak TLS there, https:// in place of http://?"
    if way.proxy is not None and way.proxy not in sentence:
        sentence = f"{sentence[:-1]}; it was asked through the proxy {way.proxy}{sentence[-1]}"
    return sentence, hint
