"""Names of tenants and applications travel through folders, partitions and SQL; only a narrow alphabet may."""

import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tenancy import ApplicationId, partition_key, split_partition_key, tenant_id


@pytest.mark.parametrize("name", ["demo", "acme-de", "t1", "a" * 63])
def test_ordinary_names_are_tenants(name):
    assert tenant_id(name) == name


@pytest.mark.parametrize("name", ["", "Demo", "a b", "../x", "a/b", "-a", "a-", "ä", "a" * 64, "a'; drop table", "a\n"])
def test_other_names_are_refused_with_an_example(name):
    with pytest.raises(ConfigError, match="acme-de"):
        tenant_id(name)


def test_a_partition_key_splits_into_what_it_was_built_from():
    key = partition_key(tenant_id("demo"), ApplicationId("customer-portal"))
    assert key == "demo/customer-portal"
    assert split_partition_key(key) == ("demo", "customer-portal")


@pytest.mark.parametrize("key", ["demo", "demo/", "/crm", "Bad Tenant/crm"])
def test_a_broken_partition_key_is_refused(key):
    with pytest.raises(ConfigError):
        split_partition_key(key)
