"""Reaching a webhook: only addresses that it may have, the very one that was checked, no detours, not for long."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import httpx

from models.errors import ValueNotAllowed

Address = IPv4Address | IPv6Address

SECONDS = 10
"""How long the other side may take in all, to connect and to answer."""
METADATA = frozenset({ip_address("169.254.169.254"), ip_address("fd00:ec2::254")})
"""Where clouds give out a machine's keys: never reached, whatever the settings say."""
PORTS = {"https": 443, "http": 80}
MAX_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the address that was checked, and the name it is asked for."""

    scheme: str
    host: str
    port: int
    address: Address
    rest: str
    """Path and query."""

    @property
    def url(self) -> str:
        """The address as it is connected to: nobody resolves the name a second time."""
        literal = f"[{self.address}]" if self.address.version == 6 else str(self.address)  # noqa: PLR2004 - IP version 6
        return f"{self.scheme}://{literal}:{self.port}{self.rest}"

    @property
    def name(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str, *, networks: Sequence[str]) -> Target:
    """Find where an address leads and whether it may be reached.

    Parameters
    ----------
    networks : Sequence
        Networks, such as 10.0.0.0/8, that are not public and may be reached all the same, without TLS too.

    Raises
    ------
    ValueNotAllowed
        When it is no plain http or https address, or leads to a machine that is not for it to reach.
    """
    scheme, host, port, rest = _parts(url)
    addresses = _resolved(host, port)
    inside = all(_listed(address, networks) for address in addresses)
    if scheme != "https" and not inside:
        raise ValueNotAllowed("This address must begin with https:// .", field="url")
    if not all(_may_be_reached(address, networks) for address in addresses):
        raise ValueNotAllowed(
            "This address leads into a network that webhooks do not reach; give a public one, or have the operator "
            "permit its network.",
            field="url",
        )
    return Target(scheme, host, port, addresses[0], rest)


def _parts(url: str) -> tuple[str, str, int, str]:
    refused = ValueNotAllowed("This is no web address such as https://example.org/notices .", field="url")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise refused
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise refused from error
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None or parts.fragment:
        raise refused
    rest = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, PORTS[parts.scheme] if port is None else port, rest


def _resolved(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ValueNotAllowed("No machine answers to the name {host}.", field="url", host=host) from error
    return [_plain(ip_address(str(place[4][0]).partition("%")[0])) for place in found]


def _plain(address: Address) -> Address:
    """Give the IPv4 address that an IPv6 one only wraps, so that none is reached under another name."""
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
    return address


def _listed(address: Address, networks: Sequence[str]) -> bool:
    return any(address in ip_network(network) for network in networks)


def _may_be_reached(address: Address, networks: Sequence[str]) -> bool:
    if address in METADATA or address.is_unspecified or address.is_multicast:
        return False
    return address.is_global or _listed(address, networks)


def post(url: str, body: bytes, headers: dict[str, str], *, networks: Sequence[str]) -> int:
    """Send a request and give the status of the answer, of which nothing else is read; redirects are not followed.

    Raises
    ------
    ValueNotAllowed
        When the address may not be reached, now.
    httpx.HTTPError, OSError
        When nobody answers, or not in time (TimeoutError).
    """
    return asyncio.run(_post(target_of(url, networks=networks), body, headers))


async def _post(target: Target, body: bytes, headers: dict[str, str]) -> int:
    async with asyncio.timeout(SECONDS), httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
        request = client.build_request(
            "POST",
            target.url,
            content=body,
            headers={**headers, "Host": target.name},
            extensions={"sni_hostname": target.host} if target.scheme == "https" else {},
        )
        answer = await client.send(request, stream=True, follow_redirects=False)
        await answer.aclose()
        return answer.status_code
