"""Bands of effort and cost: ranges from published figures, wider where less is known, no number where nothing is."""

import json
import re

import pytest

from aidiscover_pipelines.domain.band_totals import ASSUMED, total_band
from aidiscover_pipelines.strategy.advice.bands import figures
from aidiscover_pipelines.strategy.draft import draft_recommendations
from aidiscover_pipelines.strategy.policy.policy import Bands, shipped_policy

KNOWN = {
    "asset_count": 2,
    "business_logic_complexity": "low",
    "dependency_count": 1,
    "data_volume_gb": 20,
    "compliance_requirements": "none",
    "code_quality_score": "good",
}
SIZED = {"cpu_cores": 8, "memory_mb": 32768, "storage_total_gb": 500}


@pytest.fixture
def band(facts, no_attributes, no_members):
    """One of the two bands of an application with these facts and that strategy."""

    def drafted(kind, strategy, given, **options):
        frame = facts(app={"application_name": "Zeta", **given})
        return draft_recommendations(frame, no_attributes, no_members, chosen_for={"app": strategy}, **options).iloc[0][
            kind
        ]

    return drafted


def test_what_is_not_known_widens_the_band(band):
    known = band("effort", "replatform", KNOWN)
    part = band("effort", "replatform", {"asset_count": 2})
    published = figures()["effort"]["replatform"]
    assert published["low"] <= known["days_low"] < known["days_high"] < part["days_high"] <= 30
    assert known["days_high"] - known["days_low"] < part["days_high"] - part["days_low"]
    assert "not known" not in known["basis"]
    assert "not known: complexity, integrations, data, compliance, debt" in part["basis"]


def test_what_is_hard_takes_longer_and_a_redesign_longest(band):
    hard = {**KNOWN, "business_logic_complexity": "high", "dependency_count": 12, "data_volume_gb": 4000}
    easy, harder = band("effort", "rehost", KNOWN), band("effort", "rehost", hard)
    assert easy["days_low"] < harder["days_low"] and easy["days_high"] < harder["days_high"]
    middles = [
        (one["days_low"] * one["days_high"]) ** 0.5
        for one in (band("effort", strategy, KNOWN) for strategy in ("rehost", "replatform", "refactor"))
    ]
    assert middles == sorted(middles)
    assert [band("effort", name, KNOWN)["band"] for name in ("rehost", "refactor")] == ["S", "L"]


def test_more_servers_than_a_published_workload_has_raise_the_high_end_alone(band):
    few, many = (
        band("effort", "rehost", {**KNOWN, "asset_count": 8}),
        band("effort", "rehost", {**KNOWN, "asset_count": 40}),
    )
    assert few["days_low"] == many["days_low"]
    assert few["days_high"] < many["days_high"]


@pytest.mark.parametrize(
    ("strategy", "given", "says"),
    [
        ("rehost", {}, "nothing that drives the work is known"),
        ("retire", KNOWN, "no figure is published"),
        ("repurchase", KNOWN, "ask its vendor"),
    ],
)
def test_where_nothing_is_known_there_is_no_number_and_the_basis_says_why(band, strategy, given, says):
    effort = band("effort", strategy, given)
    assert (effort["band"], effort["days_low"], effort["days_high"]) == ("", None, None)
    assert says in effort["basis"]


def test_what_stays_takes_no_work(band):
    assert band("effort", "retain", KNOWN)["days_high"] == 0


@pytest.mark.parametrize("strategy", ["rehost", "replatform", "refactor"])
def test_cost_runs_from_committed_and_sized_by_use_to_list_price_as_installed(band, strategy):
    installed = band("cost", strategy, SIZED)
    measured = band("cost", strategy, {**SIZED, "cpu_util_pct": 10, "memory_util_pct": 20})
    assert 0 < measured["low"] < installed["low"] < installed["high"]
    assert measured["high"] == installed["high"]
    assert installed["currency"] == "USD"


def test_list_prices_of_a_known_machine_are_met(band):
    """Two cores and 8 GB cost USD 0.0971 an hour on demand: 71 a month, and 40 to 46 for 500 GB of disks."""
    high = band("cost", "rehost", {"cpu_cores": 2, "memory_mb": 8192, "storage_total_gb": 500})["high"]
    assert 0.0971 * 730 + 500 * 0.115 <= high <= 1.1 * (0.0971 * 730 + 500 * 0.115)


def test_cost_is_wider_without_memory_and_higher_with_windows(band):
    whole = band("cost", "rehost", SIZED)
    part = band("cost", "rehost", {"cpu_cores": 8, "storage_total_gb": 500})
    assert part["low"] < whole["low"] and whole["high"] < part["high"]
    assert "not known: memory" in part["basis"]
    windows = band("cost", "rehost", {**SIZED, "os_names": "Windows Server 2022"})
    assert windows["high"] > whole["high"] and windows["low"] == whole["low"]


@pytest.mark.parametrize(
    ("strategy", "given", "says"),
    [
        ("rehost", {"asset_count": 4}, "not known: cores and memory"),
        ("rehost", {"cpu_cores": 0, "memory_mb": -1}, "not known: cores and memory"),
        ("repurchase", SIZED, "ask its vendor for an offer"),
        ("retain", SIZED, "what it costs today goes on"),
        ("retire", {}, "data volume is not known"),
    ],
)
def test_no_cost_is_told_where_none_can_be(band, strategy, given, says):
    cost = band("cost", strategy, given)
    assert (cost["low"], cost["high"]) == (None, None)
    assert says in cost["basis"]


def test_what_is_retired_costs_its_archive(band):
    assert band("cost", "retire", {"data_volume_gb": 1000})["high"] == pytest.approx(4.0)


@pytest.mark.parametrize("kind", ["effort", "cost"])
def test_a_band_that_the_policy_switches_off_is_empty(band, kind):
    policy = shipped_policy()
    bands = policy.bands.model_copy(update={kind: False})
    assert band(kind, "rehost", {**KNOWN, **SIZED}, policy=policy.model_copy(update={"bands": bands})) == {}
    assert policy.bands == Bands()


def test_numbers_have_no_invented_precision(band):
    effort, cost = band("effort", "replatform", KNOWN), band("cost", "replatform", SIZED)
    for number in (effort["days_low"], effort["days_high"], cost["low"], cost["high"]):
        assert len(f"{number:.10g}".strip("0").replace(".", "")) <= 2


def test_every_figure_has_a_source_that_was_read_on_a_day():
    document = figures()
    for source in document["sources"].values():
        assert source["where"] and re.fullmatch(r"\d{4}-\d{2}-\d{2}", source["read"])
    cited = {name for published in document["effort"].values() for name in published["sources"]}
    assert cited <= set(document["sources"])
    json.dumps(document)


def test_a_total_is_narrower_than_all_low_ends_against_all_high_ends():
    total = total_band([1.0, 2.0, None, float("nan")], [3.0, 8.0, None, float("nan")])
    assert 3.0 < total["low"] < 7.0 < total["high"] < 11.0
    assert (total["low"] + total["high"]) / 2 == pytest.approx(7.0, abs=0.1)
    assert (total["counted"], total["uncounted"]) == (2, 2)
    assert total["basis"] == ASSUMED
    assert total_band([], []) == {"low": 0.0, "high": 0.0, "counted": 0, "uncounted": 0, "basis": ASSUMED}


def test_a_total_of_one_band_is_that_band():
    assert (total_band([3.0], [9.0])["low"], total_band([3.0], [9.0])["high"]) == (3.0, 9.0)
