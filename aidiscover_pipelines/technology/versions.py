"""The version that stands behind a product's name, in the words of the published release cycles."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

# What stands between a product's name and its version without changing either.
_GAP = (
    r"(?:[\s\-_/(:,=®™)]|gnu|linux|enterprise|server|srv|edition|standard|std|ent|advanced|release|rel|version|ver|v(?=\d)|"
    r"database|db|rdbms|rac|ami|express|community|developer|web|datacenter|professional|framework|application|ee|se|es|"
    r"as|ws|nd|lts|update|bit)*"
)
_NUMBER = r"(?P<v>\d+(?:\.\d+)*)(?!\d)"
# Two parts at most (CentOS adds a year and month), so that a kernel release such as 4.18.0 is not taken for a version.
_DISTRIBUTION = r"(?P<v>\d{1,2}(?:\.\d{1,2})?)(?:\.\d{4})?(?![\d.]*\d)"
_SERVICE_PACK = r"(?:[^;,|\d]{0,12}?\bsp\s*(?P<sp>\d))?"
_R2 = r"(?P<r2>[^;,|\d]{0,25}?(?<![a-z])r2\b)?"

# Hypervisors write "CentOS 4/5 or later" where they do not know the version.
_OPEN = re.compile(
    r"[gicx.]*(?:\s*(?:r2|sp\d))?(?:\s*/\s*\d+)*\s*"
    r"(?:\+|\(?(?:or|and|oder|und|ou|et|o|e|y)\s+(?:later|newer|above|higher|up|höher|neuer|spater|später|ult|sup|post|mas|más))"
)
_LIST = re.compile(r"(?:\s*/\s*(?P<n>\d+(?:\.\d+)*))+(?![\d/])")
_RANGE = re.compile(r"\s*(?:-|\u2013|to|bis|until|à)\s*(?P<high>\d+(?:\.\d+)*)(?![\d.]*\d)")
_ANY = re.compile(r"(?:\.[x*])+")


@dataclass(frozen=True, slots=True)
class Version:
    """A version as told: `text` as it is shown, `numbers` as cycles are named; two of them where it `is_range`."""

    text: str = ""
    numbers: tuple[str, ...] = ()
    is_range: bool = False
    open_upwards: bool = False


def _plain(match: re.Match[str]) -> str:
    return match["v"]


def _with_r2(match: re.Match[str]) -> str:
    return match["v"] + (" r2" if match["r2"] else "")


def _with_service_pack(match: re.Match[str]) -> str:
    return match["v"] + (f".{match['sp']}" if match["sp"] and "." not in match["v"] else "")


# Builds that agents and SCCM write instead of the name.
_WINDOWS_BUILDS = {
    "5.2": "2003",
    "6.0": "2008",
    "6.1": "2008 r2",
    "6.2": "2012",
    "6.3": "2012 r2",
    "10.0.14393": "2016",
    "10.0.17763": "2019",
    "10.0.20348": "2022",
    "10.0.26100": "2025",
}


def _windows_server(match: re.Match[str]) -> str:
    year = match["v"]
    if year in _WINDOWS_BUILDS:
        return _WINDOWS_BUILDS[year]
    if year.startswith("nt"):
        return "nt 4.0"
    if year.startswith("2k"):  # W2K, W2K3, W2K12
        year = f"20{year[2:].zfill(2)}"
    return year + (" r2" if match["r2"] else "")


def _oracle_database(match: re.Match[str]) -> str:
    return match["v"] + (f".{match['r']}" if match["r"] and "." not in match["v"] else "")


def _hp_ux(match: re.Match[str]) -> str:
    return {"1": "11.11", "2": "11.23", "3": "11.31"}[match["i"]] if match["i"] else match["v"]


def _java(match: re.Match[str]) -> str:
    """Java 1.5 to 1.8 are published as 5 to 8; an update such as 8u202 or 1.8.0_202 is no part of it."""
    number = match["v"]
    return number[2:3] if re.match(r"1\.[5-9]", number) else number


@dataclass(frozen=True, slots=True)
class _Reader:
    """How the versions of a product are written. `behind` reads from where its name ends, else from where it begins."""

    pattern: re.Pattern[str] = field(default=re.compile(_GAP + _NUMBER))
    spell: Callable[[re.Match[str]], str] = _plain
    behind: bool = True


_WINDOWS_GAP = (
    r"(?:[\s\-_®,]|\(r\)|server|srv|svr|standard|std|enterprise|datacenter|foundation|essentials|web|edition|core|"
    r"version)*"
)
_LINUX = _Reader(re.compile(_GAP + _DISTRIBUTION))
_JAVA = _Reader(re.compile(_GAP + r"(?P<v>\d+(?:\.\d+)*)(?:u\d+|_\d+)?(?!\d)"), _java)
# By the key in lifecycles.csv, else of the catalogue; all others write a number behind the name.
_READERS: Mapping[str, _Reader] = {
    "windows-server": _Reader(
        re.compile(
            r"(?:(?:microsoft|ms)?\s*win(?:dows)?" + _WINDOWS_GAP + r"|ws?(?=2))"
            r"(?P<v>20(?:00|03|08|12|16|19|22|25)|2k\d{0,2}|nt\s*4(?:\.0)?|5\.2|6\.[0-3]|10\.0\.\d{5})(?!\d)" + _R2
        ),
        _windows_server,
        behind=False,
    ),
    "windows": _Reader(
        re.compile(r"(?:microsoft|ms)?\s*win(?:dows)?[\s\-_®]*(?P<v>xp|vista|7|8\.1|8|10|11)(?![\d.])(?!.*\blts[bc])"),
        behind=False,
    ),
    **dict.fromkeys(("rhel", "centos", "centos-stream", "oracle-linux", "rocky-linux", "almalinux", "debian"), _LINUX),
    "sles": _Reader(re.compile(_GAP + r"(?P<v>\d{1,2}(?:\.\d)?)(?![\d.]*\d)" + _SERVICE_PACK), _with_service_pack),
    "ubuntu": _Reader(re.compile(_GAP + r"(?P<v>\d{1,2}\.\d\d)(?!\d)")),
    "oracle-solaris": _Reader(re.compile(_GAP + r"(?:5\.(?=(?:8|9|1\d)(?:\D|$)))?" + _NUMBER)),  # SunOS 5.10
    "hp-ux": _Reader(re.compile(_GAP + r"(?:b\.)?(?P<v>11\.\d\d|11)(?:i\s*v(?P<i>[123]))?"), _hp_ux),
    "ibm-i": _Reader(re.compile(_GAP + r"v?(?P<v>\d[.r]\d)(?!\d)"), lambda match: match["v"].replace("r", ".")),
    "oracle-database": _Reader(
        re.compile(_GAP + r"(?P<v>\d+(?:\.\d+)*)(?!\d)[gic]?(?:\s*r(?:elease)?\s*(?P<r>[12])(?![\d.]))?"),
        _oracle_database,
    ),
    "mssqlserver": _Reader(re.compile(_GAP + r"(?P<v>2k\d{0,2}|\d+(?:\.\d+)*)(?!\d)" + _R2), _windows_server),
    "weblogic": _Reader(re.compile(_GAP + r"(?P<v>\d+(?:\.\d+)+|\d+[gc])")),
    "oracle-jdk": _JAVA,
    "openjdk-builds-from-oracle": _JAVA,
}
_DEFAULT = _Reader()


def read_version(key: str, text: str, start: int, end: int) -> tuple[Version, int]:
    """Version of a product of which `text`, in lower case, has the name at `start` to `end`; and where it ends."""
    reader = _READERS.get(key, _DEFAULT)
    match = reader.pattern.match(text, end if reader.behind else start)
    if match is None:
        return Version(), end
    stop = match.end()
    first = reader.spell(match)
    if opened := _OPEN.match(text, stop):
        return Version(f"{_shown(first)} or later", (first,), open_upwards=True), opened.end()
    if several := _LIST.match(text, stop):
        numbers = (first, *re.findall(r"\d+(?:\.\d+)*", several.group()))
        return Version("/".join(numbers), numbers), several.end()
    high = _RANGE.match(text, stop)
    if high and _later(first, high["high"]):
        return Version(f"{first}-{high['high']}", (first, high["high"]), is_range=True), high.end()
    if wide := _ANY.match(text, stop):
        return Version(f"{first}.x", (first,)), wide.end()
    return Version(_shown(first), (first,)), stop


def _shown(version: str) -> str:
    return version.upper() if " " in version else version


def _later(low: str, high: str) -> bool:
    """Whether these are the ends of a range: "5.5-5.7" is one, "2.4-37" is a build of 2.4."""
    ends = [[int(number) for number in re.findall(r"\d+", one)] for one in (low, high)]
    return len(ends[0]) == len(ends[1]) and ends[0] < ends[1] and ends[1][0] - ends[0][0] < 20
