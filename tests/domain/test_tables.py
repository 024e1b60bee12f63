"""Row models are the one description of a table, so each must be complete."""

import pytest

from aidiscover_pipelines.domain.canonical import BY_NAME, FIELDS, is_field_of
from aidiscover_pipelines.domain.tables import TABLES


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.table)
def test_each_table_has_a_key_of_its_own_columns_and_describes_every_column(table):
    assert set(table.key) <= set(table.columns())
    assert all(field.description for field in table.model_fields.values())
    assert table.__doc__


def test_table_names_are_unique():
    assert len({table.table for table in TABLES}) == len(TABLES)


def test_the_canonical_schema_has_67_fields_each_with_a_definition_and_an_entity():
    assert len(FIELDS) == len(BY_NAME) == 67
    assert all(field.definition and field.entities for field in FIELDS)


def test_a_field_of_both_entities_may_describe_either():
    assert is_field_of("environment", "asset")
    assert is_field_of("environment", "application")
    assert not is_field_of("hostname", "application")
