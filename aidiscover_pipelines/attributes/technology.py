"""Facts about products: operating systems, technologies by their common names, and what is past its end of life."""

from datetime import date

import numpy as np
import pandas as pd

from aidiscover_pipelines.attributes.estate import places
from aidiscover_pipelines.attributes.grouping import Groups, joined, number_texts
from aidiscover_pipelines.attributes.told import Told, Weighed
from aidiscover_pipelines.attributes.wide import Texts

OS_FAMILIES = ("windows", "linux", "unix", "mainframe")
EOL, EOL_SOON, SUPPORTED, UNKNOWN = "eol", "eol_soon", "supported", "unknown"
# A large migration takes one to two years, so support that ends within 24 months ends during it.
_STATUS = {"eol": EOL, "eol_12": EOL_SOON, "eol_24": EOL_SOON, "supported": SUPPORTED}
_WORST_FIRST = (EOL, EOL_SOON, SUPPORTED, UNKNOWN)

_SYSTEM = "operating system"
_SYSTEM_FIELDS = ("os_name", "os_version")
# The hypervisor is left out: a migrated application leaves it behind, so its age says nothing about the application.
_SOFTWARE_FIELDS = ("technology_stack", "database_engine")
_TEXT_COLUMNS = ["application", "entity", "cell", "conflict", "basis"]
_USE_COLUMNS = ["field", "name", "category", "kind", "cycle", "end_of_life", "status"]
_DAYS_PER_YEAR = 365.25


def technology_facts(values: Weighed, own: Told, linked: Told, uses: pd.DataFrame, today: date) -> pd.DataFrame:
    """os_names, os_family, technologies, eol_products, eol_status and eol_years.

    `own` is what applications record themselves, `linked` what their assets do, `uses` the TechnologyUse rows of both,
    whose addresses are coded in `values`. An application without such texts has none of these facts; one whose texts
    name nothing published is `unknown`.
    """
    fields = (*_SYSTEM_FIELDS, *_SOFTWARE_FIELDS)
    layers = {
        basis: values.frame(values.of(told, *fields)) for basis, told in (("application", own), ("assets", linked))
    }
    keys = {"application": ["application"], "assets": ["application", "asset"]}
    systems = pd.concat(
        [_named_systems(rows, keys[basis], values.cells.value.texts).assign(basis=basis)
         for basis, rows in layers.items()],
        ignore_index=True,
    )  # fmt: skip
    software = [rows[rows["field"].isin(_SOFTWARE_FIELDS)].assign(basis=basis) for basis, rows in layers.items()]
    texts = pd.concat(
        [systems[_TEXT_COLUMNS].assign(is_system=True), *(rows[_TEXT_COLUMNS] for rows in software)], ignore_index=True
    )
    texts["is_system"] = texts["is_system"].eq(True)
    cited = values.addresses
    entity = places(uses["entity_id"], pd.Series(values.cells.entity_id.texts, dtype="str"))
    named = uses[_USE_COLUMNS].assign(cell=entity * len(cited) + cited.uses)
    named = named[named["field"].isin(fields) & (entity >= 0)].astype(dict.fromkeys(_USE_COLUMNS, object))
    # A cell of an entity, which is one number so.
    by_cell = texts.assign(cited=texts["cell"], cell=texts["entity"] * len(cited) + texts["cell"])
    found = by_cell.merge(named, on="cell")
    found["cell"] = found["cited"]
    found["status"] = found["status"].map(_STATUS).fillna(UNKNOWN)
    found["is_system"] &= found["field"].isin(_SYSTEM_FIELDS)
    parts = [
        _joined_as(systems, "os_names"),
        _joined_as(_families(found), "os_family"),
        _joined_as(_technologies(found), "technologies"),
        *_end_of_life(found, today),
    ]
    return pd.concat(parts, ignore_index=True)


def _named_systems(rows: pd.DataFrame, key: list[str], texts: Texts) -> pd.DataFrame:
    """Operating system with its version, one row per asset or application; a version the name repeats is left out."""
    columns = [*key, "entity", "value", "cell", "conflict"]
    name, version = (rows.loc[rows["field"] == field, columns].drop_duplicates(key) for field in _SYSTEM_FIELDS)
    both = name.merge(version, on=key, how="outer", suffixes=("", "_version"))
    said = [both[column].fillna(-1).to_numpy(dtype=np.int64) for column in ("value", "value_version")]
    pairs, of_pair = np.unique(said[0] * (len(texts) + 1) + said[1] + 1, return_inverse=True)
    told = [(pair // (len(texts) + 1), pair % (len(texts) + 1) - 1) for pair in pairs.tolist()]
    words = [_with_version(*("" if code < 0 else texts[code] for code in codes)) for codes in told]
    both["value"] = pd.Series(np.array(words, dtype=object)[of_pair], dtype=object)
    for column in ("entity", "cell"):
        both[column] = both[column].fillna(both[f"{column}_version"]).astype("int64")
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
    worst = found.assign(rank=rank)[rank == rank.groupby(found["application"]).transform("min")]
    status = _joined_as(worst.assign(value=worst["status"]), "eol_status")

    ending = found[found["status"].isin((EOL, EOL_SOON))]
    ends = ending["end_of_life"].fillna("the day is not told")
    label = ending["name"] + " " + ending["cycle"] + " (" + ends + ")"
    products = _joined_as(ending.assign(value=label), "eol_products")

    past = found[found["status"].eq(EOL) & found["end_of_life"].notna()]
    oldest = past.sort_values(["application", "end_of_life"], kind="stable").drop_duplicates("application")
    years = _joined_as(oldest.assign(value=oldest["name"]), "eol_years")
    days = pd.Series([(today - date.fromisoformat(ends)).days for ends in oldest["end_of_life"]], dtype=float)
    years["number"] = (days / _DAYS_PER_YEAR).round(1)
    years["value"] = number_texts(years["number"])
    return [status, products, years]


def _joined_as(rows: pd.DataFrame, field: str) -> pd.DataFrame:
    """Joined values; the basis is the application's own record where that tells any of them."""
    told_itself = Groups(rows, ["application"]).any(rows["basis"].eq("application"))
    basis = told_itself.map({True: "application", False: "assets"}).astype(object)
    return joined(rows, ["application"]).assign(field=field, basis=basis)
