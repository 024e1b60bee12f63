"""What the stage finds out part by part: faulty values, digests, facts and attributes."""

from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np
import pandas as pd

from aidiscover_pipelines.attributes.changes import digests
from aidiscover_pipelines.attributes.estate import Estate, Part
from aidiscover_pipelines.attributes.evaluate import evaluate_attributes
from aidiscover_pipelines.attributes.facts import Judgement, application_facts, judge
from aidiscover_pipelines.attributes.figures import Outline
from aidiscover_pipelines.attributes.flags import FLAGGED_VALUES, STAGE
from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.domain.tables import ApplicationFact, AttributeValue, Row, StageDigest

_ORDER = ["entity", "entity_id", "evidence_id"]


class Findings:
    """Gathers what concerns the whole portfolio while its parts come and go. A part is looked at once."""

    def __init__(self, estate: Estate, today: date) -> None:
        self.values = 0
        self._estate, self._today = estate, today
        self._common = estate.common_digest(today)
        self._faulty: list[pd.DataFrame] = []
        self._digests: list[pd.Series[str]] = []
        self._outlines: list[Outline] = []

    def look(self, part: Part) -> Judgement:
        """Validate the values of a part and make the digests of its applications."""
        judged = self._judged(part)
        row = judged.faulty["row"].to_numpy()
        told = part.values[FLAGGED_VALUES].iloc[row].reset_index(drop=True)
        self._faulty.append(pd.concat([told, judged.faulty], axis=1)[part.here[row]])
        self._digests.append(digests(part, judged, self._common))
        self.values += int(part.here.sum())
        return judged

    def written(self, parts: Iterable[Part]) -> Iterator[tuple[type[Row], pd.DataFrame]]:
        """What is stored of these parts, which are looked at where none were before."""
        looked = pd.concat(self._digests) if self._digests else None
        for part in parts:
            if looked is None:
                judged, now = self.look(part), self._digests[-1]
            else:
                judged, now = self._judged(part), looked[part.ids]
            facts = application_facts(
                part.neighbours,
                part.assets,
                part.links,
                part.dependencies,
                part.uses,
                self._today,
                judged,
                part.ids,
            )
            applications = pd.DataFrame({"application_id": part.ids})
            attributes = evaluate_attributes(facts, applications, part.asked)
            self._outlines.append(Outline.of(attributes))
            value = facts.rows["value"]
            known = facts._replace(rows=facts.rows[value.ne("") & value.ne(NOT_APPLICABLE)])
            yield ApplicationFact, known.rows.assign(evidence=known.evidence().array)[ApplicationFact.columns()]
            yield AttributeValue, attributes
            yield StageDigest, pd.DataFrame({"stage": STAGE, "application_id": part.ids, "digest": now.to_numpy()})

    def _judged(self, part: Part) -> Judgement:
        told = (part.values, part.links, part.dependencies, part.uses)
        return judge(*told, self._today, self._estate.sources, self._estate.unitless)

    def digests(self) -> "pd.Series[str]":
        """application_id -> digest of all that were looked at."""
        return pd.concat(self._digests)

    def faulty(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Faulty values of all parts in the store's order, and what is wrong with them, as `flags.data_flags` asks."""
        told = pd.concat(self._faulty, ignore_index=True).sort_values(_ORDER, kind="stable", ignore_index=True)
        return told, told.assign(row=np.arange(len(told)))

    def outline(self) -> Outline:
        """All applications that were judged."""
        return Outline.joined(self._outlines)
