"""A tenant's own policy: what it changes of the shipped one, and nothing else."""

import difflib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ValidationInfo

from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.policy.file import checked, read_document
from aidiscover_pipelines.strategy.policy.policy import (
    Constraint,
    Criterion,
    Declared,
    Factor,
    Points,
    Policy,
    Theme,
    shipped_policy,
)

_DIGEST_DIGITS = 8
# So many names are listed where one is not known; of more the nearest is told, and `policy show` has them all.
_LISTED = 10


def _among(known: str) -> AfterValidator:
    """Checks a name against one of the sets of names that `read_overlay` hands over."""

    def check(name: str, info: ValidationInfo) -> str:
        names = (info.context or {})[known]
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"only {', '.join(names)}" if len(names) <= _LISTED else f"did you mean {near[0]!r}" if near else ""
            raise ValueError(", ".join(filter(None, (f"the shipped policy has no {known} {name!r}", hint))))
        return name

    return AfterValidator(check)


class Overlay(Declared):
    """What a tenant declares. Everything that it does not name stays as shipped."""

    goal: Annotated[str, _among("goal")] | None = None
    start: Mapping[Strategy, Points] = {}
    factors: Mapping[Theme, Factor] = {}
    points: Mapping[Annotated[str, _among("criterion")], Points] = {}
    switched_off: tuple[Annotated[str, _among("constraint")], ...] = ()
    constraints: tuple[Constraint, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    bands: Mapping[Literal["effort", "cost"], bool] = {}

    @property
    def document(self) -> dict[str, Any]:
        """What it declares, as plain data that reads back as itself."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def over(self, shipped: Policy) -> Policy:
        """The shipped policy with this one laid over it.

        The goal stands beside the version; anything else that is declared makes the version <shipped>+<digest>.
        """
        changes = {name: value for name, value in self.document.items() if name != "goal"}
        digest = hashlib.sha256(json.dumps(changes, sort_keys=True).encode()).hexdigest()[:_DIGEST_DIGITS]
        kept = [each for each in shipped.constraints if each.id not in self.switched_off]
        weighed = [
            each.model_copy(update={"points": self.points.get(each.id, each.points)}) for each in shipped.criteria
        ]
        return shipped.model_copy(
            update={
                "version": f"{shipped.version}+{digest}" if changes else shipped.version,
                "goal": self.goal or shipped.goal,
                "bands": shipped.bands.model_copy(update=changes.get("bands", {})),
                "start": {**shipped.start, **self.start},
                "factors": self.factors,
                "constraints": (*kept, *self.constraints),
                "criteria": (*weighed, *self.criteria),
            }
        )


def read_overlay(path: Path) -> Overlay:
    """A tenant's file. Raises: InvalidPolicy with every fault."""
    return overlay_of(read_document(path), path.name)


def overlay_of(document: Any, name: str) -> Overlay:
    """A tenant's declaration as stored or read; `name` is what messages call it. Raises: InvalidPolicy."""
    shipped = shipped_policy()
    known = {
        "goal": tuple(shipped.goals),
        "criterion": tuple(each.id for each in shipped.criteria),
        "constraint": tuple(each.id for each in shipped.constraints),
    }
    taken = frozenset((*known["criterion"], *known["constraint"]))
    return checked(Overlay, document, name, {**known, "taken": taken})
