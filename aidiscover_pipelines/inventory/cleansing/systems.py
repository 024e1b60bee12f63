"""Operating systems: the product's own name for what tools and people abbreviate, translate and turn around."""

import re
from dataclasses import dataclass

from aidiscover_pipelines.inventory.cleansing.rules import Rule, Step
from aidiscover_pipelines.inventory.cleansing.text import collapsed
from aidiscover_pipelines.inventory.cleansing.value import Value


@dataclass(frozen=True, slots=True)
class Spelling:
    """A pattern on a whole name, ignoring case, and what stands for it."""

    pattern: re.Pattern[str]
    name: str


def _spelling(pattern: str, name: str) -> Spelling:
    return Spelling(re.compile(pattern, re.IGNORECASE), name)


_MARKS = re.compile(r"[®™©]|\((?:r|tm|c)\)", re.IGNORECASE)
_BITS = re.compile(
    r"[\s,_-]*[(\[]\s*(?:64|32)[\s-]?bits?\s*[)\]]|[\s,_-]+(?:(?:64|32)[\s-]?bits?|x64|x86(?:_64)?|amd64)(?=$|[\s,;)])",
    re.IGNORECASE,
)
_VERSION_WORDS = re.compile(
    r"^(?:versions?|version:|release|rel\.?|ver\.?|versión|versão|versione|versie)[\s:]+|^v(?=\d)", re.I
)
_CODE_NAME = re.compile(r"(?<=\d)\s*\((?!build|os build|sp|service)[a-z][a-z ]*\)$", re.IGNORECASE)
# Editions as Windows in Chinese and Japanese names them.
_EDITIONS = (
    ("标准版", "Standard"),
    ("數據中心版", "Datacenter"),
    ("数据中心版", "Datacenter"),
    ("企业版", "Enterprise"),
)
_SERVICE_PACK = re.compile(r"\bservice\s*pack\s*(\d)\b", re.IGNORECASE)
# What stands before the product's name is its vendor, what stands behind it its version; both survive, in this order.
_END = r"[\s_.-]*(?=\d|$)"
_SERVER = r"[\s_.-]*(?:server|serveur|servidor|srv)?[\s_.-]*"
_YEARS = r"(2003|2008|2012|2016|2019|2022|2025)(?!\d)"
_EDITION = r"(?:standard|std|enterprise|ent|datacenter|dc|essentials|foundation|web)\b\.?"
_RED_HAT = r"(?:linux\s+)?red\s?hat(?:\s+(?:enterprise|ent\.?))?(?:\s+linux)?|linux\s+rhel|rhel|redhat[\s_-]*linux"
_SUSE = r"sles[\s_-]*(?:for sap)?|suse\s+(?:linux\s+)?(?:enterprise|ent\.?)(?:\s+server)?(?:\s+linux)?(?:\s+server)?"
_ORACLE = r"(?:oracle\s+(?:enterprise\s+)?linux|oel|ol)(?:\s+server)?(?:\s+release)?"
SPELLINGS: tuple[Spelling, ...] = (
    _spelling(r"(?:microsoft|ms)\s+(?=win)", ""),
    _spelling(rf"\bw(?:in)?(?:dows)?{_SERVER}2k(0[38]|3|8|12|16|19|22|25)(?=\D|$)\s*", r"Windows Server 20\1 "),
    _spelling(r"\bWindows Server 20([38]) ", r"Windows Server 200\1 "),
    _spelling(
        rf"\bwin(?:dows|\.)?{_SERVER}{_YEARS}[\s_-]*(?:server|serveur|servidor|srv\b)?\s*", r"Windows Server \1 "
    ),
    _spelling(rf"\bws{_YEARS}\s*", r"Windows Server \1 "),
    _spelling(rf"(Windows Server \d{{4}} )({_EDITION})[\s,]+r2\b", r"\1R2 \2"),
    _spelling(r"(Windows Server \d{4}) +r2\b", r"\1 R2"),
    _spelling(r"^windows$", "Windows"),
    _spelling(r"^(?:linux|gnu/linux)$", "Linux"),
    _spelling(rf"^(?:{_RED_HAT})(?:[\s_-]+(?:server|es|as|linux|release))*{_END}", "Red Hat Enterprise Linux "),
    _spelling(rf"^(?:{_SUSE}){_END}", "SUSE Linux Enterprise Server "),
    _spelling(rf"^{_ORACLE}{_END}", "Oracle Linux "),
    _spelling(rf"^cent\s?os(?:\s+linux)?(?:\s+release)?{_END}", "CentOS "),
    _spelling(rf"^ubuntu(?:\s+linux)?(?:\s+server)?{_END}", "Ubuntu "),
    _spelling(rf"^debian(?:\s+gnu/linux|\s+linux)?{_END}", "Debian "),
    _spelling(rf"^alma\s?linux{_END}", "AlmaLinux "),
    _spelling(rf"^rocky(?:\s+linux)?(?:\s+release)?{_END}", "Rocky Linux "),
    _spelling(r"^amazon\s?linux(?=\d|\s|$)\s*", "Amazon Linux "),
    _spelling(rf"^(?:vmware\s+)?esxi{_END}", "VMware ESXi "),
    _spelling(rf"^(?:ibm\s+)?aix{_END}", "AIX "),
    _spelling(r"^(?:hp\s+)?hp[\s_-]?ux[\s_.-]*", "HP-UX "),
    _spelling(rf"^(?:oracle\s+|sun\s+)?solaris{_END}", "Solaris "),
    _spelling(r"^sunos\s+5\.(?=\d)", "Solaris "),
)
# What a virtual machine's settings say where nobody chose a system.
GENERIC = re.compile(r"^other\b|^sonstige|^autre|^otro|^(?:linux|windows|unknown)$|or later|oder höher", re.IGNORECASE)


def read_os_name(text: str) -> Value:
    """The product's name with what else the text says; a system that is not listed keeps its spelling."""
    name = plain = collapsed(text)
    for translated, english in _EDITIONS:
        name = name.replace(translated, f" {english}")
    name = _SERVICE_PACK.sub(r"SP\1", _BITS.sub("", _MARKS.sub("", name)))
    for spelling in SPELLINGS:
        name = spelling.pattern.sub(spelling.name, name, count=1)
    name = collapsed(name).replace(" ,", ",").strip(" ,") or plain
    if name == text:
        return Value(text)
    return Value(name, steps=(Step(Rule.OS_NAME, "operating system by its name"),))


def read_os_version(text: str) -> Value:
    """A version without the words around it."""
    plain = collapsed(text)
    version = _VERSION_WORDS.sub("", _BITS.sub("", _MARKS.sub("", plain)).strip())
    version = _SERVICE_PACK.sub(r"SP\1", _CODE_NAME.sub("", version)).strip(" ,") or plain
    if version == text:
        return Value(text)
    return Value(version, steps=(Step(Rule.OS_VERSION, "version alone"),))
