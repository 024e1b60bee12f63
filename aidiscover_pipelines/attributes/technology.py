"""Facts about products: operating systems, technologies by their common names, and what is past its end of life."""

from datetime import date

import pandas as pd

from aidiscover_pipelines.attributes.grouping import Groups, joined, number_texts

OS_FAMILIES = ("windows", "linux", "unix", "mainframe")
EOL, EOL_SOON, SUPPORTED, UNKNOWN = "eol", "eol_soon", "supported", "unknown"
# A large migration takes one to two years, so support that ends within 24 months ends during it.
_STATUS = {"eol": EOL, "eol_12": EOL_SOON, "eol_24": EOL_SOON, "supported": SUPPORTED}
_WORST_FIRST = (EOL, EOL_SOON, SUPPORTED, UNKNOWN)

_SYSTEM = "operating system"
_SYSTEM_FIELDS = ("os_name", "os_version")
# The hypervisor is left out: a migrated application leaves it behind, so its age says nothing about the application.
_SOFTWARE_FIELDS = ("technology_stack", "database_engine")
_TEXT_COLUMNS = ["application_id", "entity_id", "value", "evidence_id", "conflict", "basis"]
_USE_COLUMNS = ["entity_id", "evidence_id", "field", "name", "category", "kind", "cycle", "end_of_life", "status"]
_DAYS_PER_YEAR = 365.25


def technology_facts(own: pd.DataFrame, linked: pd.DataFrame, uses: pd.DataFrame, today: date) -> pd.DataFrame:
    """os_names, os_family, technologies, eol_products, eol_status and eol_years.

    `own` are chosen values of applications, `linked` those of their assets with application_id and asset_id, `uses`
    the TechnologyUse rows of both. An application without such texts has none of these facts; one whose texts name
    nothing published is `unknown`.
    """
    systems = _system_texts(own, linked)
    software = pd.concat(
        [
            own[own["field"].isin(_SOFTWARE_FIELDS)].assign(basis="application"),
            linked[linked["field"].isin(_SOFTWARE_FIELDS)].assign(basis="assets"),
        ]
    )[_TEXT_COLUMNS]
    texts = pd.concat([systems.assign(is_system=True), software.assign(is_system=False)], ignore_index=True)
    named = uses[uses["field"].isin((*_SYSTEM_FIELDS, *_SOFTWARE_FIELDS))]
    found = texts.merge(named[_USE_COLUMNS], on=["entity_id", "evidence_id"])
    found["status"] = found["status"].map(_STATUS).fillna(UNKNOWN)
    found["is_system"] &= found["field"].isin(_SYSTEM_FIELDS)
    parts = [
        _joined_as(systems, "os_names"),
        _joined_as(_families(found), "os_family"),
        _joined_as(_technologies(found), "technologies"),
        *_end_of_life(found, today),
    ]
    return pd.concat(parts, ignore_index=True)


def _system_texts(own: pd.DataFrame, linked: pd.DataFrame) -> pd.DataFrame:
    """Operating system with its version, one row per asset or application; a version the name repeats is left out."""
    parts = [
        _named_systems(own, ["application_id"]).assign(basis="application"),
        _named_systems(linked, ["application_id", "asset_id"]).assign(basis="assets"),
    ]
    return pd.concat([part[_TEXT_COLUMNS] for part in parts], ignore_index=True)


def _named_systems(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    columns = [*dict.fromkeys([*key, "entity_id"]), "value", "evidence_id", "conflict"]
    name, version = (
        rows.loc[rows["field"] == field, columns].drop_duplicates(key) for field in ("os_name", "os_version")
    )
    both = name.merge(version, on=key, how="outer", suffixes=("", "_version"))
    pairs = zip(
        both["value"].astype(object).fillna("").tolist(),
        both["value_version"].astype(object).fillna("").tolist(),
        strict=True,
    )
    both["value"] = pd.Series([_with_version(named, told) for named, told in pairs], dtype=object)
    for column in ("entity_id", "evidence_id"):
        both[column] = both[column].astype(object).where(both[column].notna(), both[f"{column}_version"].astype(object))
    both["conflict"] = both["conflict"].eq(True) | both["conflict_version"].eq(True)
    return both


def _with_version(name: str, version: str) -> str:
    """`Red Hat Enterprise Linux 7` of version `7.9` is 7.9; a version the name repeats is left out."""
    if version.lower() in name.lower():
        return name
    words, _, last = name.rpartition(" ")
    shorter = last.isdigit() and version.startswith((f"{last}.", f"{last} "))
    return f"{words if shorter else name} {version}".strip()


def _families(found: pd.DataFrame) -> pd.DataFrame:
    """windows, linux, unix or mainframe; other where a system's text names none of those."""
    systems = found[found["is_system"]]
    return systems.assign(value=systems["kind"].where(systems["kind"].isin(OS_FAMILIES), "other"))


def _technologies(found: pd.DataFrame) -> pd.DataFrame:
    software = found[found["name"].ne("") & found["category"].ne(_SYSTEM)]
    return software.assign(value=software["name"])


def _end_of_life(found: pd.DataFrame, today: date) -> list[pd.DataFrame]:
    rank = found["status"].map({status: position for position, status in enumerate(_WORST_FIRST)})
    worst = found.assign(rank=rank)[rank == rank.groupby(found["application_id"], observed=True).transform("min")]
    status = _joined_as(worst.assign(value=worst["status"]), "eol_status")

    ending = found[found["status"].isin((EOL, EOL_SOON))]
    ends = ending["end_of_life"].fillna("the day is not told")
    label = ending["name"] + " " + ending["cycle"] + " (" + ends + ")"
    products = _joined_as(ending.assign(value=label.astype(object)), "eol_products")

    past = found[found["status"].eq(EOL) & found["end_of_life"].notna()]
    oldest = past.sort_values(["application_id", "end_of_life"], kind="stable").drop_duplicates("application_id")
    years = _joined_as(oldest.assign(value=oldest["name"]), "eol_years")
    days = pd.Series([(today - date.fromisoformat(ends)).days for ends in oldest["end_of_life"]], dtype=float)
    years["number"] = (days / _DAYS_PER_YEAR).round(1)
    years["value"] = number_texts(years["number"])
    return [status, products, years]


def _joined_as(rows: pd.DataFrame, field: str) -> pd.DataFrame:
    """Joined values; the basis is the application's own record where that tells any of them."""
    told_itself = Groups(rows, ["application_id"]).any(rows["basis"].eq("application"))
    basis = told_itself.map({True: "application", False: "assets"}).astype(object)
    return joined(rows, ["application_id"]).assign(field=field, basis=basis)
