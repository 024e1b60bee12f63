"""What the rows of a sheet describe, told from its name and its headers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.mapping import words
from aidiscover_pipelines.mapping.templates import Recognised
from aidiscover_pipelines.mapping.wordings import INDEX

# A sheet that names both servers and applications describes servers, unless the application comes first and this many
# times as many columns are about applications. A telling sheet name counts as so many columns.
OUTWEIGHS, NAMED_IN_SHEET = 3, 3
# Likeness from which a header counts as naming a key.
KEY_LIKENESS = 0.9
# RVTools tabs (product documentation; sheet names are the same in every UI language). True: rows describe a VM.
_HARDWARE = "it describes hypervisor hosts and their hardware, not migration candidates"
_STORE = "it describes datastores and storage paths, not servers"
_SWITCH = "it describes virtual switches and ports, not servers"
_DEVICE = "it lists devices that carry no fact about the server"
RVTOOLS_TABS: dict[str, str | None] = {
    **dict.fromkeys(("vinfo", "vcpu", "vmemory", "vdisk", "vpartition", "vnetwork", "vtools"), None),
    **dict.fromkeys(("vcd", "vusb", "vfloppy", "vfileinfo"), _DEVICE),
    "vsnapshot": "it lists snapshots, which end with the migration",
    **dict.fromkeys(("vhost", "vcluster", "vhba", "vnic", "vrp"), _HARDWARE),
    **dict.fromkeys(("vdatastore", "vmultipath"), _STORE),
    **dict.fromkeys(("vswitch", "vport", "dvswitch", "dvport", "vsc_vmk"), _SWITCH),
    "vhealth": "it lists warnings of the collector",
    "vlicense": "it lists licence keys of the platform",
    "vsource": "it describes the vCenter that was read",
    "vmetadata": "it describes the export itself",
}
_RVTOOLS_NAME = re.compile(r"(?:^|tab|[_ -])(d?v[A-Z][A-Za-z_]+?)(?:\.csv)?$")
_RVTOOLS_HEADERS = frozenset({"vm", "host", "name", "switch", "port", "friendly path name", "resource pool name"})
# Words of a sheet name that tell what its rows are, where the headers alone leave it open.
APPLICATION_WORDS = frozenset({"app", "business", "portfolio", "workload", "solution", "service"})
ASSET_WORDS = frozenset(
    {
        "server",
        "vm",
        "machine",
        "host",
        "asset",
        "device",
        "computer",
        "hardware",
        "esx",
        "ci",
        "database",
        "inventory",
        "instance",
        "disk",
    }
)
DEPENDENCY_WORDS = frozenset({"dependency", "relationship", "communication", "flow", "connection", "rel", "interface"})
_CONTENTS = frozenset(
    {"toc", "contents", "readme", "legend", "instruction", "instructions", "inhalt", "cover", "glossary"}
)
_ENDS = (frozenset({"source", "parent"}), frozenset({"target", "child", "to"}))
_END_THINGS = frozenset(
    {
        "server",
        "app",
        "ip",
        "host",
        "hostname",
        "system",
        "ci",
        "id",
        "name",
        "machine",
        "vm",
        "device",
        "service",
        "component",
        "database",
    }
)
_APP_SIDE = frozenset({"app", "workload"})
_ASSET_SIDE = frozenset({"server", "vm", "machine", "database", "hostname", "asset", "device", "ci"})
_GENERIC = frozenset({"name", "id", "number", "display_name", "code_key", "key", "label", "title", "unique", "product"})
# A bare name ahead of an application column, in a sheet of server facts, is the server's.
_BARE_NAME = frozenset({"name", "display_name", "label", "title"})
# What the ranker makes of the columns overrules the first look where one kind's fields outweigh the other's by so much;
# chosen on the kinds that the product templates declare.
OVERRULES_RATIO, OVERRULES_BY = 1.5, 1.5
_END_SURE, _KEY_SURE = 0.3, 0.3
# Fields that only one of the two kinds has, for sheets keyed by a bare 'Name' or 'ID'.
ASSET_ONLY = (
    "os_name", "os_version", "cpu_cores", "cpu_sockets", "memory_mb", "storage_total_gb", "ip_address", "mac_address",
    "serial_number", "hardware_model", "cluster_name", "hypervisor_host", "asset_type", "power_state", "location",
    "hostname",
)  # fmt: skip
APPLICATION_ONLY = (
    "application_type", "technology_stack", "user_count", "business_criticality", "business_owner", "annual_cost",
    "security_requirements", "compliance_requirements", "stakeholder_impact", "code_quality_score",
    "migration_strategy", "integration_dependencies", "business_unit", "architecture_pattern",
    "documentation_quality", "data_volume_gb", "recovery_objectives",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SheetKind:
    """What rows describe (None: left out), why, and what the columns are read as: the likeliest kind even then."""

    entity: EntityKind | None
    reason: str
    read_as: EntityKind
    technical: bool = False


def classify_sheet(sheet: str, headers: Sequence[str], likeness: np.ndarray) -> SheetKind:
    """Kind of one sheet; `likeness[i]` compares header i with CANDIDATES."""
    if not any(header.strip() for header in headers):
        return SheetKind(None, "it has no header row", EntityKind.ASSET, technical=True)
    meanings = [frozenset(words.concepts(header)) for header in headers]
    name_words = frozenset(words.concepts(sheet))
    if _CONTENTS & name_words:
        return SheetKind(None, "it is a table of contents or an explanation", EntityKind.ASSET, technical=True)
    return _rvtools(sheet, headers) or _dependency(meanings, name_words) or _keyed(meanings, name_words, likeness)


def settle_kind(kind: SheetKind, probabilities: np.ndarray, known: Recognised | None) -> SheetKind:
    """The kind after the ranker's first look at the columns: `probabilities[i]` are those of CANDIDATES for column i.

    A known product's sheet is what its template says, if it has the keys for it. Two ends make a dependency. Else the
    kind whose own fields clearly outweigh the other's; else the first look stands.
    """
    if kind.technical or not len(probabilities) or kind.entity is EntityKind.LINK:
        return kind
    if known and _is_keyed(known):
        why = f"its headers are those of {known.template.product}, sheet {known.template.sheet!r}"
        return SheetKind(known.template.describes, why, known.template.describes)
    sure = {name: float(probabilities[:, INDEX[name]].max()) for name in INDEX}
    about = {each: float(probabilities[:, columns].sum()) for each, columns in _OWN_FIELDS.items()}
    if min(sure["dep_source"], sure["dep_target"]) >= _END_SURE and about[EntityKind.DEPENDENCY] > max(
        about[EntityKind.ASSET], about[EntityKind.APPLICATION]
    ):
        why = "each row has a source end and a target end"
        return SheetKind(EntityKind.DEPENDENCY, why, EntityKind.DEPENDENCY)
    for likely, other in ((EntityKind.ASSET, EntityKind.APPLICATION), (EntityKind.APPLICATION, EntityKind.ASSET)):
        if kind.read_as is likely or about[likely] < OVERRULES_RATIO * about[other] + OVERRULES_BY:
            continue
        named = kind.entity is not None or max(sure[name] for name in _KEYS[likely]) >= _KEY_SURE
        return SheetKind(likely if named else None, f"its columns describe {likely.value}s", likely)
    return kind


def _is_keyed(known: Recognised) -> bool:
    """Whether the recognised columns name what the template's rows describe."""
    fields = {column.field for column in known.columns.values()}
    describes = known.template.describes
    sides = (EntityKind.ASSET, EntityKind.APPLICATION) if describes is EntityKind.LINK else (describes,)
    if describes is EntityKind.DEPENDENCY:
        return {"dep_source", "dep_target"} <= fields
    return all(not fields.isdisjoint(_KEYS[side]) for side in sides)


def _rvtools(sheet: str, headers: Sequence[str]) -> SheetKind | None:
    named = _RVTOOLS_NAME.search(sheet.strip())
    tab = named[1].lower() if named else ""
    if tab not in RVTOOLS_TABS or not _RVTOOLS_HEADERS & {header.strip().lower() for header in headers}:
        return None
    why = RVTOOLS_TABS[tab]
    if why is None:
        return SheetKind(
            EntityKind.ASSET, f"RVTools tab {named[1] if named else tab}: each row describes a VM", EntityKind.ASSET
        )
    return SheetKind(None, f"RVTools tab: {why}", EntityKind.ASSET, technical=True)


def _dependency(meanings: Sequence[frozenset[str]], name_words: frozenset[str]) -> SheetKind | None:
    ends = [any(_is_end(meaning, side) for meaning in meanings) for side in _ENDS]
    if all(ends):
        return SheetKind(EntityKind.DEPENDENCY, "each row has a source end and a target end", EntityKind.DEPENDENCY)
    if DEPENDENCY_WORDS & name_words and any(ends):
        why = "it is named for dependencies but has only one end of them"
        return SheetKind(None, why, EntityKind.DEPENDENCY)
    return None


def _is_end(meaning: frozenset[str], side: frozenset[str]) -> bool:
    rest = meaning - side
    return bool(side & meaning) and (not rest or rest <= _END_THINGS)


def _keyed(meanings: Sequence[frozenset[str]], name_words: frozenset[str], likeness: np.ndarray) -> SheetKind:
    specific = np.array([bool(meaning) and not meaning <= _GENERIC for meaning in meanings])
    generic = np.array([bool(meaning) and meaning <= _GENERIC for meaning in meanings])
    asset = _names(likeness, specific, ("asset_id", "asset_name", "hostname"))
    application = _names(likeness, specific, ("application_id", "application_name"))
    if asset and application and _is_link(meanings, asset, application):
        return SheetKind(EntityKind.LINK, "its rows only tie an application to an asset", EntityKind.LINK)
    about_assets, about_applications = (_weight(likeness, fields) for fields in (ASSET_ONLY, APPLICATION_ONLY))
    about_applications += NAMED_IN_SHEET * bool(APPLICATION_WORDS & name_words and not ASSET_WORDS & name_words)
    about_assets += NAMED_IN_SHEET * bool(ASSET_WORDS & name_words)
    is_list_of_applications = bool(application) and (not asset or application[0] < asset[0])
    if asset and not (is_list_of_applications and about_applications >= OUTWEIGHS * max(about_assets, 1)):
        return SheetKind(EntityKind.ASSET, _because(meanings, "servers", application), EntityKind.ASSET)
    named = [column for column, meaning in enumerate(meanings) if meaning and meaning <= _BARE_NAME]
    if application and named and named[0] < application[0] and about_assets > about_applications:
        return SheetKind(EntityKind.ASSET, _because(meanings, "servers", application), EntityKind.ASSET)
    if application:
        return SheetKind(EntityKind.APPLICATION, "it has an application key", EntityKind.APPLICATION)
    likely = EntityKind.APPLICATION if about_applications > about_assets else EntityKind.ASSET
    if generic.any() and max(about_assets, about_applications) > 0:
        return SheetKind(likely, f"its other columns describe {likely.value}s", likely)
    return SheetKind(None, "it has no column that names an asset, an application or both ends of a dependency", likely)


def _names(likeness: np.ndarray, specific: np.ndarray, fields: Sequence[str]) -> list[int]:
    """Columns whose header names one of the key fields better than anything else."""
    keys = likeness[:, [INDEX[field] for field in fields]].max(axis=1)
    return [
        int(column)
        for column in np.flatnonzero(specific & (keys >= KEY_LIKENESS) & (keys >= likeness.max(axis=1) - 0.03))
    ]


def _is_link(meanings: Sequence[frozenset[str]], asset: Sequence[int], application: Sequence[int]) -> bool:
    """Only keys of both sides, and at most one column that qualifies the tie."""
    keys = {*asset, *application}
    others = [meaning for column, meaning in enumerate(meanings) if column not in keys and meaning]
    sides = [any(side & meaning for meaning in meanings) for side in (_APP_SIDE, _ASSET_SIDE)]
    return all(sides) and len(others) <= 1


def _weight(likeness: np.ndarray, fields: Sequence[str]) -> float:
    """How many columns are plainly one of the fields."""
    return float((likeness[:, [INDEX[field] for field in fields]].max(axis=1) >= KEY_LIKENESS).sum())


def _because(meanings: Sequence[frozenset[str]], things: str, application: Sequence[int]) -> str:
    if application:
        return f"each row describes one of the {things} and mentions an application"
    if any("database" in meaning for meaning in meanings) and any(
        {"database", "id"} <= meaning for meaning in meanings
    ):
        return "each row describes a database and the server it runs on"
    return f"it has a key of {things}"


_OWN_FIELDS = {
    kind: [INDEX[field.name] for field in FIELDS if field.entities == (kind.value,)]
    for kind in (EntityKind.ASSET, EntityKind.APPLICATION, EntityKind.DEPENDENCY)
}
_KEYS = {
    EntityKind.ASSET: ("asset_id", "asset_name", "hostname", "serial_number"),
    EntityKind.APPLICATION: ("application_id", "application_name"),
}
