"""Where sources keep a server: folder, resource pool, resource group, stack.

No attribute is made of these, so they are no canonical fields and the mapper leaves their columns out. As signs of an
application they are read here from the rows as received, by header.
"""

import pandas as pd

from aidiscover_pipelines.domain.tables import FieldMapping, SourceRecord
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.names import plain_name
from aidiscover_pipelines.ports import PortfolioStore

# Plain header -> sign of `server_signs`, of RVTools, vSphere and cloud exports in the languages of their interfaces.
PLACEMENT_HEADERS: dict[str, str] = {
    **dict.fromkeys(
        ("folder", "vm folder", "folder path", "inventory path", "inventory folder", "ordner", "vm ordner", "dossier",
         "carpeta", "cartella", "pasta", "vmフォルダ", "フォルダ", "文件夹"),
        "folder",
    ),
    **dict.fromkeys(
        ("resource pool", "ressourcenpool", "pool de ressources", "grupo de recursos vm", "pool di risorse",
         "リソース プール", "资源池"),
        "resource pool",
    ),
    **dict.fromkeys(
        ("resource group", "resourcegroup", "resource group name", "resourcegroupname", "ressourcengruppe",
         "groupe de ressources", "grupo de recursos", "gruppo di risorse", "リソース グループ", "资源组"),
        "resource group",
    ),
    **dict.fromkeys(
        ("stack", "stack name", "stackname", "cloudformation stack", "deployment", "vapp", "vapp name"), "stack"
    ),
}  # fmt: skip
PLACEMENT_COLUMNS = ["asset_id", "sign", "value", "evidence_id"]


def read_placements(store: PortfolioStore, tenant: TenantId, record_assets: pd.DataFrame) -> pd.DataFrame:
    """PLACEMENT_COLUMNS of the assets in `record_assets` (record_id, asset_id).

    Of the sheets of a file that repeat a column, the first that holds anything is read.
    """
    columns = ["file_id", "sheet_index", "column_index", "header"]
    mappings = store.read(tenant, FieldMapping, columns=columns, entity=str(EntityKind.ASSET))
    headers = mappings["header"].drop_duplicates()
    signs = {header: PLACEMENT_HEADERS.get(plain_name(str(header))) for header in headers}
    mappings = mappings.assign(sign=mappings["header"].map(signs)).dropna(subset="sign")
    owner = record_assets.drop_duplicates("record_id").set_index("record_id")["asset_id"]
    done: set[tuple[str, str]] = set()
    found: list[pd.DataFrame] = []
    sheets = mappings.assign(key=mappings["file_id"].astype("str") + "." + mappings["sheet_index"].astype("str"))
    for _, wanted in sheets.sort_values(["file_id", "sheet_index"], kind="stable").groupby("key", sort=False):
        file_id, sheet_index = str(wanted["file_id"].iloc[0]), int(wanted["sheet_index"].iloc[0])
        todo = [
            (sign, column)
            for sign, column in zip(wanted["sign"], wanted["column_index"], strict=True)
            if (file_id, sign) not in done
        ]
        if not todo:
            continue
        rows = store.read(
            tenant, SourceRecord, columns=["record_id", "cells"], file_id=file_id, sheet_index=sheet_index
        )
        rows = rows[rows["record_id"].isin(set(owner.index))]
        for sign, column in todo:
            values = rows["cells"].str.get(int(column) - 1).astype("str").str.strip()
            held = rows.loc[values.fillna("") != "", "record_id"]
            if held.empty:
                continue
            done.add((file_id, sign))
            evidence = held + f".{column}"
            frame = {"asset_id": held.map(owner), "sign": sign, "value": values[held.index], "evidence_id": evidence}
            found.append(pd.DataFrame(frame))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=PLACEMENT_COLUMNS)
