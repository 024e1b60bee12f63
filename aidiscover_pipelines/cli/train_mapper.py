"""`make model`: trains the column mapper again and writes mapping/ranker.json, the same bytes from the same inputs."""

from aidiscover_pipelines.mapping.model import ARTEFACT
from aidiscover_pipelines.mapping.training import retrained

if __name__ == "__main__":
    ARTEFACT.write_text(retrained(), encoding="utf-8")
