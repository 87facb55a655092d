"""Which scanners the network announces: multicast DNS, services `_uscan._tcp` and `_uscans._tcp` (eSCL)."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from clerk_app.devices.scanner.protocol import AskFind, Done, Found, Say

if TYPE_CHECKING:
    from zeroconf import Zeroconf

_SECURE, _PLAIN = "_uscans._tcp.local.", "_uscan._tcp.local."
_QUIET_S = 0.6
"""After this long without a new one the rest is not waited for."""
_MOST = 64


def found_from(
    service: str, port: int, addresses: Iterable[str], texts: Mapping[str, str], instance: str
) -> Found | None:
    """An announcement as a scanner with a name that stays; None where it names no place.

    `texts` are the TXT record's keys in lower case: `rs` the resource, `ty` the model, `uuid` the device.
    """
    usable = []
    for text in addresses:
        try:
            place = ipaddress.ip_address(text)
        except ValueError:
            continue
        if not (place.version == 6 and place.is_link_local):  # which needs a zone that a URL cannot carry
            usable.append(place)
    if not usable or not 0 < port < 65536:
        return None
    place = min(usable, key=lambda one: (one.version, int(one)))
    host = f"[{place}]" if place.version == 6 else str(place)
    resource = texts.get("rs", "").strip("/") or "eSCL"
    scheme = "https" if service == _SECURE else "http"
    name = texts.get("uuid", "").lower().removeprefix("urn:uuid:") or instance
    return Found(
        name="".join(sign if sign.isalnum() or sign in " -_.()" else "-" for sign in name)[:120],
        address=f"{scheme}://{host}:{port}/{resource}",
        label=texts.get("ty", "") or instance,
    )


def find(ask: AskFind, say: Callable[[Say], None]) -> None:
    """Say every scanner that is announced within the time. A computer without a network has none, and no fault."""
    from zeroconf import InterfaceChoice, ServiceBrowser, ServiceStateChange, Zeroconf

    heard: list[tuple[str, str]] = []

    def changed(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is not ServiceStateChange.Removed and len(heard) < _MOST:
            heard.append((service_type, name))

    try:
        network = Zeroconf(interfaces=list(ask.interfaces) or InterfaceChoice.All)
    except OSError:
        say(Done())
        return
    try:
        ServiceBrowser(network, [_PLAIN, _SECURE], handlers=[changed])
        began = last = time.monotonic()
        count = 0
        while (now := time.monotonic()) < began + ask.within_s and not (count and now > last + _QUIET_S):
            if len(heard) > count:
                count, last = len(heard), now
            # The answers come on the library's own thread; a look now and then is enough.
            time.sleep(0.05)
        for scanner in _resolved(network, heard):
            say(scanner)
    finally:
        network.close()
    say(Done())


def _resolved(network: Zeroconf, heard: Iterable[tuple[str, str]]) -> Iterable[Found]:
    """The announced scanners, each once: by its plain address where it has both, for nobody vouches for the other."""
    from zeroconf import IPVersion

    scanners: dict[str, Found] = {}
    for service, name in sorted(set(heard), key=lambda one: (one[0] != _PLAIN, one[1])):
        info = network.get_service_info(service, name, timeout=1000)
        if info is None:
            continue
        texts = {
            key.decode("utf-8", "replace").lower(): (value or b"").decode("utf-8", "replace")
            for key, value in info.properties.items()
        }
        instance = name.removesuffix(f".{service}")
        scanner = found_from(service, info.port or 0, info.parsed_addresses(IPVersion.All), texts, instance)
        if scanner is not None:
            scanners.setdefault(scanner.name, scanner)
    return scanners.values()
