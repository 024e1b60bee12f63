"""`make model`: works out the wordings and trains the column mapper again; the same result from the same inputs."""

from aidiscover_pipelines.mapping import prepared
from aidiscover_pipelines.mapping.model import ARTEFACT
from aidiscover_pipelines.mapping.training import retrained
from aidiscover_pipelines.mapping.wordings import worked_out

if __name__ == "__main__":
    prepared.write(worked_out())  # first: training compares headers with the wordings
    ARTEFACT.write_text(retrained(), encoding="utf-8")
