"""Konveyor (Tackle): the application import, read by position; applications first, then what they need."""

from collections.abc import Sequence

import pandas as pd

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.reporting.exports.csv_text import importer_csv
from aidiscover_pipelines.reporting.exports.estate import Estate, wave_name
from aidiscover_pipelines.reporting.exports.made import Made, notes
from aidiscover_pipelines.reporting.exports.template import CELL_LEFT_EMPTY, Column, Template, fill, rejected

_TAGS = 20
_OWNER = r".+\s<.+@.+>"
_APPLICATION, _DEPENDENCY, _NEEDS = "1", "2", "southbound"
# Categories of technologies -> tag categories of Konveyor's own seed.
_CATEGORIES = {
    "operating system": "Operating System",
    "database": "Database",
    "language": "Language",
    "runtime": "Runtime",
    "application server": "Runtime",
    "web server": "Runtime",
}

TEMPLATE = Template(
    columns=(
        *map(Column, ("Record Type",)),
        Column("Application Name", required=True),
        *map(Column, (
            "Description", "Comments", "Business Service", "Dependency", "Dependency Direction", "Binary Group",
            "Binary Artifact", "Binary Version", "Binary Packaging", "Repository Type", "Repository URL",
            "Repository Branch", "Repository Path",
        )),
        Column("Owner", pattern=_OWNER),
        Column("Contributors"),
        *(Column(title) for number in range(1, _TAGS + 1) for title in (f"Tag Category {number}", f"Tag {number}")),
    ),
    source="https://github.com/konveyor/tackle2-ui client/public/templates/template_application_import.csv; "
    "https://github.com/konveyor/tackle2-hub importer/manager.go",
    read_on="2026-11-21",
    key="Application Name",
)  # fmt: skip


def konveyor(estate: Estate) -> Made:
    """All applications, and each directed dependency between two of them.

    A dependency row has seven fields and no trailing commas, as in the published sample: in a longer row the importer
    looks elsewhere for the needed application.
    """
    applications = estate.applications
    owners, (tags, too_many) = estate.fact("technical_owner"), _tags(estate)
    cells = pd.DataFrame({
        "Record Type": _APPLICATION,
        "Application Name": applications["name"],
        "Description": estate.fact("description"),
        "Comments": _comments(estate),
        "Business Service": estate.fact("business_unit"),
        "Owner": owners.where(owners.str.fullmatch(_OWNER), ""),
        **tags,
    }).set_axis(applications["application_id"])  # fmt: skip
    # Konveyor cuts spaces off the ends of a name before it looks for the application of that name.
    cells["Application Name"] = cells["Application Name"].str.strip()
    filled = fill(TEMPLATE, cells)
    names = filled.rows["Application Name"]
    directed = estate.edges[estate.edges["directed"].astype(bool)]
    both = directed["source_application"].isin(names.index) & directed["target_application"].isin(names.index)
    needs = [
        (_DEPENDENCY, names[source], "", "", "", names[target], _NEEDS)
        for source, target in directed.loc[both, ["source_application", "target_application"]].itertuples(index=False)
    ]
    content = importer_csv(TEMPLATE.titles, [*filled.rows.itertuples(index=False), *needs])
    told = filled.rejects["about"].map(applications.set_index("application_id")["name"])
    rejects = pd.concat([filled.rejects.assign(about=told), too_many], ignore_index=True)
    excluded = {
        "dependency whose direction is not known": len(estate.edges) - len(directed),
        "dependency of an application that was left out": len(directed) - len(needs),
    }
    counted = {why: count for why, count in excluded.items() if count}
    return Made([content], len(filled.rows) + len(needs), rejects, counted, notes(TEMPLATE, [content], filled.rows))


def _comments(estate: Estate) -> list[str]:
    """What Konveyor has no column for: R, target and wave, and an owner who is not of the form Name <mail address>."""
    rows, owners = estate.applications, estate.fact("technical_owner")
    told = {
        "strategy": rows["strategy"],
        "target": rows["target"],
        "wave": rows["wave"].map(wave_name),
        "technical owner": owners.where(~owners.str.fullmatch(_OWNER), ""),
    }
    return [
        "; ".join(f"{name}: {value}" for name, value in zip(told, values, strict=True) if value)
        for values in zip(*told.values(), strict=True)
    ]


def _tags(estate: Estate) -> tuple[dict[str, Sequence[str]], pd.DataFrame]:
    """Twenty pairs of columns from the products that each application and its servers are known to use."""
    used = estate.technologies
    used = used[used["category"].isin(list(_CATEGORIES)) & (used["product"] != "")]
    of_servers = used[used["entity"].map(str) == EntityKind.ASSET.value]
    of_servers = of_servers.merge(estate.links, left_on="entity_id", right_on="asset_id")
    own = used[used["entity"].map(str) == EntityKind.APPLICATION.value].assign(
        application_id=lambda rows: rows["entity_id"]
    )
    known = pd.concat([own, of_servers])[["application_id", "category", "name"]]
    known = known.assign(category=known["category"].map(_CATEGORIES)).drop_duplicates()
    known = known.sort_values(["application_id", "category", "name"], kind="stable")
    pairs = known.groupby("application_id")[["category", "name"]].apply(lambda held: list(held.itertuples(index=False)))
    held = [pairs.get(identity, []) for identity in estate.applications["application_id"]]
    columns: dict[str, Sequence[str]] = {}
    for number in range(_TAGS):
        columns[f"Tag Category {number + 1}"] = [told[number][0] if number < len(told) else "" for told in held]
        columns[f"Tag {number + 1}"] = [told[number][1] if number < len(told) else "" for told in held]
    rest = [
        (name, f"Tag {_TAGS}", "; ".join(f"{category}: {tag}" for category, tag in told[_TAGS:]), CELL_LEFT_EMPTY,
         f"the template takes {_TAGS} tags")
        for name, told in zip(estate.applications["name"], held, strict=True)
        if len(told) > _TAGS
    ]  # fmt: skip
    return columns, rejected(rest)
