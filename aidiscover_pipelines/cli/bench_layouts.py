"""`python -m aidiscover_pipelines.cli.bench_layouts`: tall rows, one document or one wide row per entity.

What docs/adr/0011-value-layout.md rests on. A server of its own, removed afterwards; three rounds, medians in seconds.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.csv

from aidiscover_pipelines.cli.runs import own_home
from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.tables import AttributeValue, EntityValue, Row
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.postgres import connect, open_store
from resources.postgres.store import PostgresStore

ROUNDS = 3
TENANT = TenantId("bench")
ENTITIES, VALUES_EACH, APPLICATIONS, ATTRIBUTES_EACH = 30_000, 20, 10_000, 22

Figures = dict[str, list[float]]


def entity_values() -> pd.DataFrame:
    """600,000 values of 30,000 servers, each field once."""
    names = [f"srv-{number:06d}-ab12cd34" for number in range(ENTITIES)]
    return _tall(EntityValue, "entity_id", names, [field.name for field in FIELDS[:VALUES_EACH]], "field")


def attribute_values() -> pd.DataFrame:
    """220,000 values of 10,000 applications: every attribute."""
    names = [f"application-{number:05d}" for number in range(APPLICATIONS)]
    return _tall(
        AttributeValue, "application_id", names, [f"attribute_{n:02d}" for n in range(ATTRIBUTES_EACH)], "attribute"
    )


def _tall(table: type[Row], entity: str, names: list[str], fields: list[str], field: str) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    rows = len(names) * len(fields)
    place = np.arange(rows)
    columns: dict[str, Any] = {}
    for name, model_field in table.model_fields.items():
        kind = str(model_field.annotation)
        if "float" in kind:
            columns[name] = rng.random(rows).round(3)
        elif "bool" in kind:
            columns[name] = rng.random(rows) < 0.9
        elif "list" in kind or "dict" in kind:
            columns[name] = pd.Series([f'["1f0c9a77b2de.2.{row}.3"]' for row in place], dtype="str")
        else:
            columns[name] = pd.Series([f"{name} {value}" for value in rng.integers(0, 5000, rows)], dtype="str")
    columns[entity] = np.array(names, dtype=object)[place // len(fields)]
    columns[field] = np.array(fields, dtype=object)[place % len(fields)]
    if "entity" in columns:
        columns["entity"] = "asset"
    if "evidence_id" in columns:
        columns["evidence_id"] = [f"1f0c9a77b2de.2.{row}.{column}" for row, column in enumerate(columns[field])]
    return pd.DataFrame(columns)


@contextmanager
def taken(figures: Figures, what: str) -> Iterator[None]:
    """Adds the wall seconds."""
    began = time.perf_counter()
    yield
    figures.setdefault(what, []).append(time.perf_counter() - began)


def tall(store: PostgresStore, table: type[Row], frame: pd.DataFrame, entity: str, field: str) -> Figures:
    """As the store holds it; also a rewrite in which nothing, a hundredth or everything changed."""
    figures: Figures = {}
    some, other = frame[entity].iloc[0], frame[field].iloc[0]
    changed = frame.assign(**{_text(table): frame[_text(table)].where(np.arange(len(frame)) % 100 != 0, "changed")})
    anew = frame.assign(**{_text(table): "anew"})
    for number in range(ROUNDS):
        store.replace(TENANT, RunRef(f"empty {number}"), {table: frame.iloc[:0]})
        for what, rows in (
            ("write", frame),
            ("write the same again", frame),
            ("write, 1 % changed", changed),
            ("write, all changed", anew),
        ):
            with taken(figures, what):
                store.replace(TENANT, RunRef(what), {table: rows})
        with taken(figures, "read all"):
            store.read(TENANT, table)
        with taken(figures, "read of all what a wide row holds"):
            store.read(TENANT, table, columns=[entity, field, _text(table), _number(table)])
        with taken(figures, "read one entity"):
            store.read(TENANT, table, **{entity: some})
        with taken(figures, "read one field of all"):
            store.read(TENANT, table, **{field: other})
        with taken(figures, "rewrite one entity"):
            store.replace(TENANT, RunRef("one"), {table: frame[frame[entity] == some]}, **{entity: some})
    return figures


def _text(table: type[Row]) -> str:
    return "value" if table is EntityValue else "question"


def _number(table: type[Row]) -> str:
    return "number" if table is EntityValue else "quality"


def documents(connection: psycopg.Connection[Any], frame: pd.DataFrame, entity: str, field: str) -> Figures:
    """One JSONB document for each entity: field -> everything else of the row. Read back as the same tall frame."""
    others = [name for name in frame.columns if name not in (entity, field)]
    grouped: dict[str, dict[str, Any]] = {}
    made: Figures = {}

    def build() -> pd.DataFrame:
        grouped.clear()
        for record in frame.to_dict("records"):
            grouped.setdefault(record[entity], {})[record[field]] = {name: record[name] for name in others}
        return pd.DataFrame({"id": list(grouped), "doc": [json.dumps(doc) for doc in grouped.values()]})

    def unfold(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
        flat = [{entity: key, field: name, **value} for key, doc in rows for name, value in json.loads(doc).items()]
        return pd.DataFrame(flat)

    def one_field(name: str) -> None:
        got = connection.execute("SELECT id, doc->%s FROM bench_doc", (name,)).fetchall()
        pd.DataFrame([{entity: key, **value} for key, value in got])

    some, other = frame[entity].iloc[0], frame[field].iloc[0]
    connection.execute('CREATE TABLE bench_doc (id TEXT COLLATE "C" PRIMARY KEY, doc JSONB NOT NULL)')
    for _ in range(ROUNDS):
        with taken(made, "write"):
            _rewrite(connection, "bench_doc", build())
        with taken(made, "read all"):
            unfold(connection.execute("SELECT id, doc::text FROM bench_doc ORDER BY id").fetchall())
        with taken(made, "read one entity"):
            unfold(connection.execute("SELECT id, doc::text FROM bench_doc WHERE id = %s", (some,)).fetchall())
        with taken(made, "read one field of all"):
            one_field(other)
        with taken(made, "rewrite one entity"):
            doc = json.dumps(grouped[some])
            connection.execute("UPDATE bench_doc SET doc = %s WHERE id = %s", (doc, some))
            connection.commit()
    return made


def wide(connection: psycopg.Connection[Any], frame: pd.DataFrame, entity: str, field: str, value: str) -> Figures:
    """One row for each entity, a text column for each field and one array of numbers.

    Less than the others hold: a single value for each field, no evidence, rule or conflict.
    """
    fields = sorted(frame[field].unique())
    number = next(name for name in frame.columns if frame[name].dtype == float)
    made: Figures = {}

    def build() -> pd.DataFrame:
        table = frame.pivot(index=entity, columns=field, values=value)
        numbers = frame.pivot(index=entity, columns=field, values=number).to_numpy()
        table["quality"] = ["{" + ",".join(map(str, row)) + "}" for row in numbers.tolist()]
        return table.reset_index()

    def unfold(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
        table = pd.DataFrame(rows, columns=[entity, *fields, "quality"])
        long = table.melt(id_vars=entity, value_vars=fields, var_name=field, value_name=value)
        return long.assign(quality=np.array(table["quality"].tolist()).T.ravel())

    some, other = frame[entity].iloc[0], fields[0]
    columns = ", ".join(f'"{name}" TEXT COLLATE "C"' for name in fields)
    connection.execute(f'CREATE TABLE bench_wide (id TEXT COLLATE "C" PRIMARY KEY, {columns}, quality REAL[])')
    for _ in range(ROUNDS):
        with taken(made, "write"):
            _rewrite(connection, "bench_wide", build())
        with taken(made, "read all"):
            unfold(connection.execute("SELECT * FROM bench_wide ORDER BY id").fetchall())
        with taken(made, "read one entity"):
            unfold(connection.execute("SELECT * FROM bench_wide WHERE id = %s", (some,)).fetchall())
        with taken(made, "read one field of all"):
            pd.DataFrame(connection.execute(f'SELECT id, "{other}", quality[1] FROM bench_wide').fetchall())  # noqa: S608
        with taken(made, "rewrite one entity"):
            connection.execute(f'UPDATE bench_wide SET "{other}" = %s WHERE id = %s', ("x", some))  # noqa: S608
            connection.commit()
    return made


def _rewrite(connection: psycopg.Connection[Any], table: str, frame: pd.DataFrame) -> None:
    """DELETE, then COPY of CSV, in one transaction."""
    buffer = pa.BufferOutputStream()
    pyarrow.csv.write_csv(
        pa.Table.from_pandas(frame, preserve_index=False), buffer, pyarrow.csv.WriteOptions(include_header=False)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        with cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy:
            copy.write(buffer.getvalue())
    connection.commit()


def measure() -> dict[str, Any]:
    """Table -> layout -> what was done -> median seconds; and the load of the machine before and after."""
    load = [os.getloadavg()[0]]
    document: dict[str, Any] = {}
    cases: tuple[tuple[type[Row], Callable[[], pd.DataFrame], str, str, str], ...] = (
        (EntityValue, entity_values, "entity_id", "field", "value"),
        (AttributeValue, attribute_values, "application_id", "attribute", "question"),
    )
    with own_home() as settings:
        store = open_store(settings)
        store.add_tenant(Tenant(TENANT, "Bench"))
        for table, make, entity, field, value in cases:
            frame = make()
            layouts = {"tall": tall(store, table, frame, entity, field)}
            with psycopg.connect(connect(settings).owner.replace("+psycopg", "")) as connection:
                layouts["document"] = documents(connection, frame, entity, field)
                layouts["wide"] = wide(connection, frame, entity, field, value)
                connection.execute("DROP TABLE bench_doc, bench_wide")
            document[table.table] = {
                name: {what: round(statistics.median(seconds), 3) for what, seconds in figures.items()}
                for name, figures in layouts.items()
            }
        store.close()
    return {**document, "load": [round(one, 1) for one in (*load, os.getloadavg()[0])]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(), indent=2) + "\n")
