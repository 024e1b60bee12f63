"""Addresses in a network as exports write them: IP and MAC addresses, host names, ports."""

import ipaddress
import re

from aidiscover_pipelines.inventory.cleansing.rules import Rule, Step
from aidiscover_pipelines.inventory.cleansing.value import Value

_NO_INSTALLED_MAC = ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff")
_REMARK = re.compile(r"\([^)]*\)")
_SEPARATORS = re.compile(r"[;,|\s\u3001\uff0c\uff1b]+")
# Octets padded with zeros to three digits, which programs would otherwise take for octal numbers.
_PADDED = re.compile(r"\d{3}(?:\.\d{3}){3}")
_V4_PORT = re.compile(r"(\d+\.\d+\.\d+\.\d+):\d{1,5}")
_PORT = re.compile(
    r"(?:(?:tcp|udp|port)[\s/:_-]*)?(\d{1,5})(?:\.0)?(?:\s*[/:_-]?\s*(?:tcp|udp))?(?:\s*\([^)]*\))?", re.I
)
_GROUPED_PORT = re.compile(r"\d{1,2}[.,]\d{3}")
_HIGHEST_PORT = 65535
# A service's address, or a network path, a Windows account or a name with its port; names may hold underscores.
_NAME = r"([\w-]+(?:\.[\w-]+)*)\.?(?::\d{1,5})?"
_URL = re.compile(rf"[a-z][a-z0-9+.-]*://{_NAME}(?:/.*)?")
_HOST = re.compile(rf"(?:\\{{2}})?(?:[\w-]+\\)?{_NAME}")


def read_addresses(text: str) -> Value:
    """IP addresses in short form parted by '; '; dropped where none is possible."""
    parts = [part for part in _SEPARATORS.split(_REMARK.sub(" ", text)) if part]
    found = [_ip(part) for part in parts]
    kept = list(dict.fromkeys(address for address in found if address))
    lost = found.count(None)
    steps = (Step(Rule.IMPOSSIBLE_IP, f"{lost} impossible IP address dropped"),) if lost else ()
    if not kept:
        return Value(None, steps=(Step(Rule.IMPOSSIBLE_IP, "impossible IP address"),))
    joined = "; ".join(kept)
    if joined != text and not (steps and joined == "; ".join(parts)):
        split = len(parts) > 1
        steps = (*steps, Step(Rule.IP, "list split" if split else "IP address normalised"))
    return Value(joined, steps=steps)


def read_macs(text: str) -> Value:
    """MAC addresses in lower case with colons, parted by '; '; dropped where none can be a card's."""
    kept, lost = [], 0
    for part in _SEPARATORS.split(_REMARK.sub(" ", text)):
        digits = re.sub(r"[:.-]", "", part).lower()
        mac = ":".join(digits[place : place + 2] for place in range(0, 12, 2))
        if re.fullmatch(r"[0-9a-f]{12}", digits) and mac not in _NO_INSTALLED_MAC:
            kept.append(mac)
        else:
            lost += bool(part)
    joined = "; ".join(dict.fromkeys(kept))
    if not joined:
        return Value(None, steps=(Step(Rule.IMPOSSIBLE_MAC, "impossible MAC address"),))
    steps = (Step(Rule.IMPOSSIBLE_MAC, f"{lost} impossible MAC address dropped"),) if lost else ()
    return Value(joined, steps=steps if joined == text else (*steps, Step(Rule.MAC, "MAC normalised")))


def read_host(text: str) -> Value:
    """A host name in lower case, without what stands around it in addresses of services and Windows accounts."""
    found = _URL.fullmatch(text.lower()) or _HOST.fullmatch(text.lower())
    name = found[1] if found else text.lower().rstrip(".")
    if not name or name == text:
        return Value(text)
    note = "lower case" if name == text.rstrip(".").lower() else "host name taken out"
    return Value(name, steps=(Step(Rule.HOST_NAME, note),))


def read_port(text: str) -> Value:
    """One port; several, a range and what is no port are kept, unread."""
    plain = re.sub(r"[.,]", "", text) if _GROUPED_PORT.fullmatch(text) else text
    found = _PORT.fullmatch(plain)
    if not found or not 0 <= int(found[1]) <= _HIGHEST_PORT:
        return Value(text, steps=(Step(Rule.PORT, "not a number of one port"),), unread=True)
    shown = str(int(found[1]))
    return Value(shown, float(shown), () if shown == text else (Step(Rule.PORT, "port taken out"),))


def _ip(text: str) -> str | None:
    plain = text.split("/")[0].split("%")[0].strip("[]")
    if _PADDED.fullmatch(plain):
        plain = ".".join(str(int(octet)) for octet in plain.split("."))
    found = _V4_PORT.fullmatch(plain)
    try:
        address = ipaddress.ip_address(found[1] if found else plain)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return None if address.is_unspecified else str(address)
