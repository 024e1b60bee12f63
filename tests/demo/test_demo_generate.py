"""The generated portfolio: its files hold what it says, the same for a seed, in the shares that it declares."""

import networkx as nx
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from aidiscover_pipelines.demo.generate import CHANGED, mix, write_next_edition, write_portfolio
from aidiscover_pipelines.demo.generate.files import write_workbooks

APPLICATIONS = 2000


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_portfolio(tmp_path_factory.mktemp("generated") / "new", APPLICATIONS)


@pytest.fixture(scope="module")
def frames(written):
    return {path.name: read(path) for path in written.paths}


def read(path):
    if path.suffix == ".xlsx":
        header, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        return pd.DataFrame(rows, columns=header).astype(str)
    delimiter = ";" if path.name.startswith("lansweeper") else ","
    return pd.read_csv(path, sep=delimiter, dtype=str, keep_default_na=False)


def short_names(names):
    return {name.partition(".")[0].lower() for name in names if name and name != "---"}


def test_an_application_has_four_rows_of_servers_on_average_and_three_servers_or_so(written, frames):
    assert written.server_rows == pytest.approx(4 * APPLICATIONS, rel=0.04)
    assert written.servers == pytest.approx(3.14 * APPLICATIONS, rel=0.04)
    rows = sum(len(frames[name]) for name in (CHANGED, "lansweeper_servers.csv", "rvtools.xlsx"))
    assert rows == written.server_rows


def test_a_quarter_of_the_servers_is_known_to_more_than_one_product(frames):
    cmdb = short_names(frames[CHANGED]["fqdn"])
    vcenter = short_names(frames["rvtools.xlsx"]["DNS Name"])
    lansweeper = short_names(frames["lansweeper_servers.csv"]["FQDN"])
    every = cmdb | vcenter | lansweeper
    twice = (cmdb & vcenter) | (cmdb & lansweeper) | (vcenter & lansweeper)
    assert 0.12 < len(twice) / len(every) < 0.27  # below the 0.25 of the machines: names are among what gets lost


def test_products_differ_on_the_machine_that_both_know(frames):
    cmdb = frames[CHANGED].query("u_bios_uuid != '' and u_bios_uuid != '---'").drop_duplicates("u_bios_uuid")
    both = cmdb.merge(frames["rvtools.xlsx"], left_on="u_bios_uuid", right_on="SMBIOS UUID")
    assert len(both) > 100
    resized = both["ram"].astype(float) != both["Memory"].astype(float)
    assert 0.02 < resized.mean() < 0.2
    assert not (both["os"] == both["OS according to the configuration file"]).any()
    assert (both["ip_address"] != both["Primary IP Address"]).mean() > 0.02


def test_exports_hold_lines_that_no_machine_is_behind(frames):
    names = frames[CHANGED]["name"]
    assert {"", "---"} <= set(names)
    assert len(names) / len(short_names(names)) > 1 + mix.LISTED_TWICE / 2


def test_the_two_lists_of_applications_overlap_and_leave_none_out(frames):
    english = set(frames["applications.csv"]["Application Name"])
    german = set(frames["anwendungen.xlsx"]["Anwendung"])
    assert len(english | german) == APPLICATIONS
    assert len(german) == pytest.approx(mix.GERMAN_SHARE * APPLICATIONS, rel=0.15)
    assert len(english & german) == pytest.approx(mix.LISTED_IN_BOTH * mix.GERMAN_SHARE * APPLICATIONS, rel=0.4)


def test_the_operating_system_mix_follows_its_source(frames):
    windows = frames[CHANGED].query("os.str.startswith('Windows')")["os"].value_counts(normalize=True)
    assert windows["Windows Server 2008 R2 Standard"] == pytest.approx(0.0672, abs=0.02)
    assert windows["Windows Server 2012 R2 Standard"] == pytest.approx(0.2094, abs=0.03)


@pytest.mark.parametrize(
    "shares",
    [
        [system.share for system in mix.WINDOWS],
        [system.share for system in mix.LINUX],
        [kind.share for kind in mix.ARCHETYPES],
        list(mix.SERVERS.values()),
        list(mix.SEEN_BY.values()),
        list(mix.ENVIRONMENTS.values()),
    ],
)
def test_declared_shares_add_up(shares):
    assert sum(shares) == pytest.approx(1)


def test_columns_have_the_declared_gaps(frames):
    empty = (frames["applications.csv"] == "").mean()
    assert empty["Documentation"] == pytest.approx(mix.GAPS["Documentation"], abs=0.05)
    assert empty["Application Name"] == 0
    every = {column for frame in frames.values() for column in frame}
    assert set(mix.GAPS) <= every


def test_dependencies_are_long_tailed_about_two_each_and_no_great_knot(written, frames):
    edges = frames["dependencies.csv"]
    assert len(edges) == written.dependencies
    assert 1.4 * APPLICATIONS < len(edges) < 2.1 * APPLICATIONS
    assert not (edges["Source Application"] == edges["Target Application"]).any()
    needed = edges["Target Application"].value_counts()
    assert needed.iloc[0] > 20 * needed.median()
    graph = nx.DiGraph(edges[["Source Application", "Target Application"]].itertuples(index=False))
    sizes = sorted((len(part) for part in nx.strongly_connected_components(graph)), reverse=True)
    assert 1 < sizes[0] < 20


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path):
    first, again, other = (write_portfolio(tmp_path / name, 50, seed).paths
                           for name, seed in (("a", 7), ("b", 7), ("c", 8)))  # fmt: skip
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert first[0].read_bytes() != other[0].read_bytes()


def test_servers_alone_are_the_same_servers(tmp_path):
    whole = write_portfolio(tmp_path / "whole", 60)
    alone = write_portfolio(tmp_path / "alone", 60, servers_only=True)
    assert [path.name for path in alone.paths] == [CHANGED, "lansweeper_servers.csv", "rvtools.xlsx"]
    assert (tmp_path / "alone" / CHANGED).read_bytes() == (tmp_path / "whole" / CHANGED).read_bytes()
    assert (alone.servers, alone.server_rows) == (whole.servers, whole.server_rows)


def test_the_next_edition_differs_in_the_memory_of_a_hundredth_of_the_rows(written, frames, tmp_path):
    path, changed = write_next_edition(next(path for path in written.paths if path.name == CHANGED), tmp_path, 0.01)
    old, new = frames[CHANGED], read(path)
    assert changed == pytest.approx(0.01 * len(old), rel=0.4)
    assert (old != new).any(axis=1).sum() == changed
    assert (old.drop(columns="ram") == new.drop(columns="ram")).all(axis=None)


def test_more_machines_than_a_vcenter_has_go_to_a_second_workbook(tmp_path):
    parts = [pd.DataFrame({"VM": ["a", "b"], "CPUs": [1, None]}), pd.DataFrame({"VM": ["c"], "CPUs": [2]})]
    paths, rows = write_workbooks(tmp_path / "v.xlsx", "vInfo", parts, 2)
    assert [path.name for path in paths] == ["v.xlsx", "v_2.xlsx"]
    assert rows == 3
    assert [len(read(path)) for path in paths] == [2, 1]
