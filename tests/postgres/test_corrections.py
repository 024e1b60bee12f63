"""Corrections in PostgreSQL: apart by tenant whatever is asked, and searchable by pgvector as the mapper searches."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest
from sqlalchemy.engine import make_url

from aidiscover_pipelines.domain.errors import Permanent
from aidiscover_pipelines.domain.tables import MappingCorrection
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.mapping.answers import Answer, correction_row
from aidiscover_pipelines.mapping.embedding import embed_columns
from aidiscover_pipelines.mapping.exchange import export_templates
from aidiscover_pipelines.mapping.fields import map_sheets
from aidiscover_pipelines.mapping.learning import correct, list_corrections, remove_corrections
from resources.postgres.embedded import ensure_server
from resources.postgres.store import PostgresStore
from resources.scratch_store import ScratchStore

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HEADERS = ["Owner of the machine", "Machine owner", "Disk size", "Serial no", "Quux"]


@pytest.fixture
def two(store: PostgresStore) -> tuple[TenantId, TenantId]:
    pair = TenantId(f"t-{uuid.uuid4().hex[:12]}"), TenantId(f"t-{uuid.uuid4().hex[:12]}")
    for tenant in pair:
        store.add_tenant(Tenant(tenant, "Same name"))
    return pair


@pytest.fixture
def owner(database_home: Path) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    parts = make_url(ensure_server(database_home).owner)
    with psycopg.connect(
        host=str(parts.query["host"]), user=parts.username, password=parts.password, dbname=parts.database
    ) as connection:
        yield connection
        connection.rollback()


def taught(*headers: str, by: str = "ann") -> pd.DataFrame:
    rows = [correction_row(Answer(header, "technical_owner"), by, NOON, None, None) for header in headers]
    return pd.DataFrame(rows, columns=MappingCorrection.columns())


def test_a_vector_comes_back_as_it_went_in_from_either_store(
    store: PostgresStore, two: tuple[TenantId, TenantId]
) -> None:
    mine, _ = two
    scratch = ScratchStore(Tenant(mine, ""))
    written = taught(*HEADERS)
    for held in (store, scratch):
        held.upsert(mine, RunRef("r"), {MappingCorrection: written})
    pd.testing.assert_frame_equal(store.read(mine, MappingCorrection), scratch.read(mine, MappingCorrection))
    by_id = written.set_index("correction_id")["embedding"].to_dict()
    for row in store.read(mine, MappingCorrection).to_dict("records"):
        assert row["embedding"] == by_id[row["correction_id"]]


@pytest.mark.parametrize("vector", [[], [0.5] * 3, [float("nan")] * 256])
def test_a_vector_of_another_shape_is_refused_by_either_store(
    store: PostgresStore, two: tuple[TenantId, TenantId], vector: list[float]
) -> None:
    mine, _ = two
    wrong = taught("Owner").assign(embedding=[vector])
    for held in (store, ScratchStore(Tenant(mine, ""))):
        with pytest.raises(Permanent, match=r"cannot store mapping_corrections\.embedding"):
            held.upsert(mine, RunRef("r"), {MappingCorrection: wrong})


def test_one_tenants_correction_never_reaches_another(store: PostgresStore, two: tuple[TenantId, TenantId]) -> None:
    mine, theirs = two
    correct(store, theirs, Answer("Quux", "vendor"), "their-secret-person")
    correct(store, theirs, Answer("Quux of machine", "vendor"), "their-secret-person")
    correct(store, mine, Answer("Other", "tags"), "ann")
    held = store.read(mine, MappingCorrection)
    assert held["by"].tolist() == ["ann"]
    sheets = pd.DataFrame(
        [{"file_id": "f", "sheet_index": 1, "sheet": "s", "headers": ["Server Name", "Quux", "Quux of the machine"]}]
    )
    records = pd.DataFrame([{"file_id": "f", "sheet_index": 1, "row": 2, "cells": ["a", "b", "c"]}])
    mapped = map_sheets(sheets, records, held)
    assert not mapped["reason"].str.contains("their-secret-person").any()
    assert "Quux" not in export_templates(store.tenant(mine, "export"), held)[0]
    assert map_sheets(sheets, records, store.read(theirs, MappingCorrection))["field"].tolist()[1] == "vendor"


def test_removing_reaches_ones_own_corrections_only(store: PostgresStore, two: tuple[TenantId, TenantId]) -> None:
    mine, theirs = two
    for tenant in two:
        store.upsert(tenant, RunRef("r"), {MappingCorrection: taught("Owner")})
    same_id = list_corrections(store, mine)[0]["correction_id"]
    remove_corrections(store, mine, [same_id])
    assert [row["correction_id"] for row in list_corrections(store, theirs)] == [same_id]


def test_pgvector_finds_the_neighbours_that_the_mapper_finds_within_the_bound_tenant(
    store: PostgresStore, two: tuple[TenantId, TenantId], owner: psycopg.Connection[tuple[Any, ...]]
) -> None:
    mine, theirs = two
    store.upsert(mine, RunRef("r"), {MappingCorrection: taught(*HEADERS)})
    store.upsert(theirs, RunRef("r"), {MappingCorrection: taught("The owner of a machine", by="them")})
    (query,) = embed_columns(["Owner of machine"], [""], [[]])
    owner.execute("SELECT set_config('app.tenant_id', %s, true)", (mine,))
    found = owner.execute(
        "SELECT header FROM portfolio.mapping_corrections ORDER BY embedding <=> %s::vector, correction_id",
        (str(query.tolist()),),
    ).fetchall()
    held = store.read(mine, MappingCorrection)
    near = held.assign(cosine=np.stack(held["embedding"].tolist()) @ query)
    ordered = near.sort_values(["cosine", "correction_id"], ascending=[False, True], kind="stable")
    assert [header for (header,) in found] == ordered["header"].tolist()
