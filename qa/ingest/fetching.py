"""Web pages fetched for the archive, from the public web alone.

Addresses come from strangers, and this machine may reach what they may not: its own services, the network it stands in,
a cloud's metadata. Each address, and each that it is redirected to, is looked up once; only if all that is found is
public does the connection go to just that IP address, so that a second look-up cannot lead elsewhere.
"""

from __future__ import annotations

import asyncio
import codecs
import html
import re
import socket
import zlib
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import PurePosixPath

import httpx

from qa.ingest.adding import FIELD_CHARACTERS, pasted
from qa.ingest.decode import decode
from qa.ingest.parsing import parser

PAGE_BYTES = 10_000_000
"""Of a page, unpacked."""
SECONDS, CONNECT_SECONDS = 20.0, 5.0
"""For an address with all its redirects; for one connection."""
REDIRECTS = 5
TRIED = 4
"""IP addresses of a host that are tried in turn."""

_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; Dateline)",
    "Accept": ", ".join(_ENDINGS),
    "Accept-Encoding": "gzip",
}
_PORTS = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\Z|0x[0-9a-f]*\Z){_LABEL}")
"""A name with a dot in it, and not ending in a number: 0x7f.1 and 2130706433 are addresses to a resolver."""
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENDING = re.compile(r"\.[A-Za-z]\w{1,4}")
_GENERIC = re.compile(r"(?:index|default|home)\.\w+\Z", re.IGNORECASE)

# The IANA registries of special-purpose addresses, written out: what `ipaddress` calls private depends on the version
# of Python. 168.63.129.16 is Azure's own service for each machine; 192.88.99.0/24 led to 6to4.
_INSIDE = [
    ip_network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
]
_UNICAST = ip_network("2000::/3")
"""All of IPv6 that is given out; loopback, private, link-local and mapped addresses lie outside it."""
_NAT64 = ip_network("64:ff9b::/96")
"""Stands for the IPv4 address in its last four bytes, where a network has IPv6 alone."""

Resolve = Callable[[str], Awaitable[list[str]]]
"""The IP addresses of a host name."""
Connecting = Callable[[], httpx.AsyncBaseTransport]
"""Makes what connects. Unlike a client of httpx, a transport takes no heed of proxies in the environment."""


async def resolved(host: str) -> list[str]:
    """The IP addresses of a host name, as this machine looks them up.

    Raises:
        OSError: It has none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


async def fetch(
    address: str, resolve: Resolve = resolved, connecting: Connecting = httpx.AsyncHTTPTransport
) -> tuple[str, bytes]:
    """Name and content of the page at `address`, as a file that the archive reads.

    The name is host and last part of the path. A web page that does not tell its address, and a plain text, are given
    it; a PDF or Word document is as it came.

    Args:
        address: From a stranger; http or https.
        resolve: Looks names up.
        connecting: What it makes is asked for addresses whose host is a public IP address, and nothing else.

    Raises:
        ValueError: It is not fetched; the message is one sentence.
    """
    url = _parsed(address)
    try:
        async with asyncio.timeout(SECONDS), connecting() as transport:
            url, response, content = await _followed(url, resolve, transport)
    except TimeoutError:
        raise ValueError(f"The page did not come within {SECONDS:.0f} seconds.") from None
    media, charset = _kind(response)
    if _ENDINGS[media] == ".html":
        content = await asyncio.to_thread(_page, content, str(url), charset)
    elif media == "text/plain":
        _, content = pasted("", _text(content, charset), url=str(url))
    return _name(url, _ENDINGS[media]), content


def public(address: str) -> bool:
    """Whether an IP address is one of the public internet."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found.scope_id is None and found in _NAT64:
            found = IPv4Address(int(found) & 0xFFFFFFFF)
        elif found.scope_id or found not in _UNICAST:
            return False
    return not any(found in block for block in _INSIDE)


def _parsed(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address.strip())
    except (httpx.InvalidURL, UnicodeError):
        raise ValueError("It is no address that can be read.") from None
    return _checked(url)


def _checked(url: httpx.URL) -> httpx.URL:
    """The address without its fragment, where it is of a kind that is fetched; its host is still to be checked."""
    if len(str(url)) > FIELD_CHARACTERS:
        raise ValueError(f"An address of more than {FIELD_CHARACTERS:,} characters is not fetched.")
    if url.scheme not in _PORTS:
        raise ValueError("Only addresses that begin with http:// or https:// are fetched.")
    if url.userinfo:
        raise ValueError("An address with a user name or password in it is not fetched.")
    if url.port not in (None, _PORTS[url.scheme]):
        raise ValueError("An address that names a port is not fetched.")
    return url.copy_with(fragment=None)


def _host(url: httpx.URL) -> str:
    """The host in ASCII; `URL.host` fails where what is spelled in it is no name."""
    return url.raw_host.decode("ascii")


async def _followed(
    url: httpx.URL, resolve: Resolve, transport: httpx.AsyncBaseTransport
) -> tuple[httpx.URL, httpx.Response, bytes]:
    """The address at the end of the redirects, with what it answers and its content."""
    for _ in range(REDIRECTS + 1):
        response = await _answer(url, await _addresses(url, resolve), transport)
        try:
            if not response.has_redirect_location:
                return url, response, await _body(response)
            url = _checked(url.join(response.headers["Location"]))
        except (httpx.InvalidURL, UnicodeError):
            raise ValueError("The page is redirected to an address that cannot be read.") from None
        except httpx.HTTPError as error:
            raise ValueError(f"The page broke off ({type(error).__name__}).") from None
        finally:
            # With the rest of a redirect unread the connection ends: kept, it would serve for another name at the same
            # IP address, which has not proved itself.
            await response.aclose()
    raise ValueError(f"The address is redirected more than {REDIRECTS} times.")


async def _addresses(url: httpx.URL, resolve: Resolve) -> list[str]:
    """The IP addresses to connect to, looked up this once; all must be public, or none is used."""
    host = _host(url)
    try:
        found = await resolve(host) if _NAME.fullmatch(host) else [host]
    except (OSError, UnicodeError):
        raise ValueError(f"No host {host!r} is found: check the address.") from None
    if not all(public(address) for address in found):
        raise ValueError("The address names no host of the public web.")
    return found[:TRIED]


async def _answer(url: httpx.URL, addresses: list[str], transport: httpx.AsyncBaseTransport) -> httpx.Response:
    """What `url` answers at the first of the IP addresses that can be reached; its content is still to come."""
    times = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS).as_dict()
    headers = {"Host": url.netloc.decode("ascii"), **_HEADERS}
    # The certificate is checked against the name, though the connection is to the number.
    extensions = {"timeout": times, "sni_hostname": _host(url)}
    for address in addresses:
        request = httpx.Request("GET", url.copy_with(host=address), headers=headers, extensions=extensions)
        try:
            return await transport.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            continue
        except httpx.HTTPError as error:
            raise ValueError(f"The host {_host(url)!r} gave no proper answer ({type(error).__name__}).") from None
    raise ValueError(f"The host {_host(url)!r} cannot be reached, or cannot prove its name.")


async def _body(response: httpx.Response) -> bytes:
    """The content unpacked; nothing above PAGE_BYTES is ever held."""
    if response.status_code != httpx.codes.OK:
        raise ValueError(f"The address answers {response.status_code} in place of a page.")
    _kind(response)
    packed = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("identity", "gzip", "x-gzip"):
        raise ValueError(f"The page is packed as {packed[:20]!r}, which was not asked for.")
    unpacking = None if packed == "identity" else zlib.decompressobj(wbits=31)
    found, received = bytearray(), 0
    try:
        async for piece in response.aiter_raw():
            received += len(piece)
            found += unpacking.decompress(piece, PAGE_BYTES + 1 - len(found)) if unpacking else piece
            if max(len(found), received) > PAGE_BYTES:
                raise ValueError(f"The page has more than {PAGE_BYTES:,} bytes.")
    except zlib.error:
        raise ValueError("The page cannot be unpacked.") from None
    if unpacking and not unpacking.eof:
        raise ValueError("The page broke off.")
    return bytes(found)


def _kind(response: httpx.Response) -> tuple[str, str]:
    """Media type and charset."""
    header = response.headers.get("Content-Type", "")
    media = header.partition(";")[0].strip().lower()
    if media not in _ENDINGS:
        told = f"It is {media[:80]}" if media else "It is of no kind told"
        raise ValueError(f"{told}: only web pages, plain text, PDF and Word documents are taken.")
    return media, response.charset_encoding or ""


def _text(content: bytes, charset: str) -> str:
    """The content as text: by its byte order mark, else as its server said, else as a file of the corpus is read."""
    if charset and not content.startswith(_MARKS):
        try:
            return content.decode(charset)
        except (LookupError, ValueError):
            pass
    return decode(content)


def _page(content: bytes, address: str, charset: str) -> bytes:
    """The page with what else only its server said: its charset, and its address where it does not tell it.

    Raises:
        ValueError: There is no article in it; the message is one sentence.
    """
    if charset or content.startswith(_MARKS):
        content = b'<meta charset="utf-8">' + _text(content, charset).encode("utf-8", "replace")
    with parser() as one:
        _, fields = one.document(".html", content)
    return content if fields.url else f'<link rel="canonical" href="{html.escape(address)}">'.encode() + content


def _name(url: httpx.URL, ending: str) -> str:
    """The host as a folder, and the last part of the path that says something."""
    parts = [shown for part in url.path.split("/") if (shown := part.lstrip(". "))]
    while parts and _GENERIC.match(parts[-1]):
        parts.pop()
    last = PurePosixPath(parts[-1] if parts else "page")
    return f"{_host(url)}/{last.stem if _ENDING.fullmatch(last.suffix) else last.name}{ending}"
