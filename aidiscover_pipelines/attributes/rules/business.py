"""What may be concluded about the business attributes and technical debt."""

import numpy as np

from aidiscover_pipelines.attributes.rules.application import number_words
from aidiscover_pipelines.attributes.rules.rule import FIRM, FOLLOWS, WEAK, Inference, any_matches, said, where
from aidiscover_pipelines.attributes.rules.signs import (
    CLASSIFIED,
    COMPLEX_NOTES,
    CUSTOMISED,
    DOCUMENTED,
    FREEZE,
    PACKAGED,
    PERSONAL_DATA,
    REGULATIONS,
    RELEASES,
    ROUND_THE_CLOCK,
    critical,
    non_production,
    production,
    vendor_run,
)
from aidiscover_pipelines.attributes.wide import Texts, WideFacts
from aidiscover_pipelines.domain.vocabulary import AttributeState

_HIGH_AVAILABILITY = (
    r"99\.9|24.?x.?7|24/7|mission|very high|\bhigh\b|gold|platinum|sehr hoch|\bhoch\b|eleve|\balta\b|hoog"
)
# Hours of agreed recovery up to which nobody would pay for something unimportant, and neighbours that few have.
_QUICK_RECOVERY, _MANY_NEIGHBOURS = 4.0, 10
_SAID_CRITICAL = (
    r"business.critical|mission.critical|unternehmenskritisch|geschaftskritisch|betriebskritisch|critique pour l|"
    r"critica para el negocio|critico per il business|critica para o negocio|bedrijfskritisch|基幹|关键业务"
)
_WINDOW = r"((?:maintenance window|wartungsfenster|fenetre de maintenance|ventana de mantenimiento|finestra di manutenzione|janela de manutencao|onderhoudsvenster|メンテナンス時間|维护窗口)[^.;]{0,60})"  # noqa: E501
_PROSE = ("description", "tags")


def _criticality(facts: WideFacts) -> Texts:
    return where(
        (non_production(facts), "low: not productive"),
        (facts.matches("availability_target", _HIGH_AVAILABILITY), "high: high availability is agreed"),
    )


def _said_critical(facts: WideFacts) -> Texts:
    return where((facts.matches("description", _SAID_CRITICAL), "high: its description says so"))


def _soon_back(facts: WideFacts) -> Texts:
    hours = facts.number("recovery_objectives")
    return where((hours <= _QUICK_RECOVERY, said("high: recovery within ", facts.text("recovery_objectives"), " h")))


def _much_needed(facts: WideFacts) -> Texts:
    needed = facts.number("depended_on_count")
    return where((needed >= _MANY_NEIGHBOURS, said("high: ", number_words(np.nan_to_num(needed)), " others need it")))


def _tolerance(facts: WideFacts) -> Texts:
    recorded = facts.has("business_criticality")
    return where(
        (non_production(facts), "high: not productive"),
        (critical(facts), "low: critical"),
        (production(facts) & recorded, "medium: productive, not critical"),
    )


def _never_down(facts: WideFacts) -> Texts:
    return where((facts.matches("availability_target", ROUND_THE_CLOCK), "low: needed around the clock"))


def _frozen(facts: WideFacts) -> Texts:
    return where((any_matches(facts, _PROSE, FREEZE), "low: changes are frozen at times"))


def _window(facts: WideFacts) -> Texts:
    return where(*((told != "", told) for told in (facts.found(field, _WINDOW) for field in _PROSE)))


def _released(facts: WideFacts) -> Texts:
    fields = (*_PROSE, "technology_stack")
    return where(*((any_matches(facts, fields, pattern), words) for pattern, words in RELEASES))


def _compliance(facts: WideFacts) -> Texts:
    field = "security_requirements"
    return where((facts.matches(field, CLASSIFIED), said("data is classified: ", facts.text(field))))


def _named_regulation(facts: WideFacts) -> Texts:
    named = facts.found("description", f"({REGULATIONS})")
    return where((named != "", said("its description names ", named)))


def _personal_data(facts: WideFacts) -> Texts:
    return where((facts.matches("description", PERSONAL_DATA), "protection of personal or payment data"))


def _affected(facts: WideFacts) -> Texts:
    unit, users = facts.has("business_unit"), facts.has("user_count")
    units, counts = facts.text("business_unit"), said("", facts.text("user_count"), " users")
    return where((unit & users, units + ", " + counts), (unit, units), (users, counts))


def _affects_others(facts: WideFacts) -> Texts:
    return where((facts.has("depended_on_by"), said("users of ", facts.text("depended_on_by"))))


def _not_its_code(facts: WideFacts) -> Texts:
    bought = facts.matches("application_type", PACKAGED) & ~facts.matches("application_type", CUSTOMISED)
    return where((vendor_run(facts) | bought, "does not apply: the code is its vendor's"))


def _indebted(facts: WideFacts) -> Texts:
    return where((any_matches(facts, _PROSE, COMPLEX_NOTES), "technical debt is mentioned"))


def _unpatched(facts: WideFacts) -> Texts:
    past = facts.text("eol_status") == "eol"
    return where((past, said("past or near the end of fixes: ", facts.text("eol_products"))))


def _ending(facts: WideFacts) -> Texts:
    return where((facts.matches("lifecycle_status", r"end of life"), "recorded as at the end of its life"))


def _documented(facts: WideFacts) -> Texts:
    return where((any_matches(facts, _PROSE, DOCUMENTED), "documentation is linked or named"))


# A table reads better with its own line breaks.
# fmt: off
BUSINESS_RULES: tuple[Inference, ...] = (
    Inference("business_criticality", ("environment", "availability_target"), _criticality, FIRM,
              "nothing unproductive is critical; high availability is bought for what is"),
    Inference("business_criticality", ("description",), _said_critical, FIRM, "its description calls it critical"),
    Inference("business_criticality", ("recovery_objectives",), _soon_back, FIRM,
              "quick recovery is bought for what is critical"),
    Inference("business_criticality", ("depended_on_count",), _much_needed, WEAK,
              "what many others need stops many others"),
    Inference("change_tolerance", ("environment", "business_criticality"), _tolerance, FIRM,
              "what is critical and productive can hardly be stopped"),
    Inference("change_tolerance", ("description", "tags"), _window, FIRM, "its maintenance window is told"),
    Inference("change_tolerance", ("description", "tags"), _frozen, FIRM, "a freeze of changes is told"),
    Inference("change_tolerance", ("availability_target",), _never_down, FIRM,
              "availability leaves no time for changes"),
    Inference("change_tolerance", ("description", "tags", "technology_stack"), _released, WEAK,
              "what is released often bears change, and the reverse"),
    Inference("compliance_constraints", ("security_requirements",), _compliance, FIRM,
              "classified data falls under rules"),
    Inference("compliance_constraints", ("description",), _named_regulation, FIRM,
              "its description names a regulation"),
    Inference("compliance_constraints", ("description",), _personal_data, WEAK,
              "personal and payment data fall under rules"),
    Inference("stakeholder_impact", ("business_unit", "user_count"), _affected, FIRM,
              "those who use it are affected"),
    Inference("stakeholder_impact", ("depended_on_by",), _affects_others, WEAK,
              "those who use what needs it are affected"),
)
DEBT_RULES: tuple[Inference, ...] = (
    Inference("code_quality", ("application_type",), _not_its_code, FOLLOWS,
              "nobody but its vendor sees the code of a bought product or service", AttributeState.NOT_APPLICABLE),
    Inference("code_quality", ("description", "tags"), _indebted, WEAK, "technical debt is mentioned"),
    Inference("security_vulnerabilities", ("eol_products",), _unpatched, FIRM,
              "products past their end of life get no fixes"),
    Inference("eol_technology", ("lifecycle_status",), _ending, FIRM, "somebody recorded its end of life"),
    Inference("documentation_quality", ("description", "tags"), _documented, WEAK,
              "that there is documentation says little of its quality"),
)
# fmt: on
