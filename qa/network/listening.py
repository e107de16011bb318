"""Where a server listens: the address a name stands for, the port taken, and how the place is called."""

from __future__ import annotations

import errno
import ipaddress
import socket

from qa.errors import DatelineError


def resolved(host: str) -> tuple[socket.AddressFamily, str]:
    """The address that a name stands for: whether others reach it is decided by what is listened at, not by a name."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise DatelineError(f"Host {host!r} cannot be used ({error}): choose another with --host.") from None
    family, _, _, _, address = found[0]
    return family, str(address[0])


def listening(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    """The port, taken before the index is built: nobody should wait for that in vain."""
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except (OSError, OverflowError) as error:
        listener.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRNOTAVAIL:
            raise DatelineError(
                f"Host {address!r} is no address of this machine: choose another with --host."
            ) from None
        raise DatelineError(f"Port {port} cannot be used ({error}): choose another with --port.") from None
    return listener


def called_as(listener: socket.socket) -> tuple[str, int]:
    """How a browser on this machine calls what is listened at, and the port."""
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:  # every address of this machine, its loopback too
        host = "127.0.0.1" if address.version == 4 else "[::1]"
    elif address.version == 6:
        host = f"[{host}]"
    return host, port
