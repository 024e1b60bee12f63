"""What people say of applications: answers of a questionnaire that came back, and who is whom."""

import pandas as pd
import pytest

from aidiscover_pipelines.domain.questionnaire import KEY_HEADER
from aidiscover_pipelines.domain.tables import ApplicationAsset, SourceStanding
from aidiscover_pipelines.inventory.applications.resolve import (
    AssetRows,
    ResolvedApplications,
    answer_sheets,
    resolve_applications,
)
from aidiscover_pipelines.inventory.applications.suggestions import Estate
from aidiscover_pipelines.inventory.resolution.identity import decision_rows
from aidiscover_pipelines.inventory.survivorship.standing import stated

Row = tuple[str, dict[str, str]]
RECORDS: list[Row] = [
    ("app.1.2", {"application_id": "A1", "application_name": "Billing"}),
    ("app.1.3", {"application_id": "A2", "application_name": "Shop"}),
    ("new.1.2", {"application_name": "Shop"}),
]


def resolve(answers: list[Row], said: tuple[tuple[str, str, str], ...] = (), rows: list[Row] | None = None):
    """Answers are rows of the sheet "q.1"; `said` are (verdict, key, other key)."""
    cells = pd.DataFrame(
        [
            (f"{record}.{column}", record, record.split(".")[0], "application", field, value, None, None, value, "", "")
            for record, fields in [*(rows or RECORDS), *answers]
            for column, (field, value) in enumerate(fields.items(), start=1)
        ],
        columns=["evidence_id", "record_id", "file_id", "entity", "field", "value", "number", "statistic", "original",
                 "transform", "rule"],
    )  # fmt: skip
    decisions = decision_rows(
        *(
            {"decision_id": str(n), "entity": "application", "verdict": verdict, "at": n}
            | {"left_keys": [one], "right_keys": [other]}
            for n, (verdict, one, other) in enumerate(said)
        )
    )
    nothing = pd.DataFrame(columns=["record_id", "asset_id"], dtype="str")
    names = ["entity", "entity_id", "field", "value", "evidence_id", "chosen"]
    estate = Estate(
        pd.DataFrame(columns=["asset_id", "name", "kind"], dtype="str"),
        pd.DataFrame(columns=names),
        pd.DataFrame(columns=["asset_id", "sign", "value", "evidence_id"]),
    )
    standing = pd.DataFrame({"sheet_key": cells["record_id"].str.rpartition(".")[0].unique()})
    standing = standing.assign(kind="list", as_of="2026-01-01").reindex(columns=SourceStanding.columns())
    known = stated(cells, standing)
    rows = AssetRows(nothing, nothing["record_id"], nothing)
    return resolve_applications(known, rows, lambda _: estate, frozenset(("q.1",)), decisions)


def told(result: ResolvedApplications, field: str) -> dict[str, str]:
    values = result.values[result.values["field"] == field]
    return dict(zip(values["entity_id"], values["value"], strict=True))


def test_an_answer_goes_to_the_application_of_its_id_or_else_of_its_name():
    result = resolve(
        [
            ("q.1.2", {"application_id": "billing", "application_name": "whatever", "business_owner": "Ann"}),
            ("q.1.3", {"application_id": "gone", "application_name": "SHOP", "business_owner": "Bob"}),
        ]
    )
    assert told(result, "business_owner") == {"billing": "Ann", "shop": "Bob"}
    assert result.applications["application_id"].tolist() == ["billing", "shop"]
    assert "whatever" not in set(result.values["value"])
    assert result.skipped.empty


def test_an_answer_creates_no_application_and_every_row_is_accounted_for():
    result = resolve(
        [
            ("q.1.2", {"application_id": "ghost", "application_name": "Ghost", "business_owner": "Ann"}),
            ("q.1.3", {"application_id": "shop", "application_name": "Shop"}),
        ]
    )
    assert result.applications["application_id"].tolist() == ["billing", "shop"]
    assert dict(zip(result.skipped["record_id"], result.skipped["reason"], strict=True)) == {
        "q.1.2": "answer about an application that no source names",
        "q.1.3": "no answer in the row",
    }


def test_a_sheet_of_answers_is_told_by_its_first_header():
    sheets = pd.DataFrame(
        {"file_id": ["q", "a"], "sheet_index": [1, 1], "headers": [[KEY_HEADER, "x"], ["Application id", "x"]]}
    )
    assert answer_sheets(sheets) == {"q.1"}


@pytest.mark.parametrize(
    ("said", "groups"),
    [
        ((), [1, 2]),
        ((("same", "id:a1", "id:a2"),), [3]),
        ((("same", "name:billing", "name:shop"),), [3]),
        ((("same", "name:billing", "name:nobody"),), [1, 2]),
        ((("same", "name:billing", "name:shop"), ("different", "id:a1", "id:a2")), [1, 2]),
    ],
)
def test_what_a_person_said_of_two_applications_stands_until_a_later_word(said, groups):
    result = resolve([], said)
    assert sorted(result.applications["records"].tolist()) == groups
    if groups == [3]:
        assert set(result.applications["matched_by"]) <= {"person", "name"}
    assert list(result.application_assets) == ApplicationAsset.columns()


def test_spellings_that_a_person_tells_apart_stay_two():
    rows: list[Row] = [
        ("one.1.2", {"application_id": "C1", "application_name": "Order Desk"}),
        ("two.1.2", {"application_id": "C9", "application_name": "Order-Desk"}),
    ]
    assert len(resolve([], rows=rows).applications) == 1
    assert len(resolve([], (("different", "id:c1", "id:c9"),), rows).applications) == 2
