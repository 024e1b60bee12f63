import networkx as nx
import pandas as pd
import pytest

from aidiscover_pipelines.demo import data_mix as mix
from aidiscover_pipelines.demo.generate import write_portfolio_files


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    paths = write_portfolio_files(tmp_path_factory.mktemp("bench") / "new", 2000)
    return {path.name: pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths}


def test_every_application_has_four_servers_and_a_name_of_its_own(frames):
    applications, servers = frames["applications.csv"], frames["servicenow_servers.csv"]
    assert len(applications) == 2000
    assert applications["Application Name"].is_unique
    assert servers["name"].is_unique
    assert servers["serial_number"].is_unique
    assert (servers["u_application"].value_counts() == mix.SERVERS_PER_APPLICATION).all()
    assert set(servers["u_application"]) == set(applications["Application Name"])


def test_the_operating_system_mix_follows_its_source(frames):
    windows = frames["servicenow_servers.csv"].query("os.str.startswith('Windows')")["os"].value_counts(normalize=True)
    assert windows["Windows Server 2008 R2 Standard"] == pytest.approx(0.0672, abs=0.02)
    assert windows["Windows Server 2012 R2 Standard"] == pytest.approx(0.2094, abs=0.03)


def test_declared_shares_add_up():
    for table in (mix.WINDOWS, mix.LINUX):
        assert sum(share for _, _, share in table) == pytest.approx(1)
    assert sum(kind.share for kind in mix.ARCHETYPES) == pytest.approx(1)


def test_dependencies_are_long_tailed_about_two_each_and_no_great_knot(frames):
    edges = frames["dependencies.csv"]
    assert 1.4 * 2000 < len(edges) < 2.1 * 2000
    assert not (edges["Source Application"] == edges["Target Application"]).any()
    needed = edges["Target Application"].value_counts()
    assert needed.iloc[0] > 20 * needed.median()
    graph = nx.DiGraph(edges[["Source Application", "Target Application"]].itertuples(index=False))
    sizes = sorted((len(part) for part in nx.strongly_connected_components(graph)), reverse=True)
    assert 1 < sizes[0] < 20


def test_columns_have_the_declared_gaps(frames):
    empty = (frames["applications.csv"] == "").mean()
    assert empty["Documentation"] == pytest.approx(mix.GAPS["Documentation"], abs=0.05)
    assert empty["Application Name"] == 0


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path):
    first, again, other = (write_portfolio_files(tmp_path / name, 50, seed)
                           for name, seed in (("a", 7), ("b", 7), ("c", 8)))  # fmt: skip
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert first[0].read_bytes() != other[0].read_bytes()
