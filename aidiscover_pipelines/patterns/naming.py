"""Short names of groups, as a person would say them: "Java web on Linux, out of support"."""

from collections.abc import Collection, Mapping, Sequence

from aidiscover_pipelines.domain.excerpts import clipped

LABEL_LENGTH = 80
NAMELESS = "No common traits"

# How architects say it, where that is not the value itself.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "architecture_pattern": {
        "web application": "web",
        "software as a service": "SaaS",
        "saas": "SaaS",
        "soa": "SOA",
        "esb": "integration bus",
        "scada": "plant control",
        "etl": "ETL",
    },
    "os_family": {"windows": "Windows", "linux": "Linux", "unix": "Unix", "mainframe": ""},
    "application_type": {"cots": "packaged software", "saas": "SaaS"},
    "eol_status": {"eol": "out of support", "eol_soon": "support ending", "supported": "in support"},
    "kinds": {"physical": "on physical servers", "virtual": "on virtual servers", "cloud": "on cloud servers"},
    "business_criticality": {level: f"{level} criticality" for level in ("low", "medium", "high", "critical")},
}
# What many and few of an amount are called.
_AMOUNTS: Mapping[str, tuple[str, str]] = {
    "asset_count": ("many servers", "few servers"),
    "user_count": ("many users", "few users"),
    "cpu_cores": ("large", "small"),
    "memory_mb": ("large", "small"),
    "storage_total_gb": ("much storage", "little storage"),
    "data_volume_gb": ("much data", "little data"),
    "dependency_count": ("needs many others", "needs few others"),
    "depended_on_count": ("needed by many", "needed by few"),
    "cpu_util_pct": ("busy", "idle"),
    "eol_years": ("long out of support", "newly out of support"),
}
# A name is made of these in this order; the others only tell groups of the same name apart.
_MADE_OF = ("technologies", "database_engine")


def name_group(typical: Mapping[str, str], telling: Sequence[str], taken: Collection[str]) -> str:
    """A name that is not among those taken, if the group's traits allow, else one that is.

    `typical` is the value that most members have, by feature; of an amount "+" or "-" where theirs is clearly larger or
    smaller than the portfolio's. `telling` are the features that set the group apart, the most telling first.
    """
    words = {feature: _words(feature, value) for feature, value in typical.items()}
    made_of = next((words[feature] for feature in _MADE_OF if words.get(feature)), "")
    architecture = words.get("architecture_pattern", "")
    subject = made_of if architecture.lower() in made_of.lower() else f"{made_of} {architecture}".strip()
    subject = subject or words.get("application_type", "")
    system = words.get("os_family", "")
    parts = [f"{subject} on {system}" if subject and system else subject or (f"{system} servers" if system else "")]
    if "eol_status" in telling:
        parts.append(words["eol_status"])
    used = {"technologies", "architecture_pattern", "os_family", "eol_status"}
    order = [*telling, *(feature for feature in typical if feature not in telling)]
    extras = [words[feature] for feature in order if feature not in used and words[feature] not in (made_of, subject)]
    if not parts[0]:
        parts, extras = [*extras[:2], *parts[1:]], extras[2:]
    parts = [part for part in parts if part]
    label = _label(parts)
    for extra in dict.fromkeys(extras):
        if label not in taken:
            break
        label = _label([*parts, extra])
    return label


def _words(feature: str, value: str) -> str:
    if feature in _AMOUNTS:
        return _AMOUNTS[feature][value == "-"]
    words = _WORDS.get(feature, {}).get(value.lower(), value)
    return f"with {words}" if feature == "environment" else words


def _label(parts: Sequence[str]) -> str:
    label = ", ".join(parts) or NAMELESS
    return clipped(label[0].upper() + label[1:], LABEL_LENGTH)
