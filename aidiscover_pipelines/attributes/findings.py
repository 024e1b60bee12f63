"""What the stage finds out part by part: faulty values, facts and attributes."""

from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np
import pandas as pd

from aidiscover_pipelines.attributes.cells import Cells
from aidiscover_pipelines.attributes.estate import Estate, Part
from aidiscover_pipelines.attributes.evaluate import evaluate_attributes
from aidiscover_pipelines.attributes.facts import Judgement, application_facts, judge
from aidiscover_pipelines.attributes.figures import Outline
from aidiscover_pipelines.attributes.flags import FLAGGED_VALUES, STAGE
from aidiscover_pipelines.attributes.validity import UNIT_FAULT, faults
from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.domain.tables import ApplicationFact, AttributeValue, Row, StageDigest

_ORDER = ["entity", "entity_id", "evidence_id"]


class Findings:
    """Gathers what concerns the whole portfolio while its parts come and go. A part is looked at once."""

    def __init__(self, estate: Estate, today: date) -> None:
        self._estate, self._today = estate, today
        self._faulty: list[pd.DataFrame] = []
        self._outlines: list[Outline] = []
        self.concerned: list[str] = []

    def written(self, parts: Iterable[Part], digests: "pd.Series[str]") -> Iterator[tuple[type[Row], pd.DataFrame]]:
        """What is stored of these parts, with the digest of each application."""
        for part in parts:
            told = (part.values, part.links, part.dependencies, part.uses)
            judged = judge(*told, self._today, self._estate.sources, self._estate.unitless)
            self._note(part, judged)
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
        yield StageDigest, digests.rename("digest").rename_axis("application_id").reset_index().assign(stage=STAGE)

    def _note(self, part: Part, judged: Judgement) -> None:
        """Keep what is wrong with single values. What holds no number is told by column, of the whole portfolio."""
        faulty = judged.faulty[judged.faulty["problem"].ne(UNIT_FAULT) & part.here[judged.faulty["row"]]]
        self._faulty.append(_told(part.values, faulty))
        self.concerned += [*part.ids, *part.assets["asset_id"]]

    def faulty(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Faulty values in the store's order, and what is wrong with them, as `flags.data_flags` asks.

        All that hold no number, and what else is wrong with values of entities that are `concerned`.
        """
        values = self._estate.survey.unmeasured
        faulty = faults(Cells(values), self._today)
        found = [*self._faulty, _told(values, faulty[faulty["problem"] == UNIT_FAULT])]
        told = pd.concat(found, ignore_index=True).sort_values(_ORDER, kind="stable", ignore_index=True)
        return told, told.assign(row=np.arange(len(told)))

    def outline(self) -> Outline:
        """All applications that were judged."""
        return Outline.joined(self._outlines)


def _told(values: pd.DataFrame, faulty: pd.DataFrame) -> pd.DataFrame:
    told = values[FLAGGED_VALUES].iloc[faulty["row"].to_numpy(dtype=np.int64)].reset_index(drop=True)
    return pd.concat([told.astype(object), faulty.reset_index(drop=True)], axis=1)
