"""Portfolios with planted archetypes: the same for a seed, with the shares that are declared."""

import pandas as pd
import pytest

from aidiscover_pipelines.demo.archetypes import FEWEST_KINDS, MOST_KINDS, NAME, Faults, planted_portfolio
from aidiscover_pipelines.demo.data_archetypes import KINDS

SPOTLESS = Faults(missing=0, unrecorded=0, foreign=0, anomalies=0)


def test_a_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        planted_portfolio(50, seed).write(tmp_path / name)
    first, again, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == again != other


@pytest.mark.parametrize("seed", range(5))
def test_sizes_are_unequal_and_faults_as_declared(seed):
    planted = planted_portfolio(2_000, seed)
    sizes = planted.truth["kind"].value_counts()
    assert FEWEST_KINDS <= len(sizes) <= MOST_KINDS and sizes.max() > 3 * sizes.min()
    # Of databases some are empty from the start; criticality every application has.
    assert (planted.applications["Business Criticality"] == "").mean() == pytest.approx(0.25, abs=0.03)
    assert planted.truth["anomaly"].ne("").sum() == 40
    assert set(planted.truth["anomaly"]) == {"", "halves", "contradiction"}


def test_without_faults_every_cell_is_one_of_its_kind():
    planted = planted_portfolio(400, 3, SPOTLESS)
    rows = planted.applications.merge(planted.truth, left_on=NAME, right_on="name")
    kinds = {kind.key: kind for kind in KINDS}
    for column, choices in (("Technology Stack", "stack"), ("Database", "database"), ("Architecture", "architecture")):
        for key, told in rows.groupby("kind")[column]:
            assert set(told) <= {text for text, _ in getattr(kinds[key], choices)}
    assert planted.servers["Application"].isin(rows[NAME]).all()


def test_an_application_of_halves_has_cells_of_another_kind():
    faults = Faults(missing=0, unrecorded=0, foreign=0, anomalies=0.1)
    planted = planted_portfolio(400, 3, faults)
    rows = planted.applications.merge(planted.truth, left_on=NAME, right_on="name")
    kinds = {kind.key: kind for kind in KINDS}
    strange = pd.Series(
        [
            row["Technology Stack"] not in {text for text, _ in kinds[row["kind"]].stack}
            or row["Architecture"] not in {text for text, _ in kinds[row["kind"]].architecture}
            or row["Database"] not in {text for text, _ in kinds[row["kind"]].database}
            for row in rows.to_dict("records")
        ]
    )
    assert strange[rows["anomaly"] == ""].sum() == 0
    assert strange[rows["anomaly"] == "contradiction"].mean() > 0.9
    assert strange[rows["anomaly"] == "halves"].mean() > 0.4
