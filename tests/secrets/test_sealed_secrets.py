"""A secret opens for its tenant, under its name, with its key ring, and shows nowhere else."""

import logging
import traceback

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import ProviderSecret
from aidiscover_pipelines.domain.tenancy import TenantId
from resources.secrets.key_ring import KeyRing
from resources.secrets.sealed import Rotation, SealedSecrets

ACME, BETA = TenantId("acme"), TenantId("beta")
VALUE = "sk-proj-0123456789abcdefghij"
NAME = "llm/openai"


def row_of(store, tenant, name=NAME):
    return store.page(tenant, ProviderSecret)[0].set_index("name", drop=False).loc[name].to_dict()


def store_row(store, tenant, row, **changed):
    store.append(tenant, {ProviderSecret: pd.DataFrame([row | changed])})


def test_a_secret_is_for_its_tenant_only(sealed):
    assert sealed.put(ACME, NAME, VALUE, "eve") == 1
    assert sealed.get(ACME, NAME) == VALUE
    assert sealed.get(BETA, NAME) is None
    assert sealed.names(BETA) == []


def test_a_replaced_secret_has_the_next_version(sealed):
    sealed.put(ACME, NAME, "old", "eve")
    assert sealed.put(ACME, NAME, VALUE, "adam") == 2
    assert sealed.get(ACME, NAME) == VALUE
    (told,) = sealed.names(ACME)
    assert (told.name, told.version, told.by) == (NAME, 2, "adam")


def test_a_removed_secret_is_gone(sealed):
    sealed.put(ACME, NAME, VALUE, "eve")
    assert sealed.remove(ACME, NAME)
    assert sealed.get(ACME, NAME) is None
    assert not sealed.remove(ACME, NAME)


def test_any_text_comes_back_as_it_was(sealed):
    document = '{"type": "service_account", "private_key": "-----BEGIN\\nü\\n"}\n' * 40
    sealed.put(ACME, "cloud/gcp", document, "eve")
    assert sealed.get(ACME, "cloud/gcp") == document


def test_postgres_keeps_it_too(store, tenant, ring):
    sealed = SealedSecrets(store, ring)
    sealed.put(tenant, NAME, "old", "eve")
    sealed.put(tenant, NAME, VALUE, "eve")
    ring.renew()
    assert sealed.rotate(tenant).resealed == (NAME,)
    assert sealed.get(tenant, NAME) == VALUE
    assert [(one.name, one.version) for one in sealed.names(tenant)] == [(NAME, 2)]
    assert sealed.remove(tenant, NAME)
    assert sealed.get(tenant, NAME) is None


def test_the_value_is_in_no_row_repr_log_or_file(sealed, scratch, ring, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    sealed.put(ACME, NAME, VALUE, "eve")
    sealed.get(ACME, NAME)
    ring.renew()
    sealed.rotate(ACME)
    master = ring.current()
    files = "".join(path.read_text() for path in (tmp_path / "keys").iterdir())
    rows = scratch.page(ACME, ProviderSecret)[0].to_csv()
    shown = repr(sealed) + repr(ring) + repr(vars(ring)) + repr(master) + repr(sealed.names(ACME)) + caplog.text
    assert VALUE not in shown + rows + files
    assert repr(master.secret) not in shown
    assert master.secret.hex() not in shown


def test_a_row_copied_to_another_tenant_does_not_open(sealed, scratch):
    sealed.put(ACME, NAME, VALUE, "eve")
    store_row(scratch, BETA, row_of(scratch, ACME))
    assert_refused(lambda: sealed.get(BETA, NAME), "'beta'", "another tenant")


def test_a_row_copied_to_another_name_does_not_open(sealed, scratch):
    sealed.put(ACME, NAME, VALUE, "eve")
    store_row(scratch, ACME, row_of(scratch, ACME), name="llm/anthropic")
    assert_refused(lambda: sealed.get(ACME, "llm/anthropic"), "'llm/anthropic'")


@pytest.mark.parametrize("column", ["sealed", "data_key"])
def test_a_part_of_another_row_does_not_open(sealed, scratch, column):
    """Neither across tenants nor across versions of one secret, whichever half is put in its place."""
    sealed.put(BETA, NAME, "theirs", "eve")
    sealed.put(ACME, NAME, "old", "eve")
    older = row_of(scratch, ACME)
    sealed.put(ACME, NAME, VALUE, "eve")
    row = row_of(scratch, ACME)
    for other in (older, row_of(scratch, BETA)):
        store_row(scratch, ACME, row, **{column: other[column]})
        assert_refused(lambda: sealed.get(ACME, NAME))
    store_row(scratch, ACME, older, version=2)
    assert_refused(lambda: sealed.get(ACME, NAME), "version")


@pytest.mark.parametrize("column", ["sealed", "data_key"])
@pytest.mark.parametrize(
    "change", [lambda t: t[:-8] + "AAAAAAA=", lambda t: "", lambda t: "no base64!", lambda t: t[:16]]
)
def test_a_changed_row_does_not_open(sealed, scratch, column, change):
    sealed.put(ACME, NAME, VALUE, "eve")
    row = row_of(scratch, ACME)
    store_row(scratch, ACME, row, **{column: change(row[column])})
    assert_refused(lambda: sealed.get(ACME, NAME))


def test_another_key_ring_is_named(sealed, scratch, tmp_path):
    sealed.put(ACME, NAME, VALUE, "eve")
    stranger = SealedSecrets(scratch, KeyRing(tmp_path / "other"))
    assert_refused(lambda: stranger.get(ACME, NAME), str(tmp_path / "other"), row_of(scratch, ACME)["master_key"])
    assert not (tmp_path / "other").exists()  # reading makes no ring


def test_after_a_rotation_every_data_key_is_under_the_new_master_key(sealed, scratch, ring):
    values = {f"llm/p{number}": f"value {number}" for number in range(5)}
    for name, value in values.items():
        sealed.put(ACME, name, value, "eve")
    before = {name: row_of(scratch, ACME, name) for name in values}
    new = ring.renew()
    assert {name: sealed.get(ACME, name) for name in values} == values  # the old key still opens
    assert sealed.rotate(ACME) == Rotation(tuple(values), ())
    assert sealed.rotate(ACME) == Rotation((), ())
    assert {name: sealed.get(ACME, name) for name in values} == values
    for name, old in before.items():
        row = row_of(scratch, ACME, name)
        assert row["master_key"] == new.id != old["master_key"]
        assert {c: row[c] for c in ("sealed", "version", "by", "at")} == {
            c: old[c] for c in ("sealed", "version", "by", "at")
        }


def test_equal_values_look_different(sealed, scratch):
    for tenant in (ACME, BETA):
        sealed.put(tenant, NAME, VALUE, "eve")
    assert row_of(scratch, ACME)["sealed"] != row_of(scratch, BETA)["sealed"]


@pytest.mark.parametrize(
    "name", ["", "LLM/openai", "llm//openai", "/llm", "llm|openai", "llm openai", "x" * 101, "../x"]
)
def test_a_name_that_is_none_is_refused(sealed, name):
    assert_refused(lambda: sealed.put(ACME, name, VALUE, "eve"), "llm/openai")


@pytest.mark.parametrize("value", ["", " \n", "x" * 65_537])
def test_a_value_that_is_none_is_refused(sealed, value):
    with pytest.raises(ConfigError, match="characters") as refused:
        sealed.put(ACME, NAME, value, "eve")
    assert len(str(refused.value)) < 200


def test_an_unknown_tenant_has_no_secrets(sealed):
    for use in (sealed.names, lambda t: sealed.get(t, NAME), lambda t: sealed.put(t, NAME, VALUE, "eve")):
        with pytest.raises(UnknownTenant):
            use(TenantId("nobody"))


def assert_refused(use, *words):
    with pytest.raises(ConfigError) as refused:
        use()
    told = str(refused.value)
    assert "\n" not in told
    assert all(word in told for word in words), told
    assert VALUE not in "".join(traceback.format_exception(refused.value))
