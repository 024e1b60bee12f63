import pytest

from aidiscover_pipelines.cli import bench_crews, bench_promised
from aidiscover_pipelines.domain.settings import Settings


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_promised_figure_of_crews_is_measured(database_home, monkeypatch):
    for name, few in (("KICKOFFS", 2), ("CALLS", 3), ("RECALLS", 3), ("MEMORIES", 500)):
        monkeypatch.setattr(bench_crews, name, few)
    monkeypatch.setattr(bench_crews, "TENANT", "bench-crews-test")
    settings = Settings.from_environment({"AIDISCOVER_HOME": str(database_home)})
    figures = bench_crews.measure(settings)
    promised = {name for name in bench_promised.TARGETS if "kickoff" in name or "layer" in name or "recall" in name}
    assert promised <= set(figures) and len(promised) == 4
    assert all(value > 0 for name, value in figures.items() if name != "layer per call, ms")
