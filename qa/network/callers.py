"""Where a request comes from, and whether a page of another site sent it."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""What a browser on this machine calls it."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def address_of(connection: HTTPConnection) -> str:
    """Where a request comes from; of IPv6 the /64, since one machine may take any address in it."""
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((int(address), 64), strict=False))
    return host


def host_of(connection: HTTPConnection) -> str | None:
    """The name by which the server is called, without port."""
    found = re.fullmatch(r"(\[[0-9a-f:.]+]|[^:\[\]]+)(?::\d*)?", connection.headers.get("host", "").lower())
    return found[1] if found else None


def from_elsewhere(connection: HTTPConnection) -> bool:
    """Whether a page of another site sends this, and not only to read.

    `Sec-Fetch-Site` decides where the browser sends it, which it does to https and to this machine; `Origin` only
    otherwise, since it is "null" for a form on a page without referrer (as in Go's net/http.CrossOriginProtection). A
    request with neither comes from no browser.
    """
    if connection.scope["type"] == "http" and connection.scope["method"] in _SAFE:
        return False
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    return origin is not None and not _same_host(origin, connection.headers.get("host", ""))


def _same_host(origin: str, host: str) -> bool:
    try:
        scheme, netloc, *_ = urlsplit(origin.lower())
    except ValueError:
        return False
    port = {"http": ":80", "https": ":443"}.get(scheme, "")
    return netloc != "" and netloc.removesuffix(port) == host.lower().removesuffix(port)
