"""Changes of a single fact that can happen to an application, as signals: what counterfactuals are made of.

What an application is cannot change and is not here: its name, its age, the capability that it serves, and that it is a
vendor's service. A record that may be wrong can change; so can what somebody asks for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aidiscover_pipelines.strategy.policy.conditions import Condition, any_of, at_least, unless, yes

# How much has to happen: a judgement is revised, technology is exchanged, somebody decides otherwise.
JUDGEMENT, TECHNOLOGY, DECISION = 1, 3, 5


@dataclass(frozen=True, slots=True)
class Change:
    """One fact as it would be: `sets` are the signals that follow. `text` finishes "becomes rehost if ...".

    `fact` is the canonical field, `to` its value then, `shown` the template of what is recorded now. It can happen
    where `when` holds and the signals are not so already. On a `scale` (the words of the first signal's levels) it
    grows with the steps.
    """

    fact: str
    to: str
    text: str
    sets: Mapping[str, float]
    size: int
    shown: str
    when: Condition | None = None
    scale: tuple[str, ...] = ()

    @property
    def signals(self) -> tuple[str, ...]:
        """The signals that it sets."""
        return tuple(self.sets)

    def possible(self, frame: pd.DataFrame) -> np.ndarray:
        """Rows of a signal frame to which it can happen. What is not known counts as no."""
        same = np.ones(len(frame), dtype=bool)
        for signal, value in self.sets.items():
            now = frame[signal].to_numpy(dtype="float64")
            same &= (now == value) | (np.isnan(now) & (value == 0.0) & (not self.scale))
        can = np.ones(len(frame), dtype=bool) if self.when is None else self.when.holds(frame)
        return np.flatnonzero(can & ~same)

    def sizes(self, frame: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
        """How much has to happen for each of these rows."""
        if not self.scale:
            return np.full(len(rows), self.size)
        signal = self.signals[0]
        steps = np.abs(frame[signal].to_numpy(dtype="float64")[rows] - self.sets[signal])
        return np.asarray(np.nan_to_num(steps, nan=1.0), dtype=int)


def _graded(fact: str, signal: str, text: str, words: tuple[str, ...], **also: float) -> tuple[Change, ...]:
    """One change for each level of a scale, lowest first."""
    return tuple(
        Change(fact, word, text.format(word), {signal: float(level), **also}, JUDGEMENT, f"{{{signal}}}",
               scale=words)
        for level, word in enumerate(words)
    )  # fmt: skip


def _flag(fact: str, signal: str, text: str, size: int, when: Condition | None = None, **also: float) -> Change:
    """The signal says yes."""
    return Change(fact, "yes", text, {signal: 1.0, **also}, size, f"{{{signal}}}", when)


def _no_longer(fact: str, signal: str, text: str, size: int, **also: float) -> Change:
    """The signal says yes and stops doing so."""
    return Change(fact, "no", text, {signal: 0.0, **also}, size, f"{{{signal}}}", yes(signal))


_OTHER_ENGINE = {"mssql": 0.0, "oracle": 0.0, "closed_database": 0.0, "oracle_rac": 0.0, "database_appliance": 0.0}
_ENGINE = "{oracle_rac|database_appliance|oracle|mssql|closed_database}"
# Whose technology its owner may choose: a vendor's product or service comes as it is.
_OWN = unless("packaged", "saas")
_RUNS = unless("retired", "saas")
_SUPPORT = ("supported", "support ends soon", "support has ended")

# A table reads better with its own line breaks.
# fmt: off
CHANGES: tuple[Change, ...] = (
    *_graded("business_criticality", "criticality", "its criticality is {}", ("low", "medium", "high", "critical")),
    *_graded("business_logic_complexity", "complexity", "its complexity is {}", ("low", "medium", "high")),
    *_graded("code_quality_score", "debt", "its technical debt is {}", ("low", "medium", "high")),
    Change("eol_status", "supported", "its platform is supported", {"eol": 0.0, "obsolete_version": 0.0}, JUDGEMENT,
           "{eol}", at_least("eol", 1), _SUPPORT),
    Change("eol_status", "support ended", "support of its platform has ended", {"eol": 2.0}, JUDGEMENT, "{eol}",
           unless("saas"), _SUPPORT),
    Change("user_count", "up to 50", "at most 50 people use it", {"users": 25.0}, JUDGEMENT, "{users}",
           at_least("users", 51)),
    Change("user_count", "500 or more", "500 people or more use it", {"users": 500.0}, JUDGEMENT, "{users}",
           Condition(below={"users": 500})),
    Change("compliance_requirements", "none", "no regulation binds it", {"compliance": 0.0}, JUDGEMENT, "{compliance}",
           at_least("compliance", 1)),
    Change("compliance_requirements", "a regulation", "a regulation binds it", {"compliance": 1.0}, JUDGEMENT,
           "{compliance}", Condition(below={"compliance": 1})),
    Change("depended_on_count", "0", "nothing else needs it", {"depended_on_count": 0.0, "hub": 0.0}, JUDGEMENT,
           "{depended_on_count}", at_least("depended_on_count", 1)),
    Change("depended_on_count", "1", "another application needs it", {"depended_on_count": 1.0}, JUDGEMENT,
           "{depended_on_count}", Condition(below={"depended_on_count": 1})),
    Change("cpu_util_pct", "in regular use", "it is in regular use", {"zombie": 0.0, "idle": 0.0}, JUDGEMENT,
           "{zombie|idle}", any_of("zombie", "idle")),
    Change("cpu_util_pct", "below 5 %", "its CPU and memory are used below 5 %", {"zombie": 1.0, "idle": 0.0},
           JUDGEMENT, "{cpu_util}",
           Condition(nothing_known=("cpu_util", "memory_util"), unless=("retired", "saas"))),
    _no_longer("lifecycle_status", "retired", "it is still in operation", JUDGEMENT),
    _no_longer("lifecycle_status", "sunset", "it is not at the end of its life", JUDGEMENT),
    _no_longer("description", "unknown_risk", "its purpose, owner and neighbours are known", JUDGEMENT),
    _no_longer("description", "hardly_used", "it is in regular use", JUDGEMENT),
    _no_longer("description", "duplicated", "no other application does the same", JUDGEMENT),
    _no_longer("description", "orphaned", "somebody answers for it", JUDGEMENT),
    _no_longer("description", "skills_gone", "somebody knows it well", JUDGEMENT),
    _no_longer("description", "unstable", "it runs stably", JUDGEMENT),
    _no_longer("description", "costly_upkeep", "its upkeep is not costly", JUDGEMENT),
    _no_longer("description", "differentiating", "it does not set the company apart", JUDGEMENT),
    _flag("description", "differentiating", "it sets the company apart", JUDGEMENT,
          unless("commodity", "saas") & (unless("packaged") | yes("custom"))),
    Change("environment", "non-production", "it is a non-production environment", {"nonproduction": 1.0}, JUDGEMENT,
           "{nonproduction}", unless("saas")),
    Change("environment", "production", "it is in production", {"nonproduction": 0.0}, JUDGEMENT, "{nonproduction}",
           yes("nonproduction")),
    Change("technology_stack", "a bought product", "it is a bought product", {"packaged": 1.0, "custom": 0.0},
           JUDGEMENT, "{custom}", unless("saas", "custom")),
    Change("technology_stack", "written in house", "it is written in house", {"custom": 1.0, "packaged": 0.0},
           JUDGEMENT, "{packaged}", unless("saas", "packaged")),
    Change("database_engine", "PostgreSQL", "the database is PostgreSQL", {**_OTHER_ENGINE, "open_database": 1.0},
           TECHNOLOGY, _ENGINE,
           any_of("mssql", "oracle", "closed_database", "oracle_rac", "database_appliance") & _OWN),
    Change("database_engine", "PostgreSQL", "it has a PostgreSQL database", {"open_database": 1.0},
           TECHNOLOGY, "{open_database}",
           unless("mssql", "oracle", "closed_database", "oracle_rac", "database_appliance", "packaged", "saas")),
    Change("database_engine", "Oracle", "the database is Oracle",
           {"open_database": 0.0, "mssql": 0.0, "closed_database": 0.0, "oracle": 1.0}, TECHNOLOGY,
           "{open_database|mssql|closed_database}", any_of("open_database", "mssql", "closed_database") & _OWN),
    _flag("virtualization_platform", "containerised", "it runs in containers", TECHNOLOGY, _OWN),
    Change("architecture_pattern", "monolith", "it is a monolith", {"monolith": 1.0, "tiered": 0.0,
           "microservices": 0.0}, TECHNOLOGY, "{tiered|microservices}", _OWN),
    Change("architecture_pattern", "several tiers", "it has several tiers", {"tiered": 1.0, "monolith": 0.0},
           TECHNOLOGY, "{monolith}", _OWN),
    Change("technology_stack", "a current runtime", "its code runs on Java, .NET or another current runtime",
           {"portable_runtime": 1.0, "legacy_language": 0.0}, TECHNOLOGY, "{legacy_language}", _OWN),
    Change("technology_stack", "no portable runtime", "its code runs on none of the common runtimes",
           {"portable_runtime": 0.0}, TECHNOLOGY, "{portable_runtime}", yes("portable_runtime") & _OWN),
    _no_longer("os_names", "non_x86", "it no longer needs that hardware", TECHNOLOGY),
    _no_longer("os_names", "os_too_old", "its operating system is one that replication tools take", TECHNOLOGY,
               obsolete_version=0.0, eol=0.0),
    Change("kinds", "virtual", "its servers are virtual", {"physical": 0.0, "virtual": 1.0}, TECHNOLOGY, "{physical}",
           at_least("physical", 0.5)),
    _no_longer("description", "retained_dependency", "what it needs moves as well", TECHNOLOGY),
    _no_longer("description", "blocked", "what holds up its move is gone", TECHNOLOGY),
    _no_longer("description", "stays_on_site", "nothing ties it to its site", TECHNOLOGY),
    _no_longer("compliance_requirements", "data_residency", "its data is not bound to a place", TECHNOLOGY),
    _no_longer("change_tolerance", "change_freeze", "changes are allowed again", DECISION),
    _no_longer("description", "asks_no_change", "it may be changed", DECISION),
    _no_longer("description", "asks_little_change", "more than small changes are welcome", DECISION),
    _no_longer("description", "asks_agility", "its design does not hold back releases", DECISION),
    _no_longer("description", "asks_speed", "speed is not asked for", DECISION),
    _no_longer("description", "asks_managed", "no managed platform is asked for", DECISION),
    _no_longer("description", "asks_modern", "modernisation is not wanted", DECISION),
    _no_longer("description", "asks_scale", "it is not held back in scale or agility", DECISION),
    _no_longer("description", "asks_cloud_native", "no cloud-native design is asked for", DECISION),
    _no_longer("description", "asks_engine_change", "it keeps its database engine", DECISION),
    _no_longer("description", "offered_as_service", "no bought replacement exists", DECISION),
    _no_longer("description", "retirement_planned", "it is still needed", DECISION),
    _no_longer("description", "no_value", "a value in moving it is seen", DECISION),
    _no_longer("description", "vendor_leaves", "its vendor goes on supporting it", DECISION),
    _flag("description", "asks_speed", "speed is asked for, as by the end of a data-centre lease", DECISION, _RUNS),
    _flag("description", "asks_no_change", "it is to move unchanged", DECISION, _RUNS, asks_managed=0.0),
    _flag("description", "asks_managed", "a managed platform is asked for", DECISION, _RUNS, asks_no_change=0.0),
    _flag("description", "asks_scale", "it is held back in scale or agility", DECISION, _OWN & unless("retired")),
    _flag("description", "asks_agility", "its design holds back releases", DECISION, _OWN & unless("retired")),
    _flag("description", "asks_cloud_native", "a cloud-native design is asked for", DECISION, _OWN & unless("retired")),
    _flag("description", "offered_as_service", "a bought replacement exists", DECISION, _RUNS),
    _flag("description", "vendor_leaves", "its vendor stops supporting it", DECISION, yes("packaged")),
    _flag("description", "retirement_planned", "its owner says that it is no longer needed", DECISION),
    _flag("description", "stays_on_site", "its data must not leave the site", DECISION, unless("saas")),
    _flag("change_tolerance", "change_freeze", "changes are forbidden", DECISION, _RUNS),
)
# fmt: on
