"""The arguments for and against each strategy, as one table of points.

Points are on one scale: 2 and more is a statement that settles the matter on its own, 1 a strong fact, 0.5 a fact that
tips a balance, 0.2 a hint. Content from AWS Prescriptive Guidance (guide for large migrations, 7 Rs, application
portfolio assessment), the AWS Migration Ops tables and the Microsoft Cloud Adoption Framework; Microsoft's "refactor"
counts as replatform. Themes: stated (somebody said so), fit (technical fit), and speed, cost, modern, risk, which a
goal may weigh differently.
"""

from dataclasses import dataclass

from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.conditions import (
    Condition,
    any_of,
    at_least,
    at_most,
    below,
    nothing_known,
    unless,
    yes,
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One argument for (points > 0) or against a strategy. `text` may show the value behind a signal as {signal}."""

    strategy: Strategy
    points: float
    theme: str
    when: Condition
    text: str


REHOST, REPLATFORM, REFACTOR = Strategy.REHOST, Strategy.REPLATFORM, Strategy.REFACTOR
REPURCHASE, RETIRE, RETAIN = Strategy.REPURCHASE, Strategy.RETIRE, Strategy.RETAIN

_BOUGHT = any_of("offered_as_service", "successor_service", "commodity")
_WRITTEN_FOR_IT = unless("packaged", "saas")
_TECHNOLOGY = ("portable_runtime", "open_database", "mssql", "oracle", "closed_database", "packaged", "custom",
"tiered",
               "legacy_language", "non_x86", "containerised", "monolith", "microservices")  # fmt: skip
_STATED = ("asks_speed", "asks_no_change", "asks_managed", "asks_modern", "asks_cloud_native", "asks_scale",
           "asks_delivery", "asks_engine_change", "offered_as_service", "retirement_planned", "no_value",
           "stays_on_site", "retained_dependency", "unknown_risk")  # fmt: skip

# A table reads better with its own line breaks.
# fmt: off
CRITERIA: tuple[Criterion, ...] = (
    # Rehost
    Criterion(REHOST, 1.6, "stated", yes("asks_no_change") & unless("asks_managed"),
              "it is to move unchanged: {asks_no_change}"),
    Criterion(REHOST, 0.8, "speed", yes("asks_speed"), "speed is asked for: {asks_speed}"),
    Criterion(REHOST, 0.6, "fit", yes("packaged") & unless("successor_service", "commodity", "open_database"),
              "{packaged} is a bought product that moves with its servers"),
    Criterion(REHOST, 0.5, "risk", at_least("complexity", 2) & at_least("criticality", 2) & below("debt", 2),
              "complexity {complexity} and criticality {criticality}: move first, change later"),
    Criterion(REHOST, 0.5, "speed", yes("nonproduction"),
              "a non-production environment ({nonproduction}) earns no changes"),
    Criterion(REHOST, 0.4, "speed", yes("infrastructure_service") & unless("core_directory"),
              "{infrastructure_service} is a server role that moves as it is"),
    Criterion(REHOST, 0.4, "risk", at_least("criticality", 3) & at_least("compliance", 1),
              "criticality {criticality} under {compliance}: a move without changes is the easiest to have approved"),
    Criterion(REHOST, 0.3, "fit", at_most("eol", 0), "its platform is supported ({eol})"),
    Criterion(REHOST, 0.3, "fit", at_most("physical", 0.0) | yes("virtual"), "its servers are virtual"),
    Criterion(REHOST, -0.4, "modern", yes("asks_modern"), "modernisation is wanted ({asks_modern})"),
    Criterion(REHOST, 0.2, "speed", at_most("debt", 0) & unless("portable_runtime"), "little technical debt ({debt})"),
    Criterion(REHOST, -0.4, "modern", at_least("eol", 2), "the move would carry an unsupported platform along ({eol})"),
    Criterion(REHOST, -0.3, "modern", at_least("debt", 2), "the debt would move along ({debt})"),
    Criterion(REHOST, -0.4, "modern", yes("legacy_language"), "{legacy_language} would be as hard to run in the cloud"),
    # Replatform
    Criterion(REPLATFORM, 1.6, "stated", yes("asks_managed"), "a managed platform is asked for: {asks_managed}"),
    Criterion(REPLATFORM, 1.0, "stated", yes("asks_delivery"),
              "continuous delivery or several regions are asked for: {asks_delivery}"),
    Criterion(REPLATFORM, 0.6, "fit", yes("portable_runtime") & _WRITTEN_FOR_IT,
              "{portable_runtime} runs unchanged on managed platforms and in containers"),
    Criterion(REPLATFORM, 0.3, "fit", yes("portable_runtime") & yes("packaged"),
              "{portable_runtime} runs on managed platforms"),
    Criterion(REPLATFORM, 0.6, "cost", yes("open_database"),
              "{open_database} exists as a managed service in every cloud"),
    Criterion(REPLATFORM, 0.4, "cost", any_of("mssql", "oracle"), "{mssql|oracle} has a managed same-engine service"),
    Criterion(REPLATFORM, 0.4, "cost", yes("warehouse"), "a data warehouse ({warehouse}) gains from a managed service"),
    Criterion(REPLATFORM, 0.8, "fit", yes("containerised"), "it runs in containers ({containerised})"),
    Criterion(REPLATFORM, 0.5, "modern", at_least("eol", 2),
              "the unsupported platform ({eol}) can be renewed on the way"),
    Criterion(REPLATFORM, 0.3, "modern", at_least("eol", 1) & at_most("eol", 1),
              "support of its platform ends soon ({eol})"),
    Criterion(REPLATFORM, 0.2, "fit", yes("tiered"), "its tiers can move apart ({tiered})"),
    Criterion(REPLATFORM, 0.4, "modern", at_least("debt", 2) & at_least("criticality", 1) & unless("legacy_language",
              "custom"),
              "some of the debt ({debt}) can be paid off on the way"),
    Criterion(REPLATFORM, -0.4, "modern", yes("custom") & at_least("debt", 2),
              "the debt in its own code ({debt}) would stay"),
    Criterion(REPLATFORM, 0.3, "modern", yes("asks_modern"), "modernisation is wanted ({asks_modern})"),
    Criterion(REPLATFORM, 0.3, "fit", yes("asks_scale"), "a managed platform scales further: {asks_scale}"),
    Criterion(REPLATFORM, -1.0, "stated", yes("asks_no_change") & unless("asks_managed"),
              "no changes are wanted: {asks_no_change}"),
    Criterion(REPLATFORM, -0.4, "risk", yes("packaged") & unless("open_database", "portable_runtime"),
              "the vendor of {packaged} would have to support the new platform"),
    Criterion(REPLATFORM, -0.3, "speed", yes("nonproduction"), "a non-production environment ({nonproduction})"),
    Criterion(REPLATFORM, -0.3, "fit", yes("legacy_language"), "{legacy_language} has no managed platform"),
    Criterion(REPLATFORM, -0.3, "speed", yes("asks_speed"), "speed is asked for: {asks_speed}"),
    # Refactor
    Criterion(REFACTOR, 2.4, "stated", yes("asks_cloud_native"),
              "a cloud-native design is asked for: {asks_cloud_native}"),
    Criterion(REFACTOR, 2.4, "stated", yes("asks_engine_change"),
              "another database engine is asked for, which changes the application: {asks_engine_change}"),
    Criterion(REFACTOR, 1.3, "modern", yes("asks_scale"), "it is held back in scale or agility: {asks_scale}"),
    Criterion(REFACTOR, 0.7, "modern", yes("asks_modern"), "modernisation is wanted ({asks_modern})"),
    Criterion(REFACTOR, 0.4, "modern", yes("monolith") & (at_least("criticality", 2) | yes("differentiating")),
              "an important monolith ({monolith})"),
    Criterion(REFACTOR, 0.2, "modern", yes("monolith") & below("criticality", 2), "a monolith ({monolith})"),
    Criterion(REFACTOR, 1.0, "modern", yes("custom") & at_least("debt", 2),
              "own code ({custom}) with high debt ({debt})"),
    Criterion(REFACTOR, 0.8, "modern", at_least("complexity", 2) & at_least("debt", 2) & _WRITTEN_FOR_IT,
              "complexity {complexity} and high debt ({debt}): cheaper to redesign than to carry"),
    Criterion(REFACTOR, 0.7, "modern", yes("legacy_language") & at_least("criticality", 2),
              "important, and written in {legacy_language}"),
    Criterion(REFACTOR, 0.5, "modern", yes("non_x86") & at_least("criticality", 2),
              "important, on {non_x86}: only a redesign leaves that platform"),
    Criterion(REFACTOR, 0.6, "modern", yes("differentiating"), "it sets the company apart ({differentiating})"),
    Criterion(REFACTOR, 0.5, "modern", yes("closed_database"),
              "{closed_database} has no managed twin: the engine must change"),
    Criterion(REFACTOR, 0.6, "fit", yes("oracle_rac"), "{oracle_rac} can only be left by redesigning the data layer"),
    Criterion(REFACTOR, -1.5, "stated", yes("asks_no_change"), "no changes are wanted: {asks_no_change}"),
    Criterion(REFACTOR, -0.8, "speed", yes("asks_speed"), "a redesign is slow and speed is asked for: {asks_speed}"),
    Criterion(REFACTOR, -0.6, "cost", at_most("criticality", 0),
              "criticality {criticality} does not pay for a redesign"),
    Criterion(REFACTOR, -0.3, "cost", at_most("debt", 0), "little debt to pay off ({debt})"),
    Criterion(REFACTOR, -0.2, "risk", at_least("criticality", 3), "criticality {criticality} makes a redesign risky"),
    # Repurchase
    Criterion(REPURCHASE, 2.2, "stated", yes("offered_as_service"),
              "a bought replacement is said to exist: {offered_as_service}"),
    Criterion(REPURCHASE, 1.2, "cost", yes("commodity") & unless("custom"),
              "{commodity} is a capability that many vendors sell as a service"),
    Criterion(REPURCHASE, 0.8, "cost", yes("commodity") & yes("custom"),
              "{commodity} can be bought instead of maintained"),
    Criterion(REPURCHASE, 0.9, "cost", yes("successor_service"), "{successor_service} is sold as a service"),
    Criterion(REPURCHASE, 0.4, "cost", yes("packaged") & _BOUGHT & below("complexity", 2),
              "{packaged} can be exchanged for its hosted version"),
    Criterion(REPURCHASE, 0.6, "cost", any_of("commodity", "successor_service") & at_least("debt", 2),
              "keeping it alive is costly ({debt})"),
    Criterion(REPURCHASE, 0.6, "cost", yes("commodity") & at_least("eol", 2), "its platform is unsupported ({eol})"),
    Criterion(REPURCHASE, 0.4, "cost", yes("commodity") & yes("sunset"), "it is at the end of its life ({sunset})"),
    Criterion(REPURCHASE, 1.4, "cost", yes("vendor_leaves"), "its vendor stops supporting it: {vendor_leaves}"),
    Criterion(REPURCHASE, 0.6, "cost", yes("costly_upkeep"), "its upkeep is costly: {costly_upkeep}"),
    Criterion(REPURCHASE, -1.0, "fit", yes("differentiating"), "it sets the company apart ({differentiating})"),
    Criterion(REPURCHASE, -0.5, "fit", yes("portable_runtime") & at_most("debt", 1) & unless("packaged"),
              "own code on {portable_runtime} without much debt is worth keeping"),
    Criterion(REPURCHASE, -0.6, "risk", yes("erp"), "an ERP ({erp}) is not exchanged during a migration"),
    Criterion(REPURCHASE, -1.0, "stated", any_of("asks_no_change", "asks_managed", "asks_delivery"),
              "it is to be kept: {asks_no_change|asks_managed|asks_delivery}"),
    Criterion(REPURCHASE, -0.5, "speed", yes("asks_speed"), "speed is asked for: {asks_speed}"),
    # Retire
    Criterion(RETIRE, 4.0, "stated", yes("retired"), "it is recorded as retired: {retired}"),
    Criterion(RETIRE, 2.5, "stated", yes("retirement_planned"), "it is said to go: {retirement_planned}"),
    Criterion(RETIRE, 1.2, "stated", yes("no_value"), "no value in moving it is seen: {no_value}"),
    Criterion(RETIRE, 0.8, "cost", yes("no_value") & at_least("eol", 2), "and its platform is unsupported ({eol})"),
    Criterion(RETIRE, 2.4, "cost", yes("zombie"), "average CPU and memory are below 5 % ({zombie})"),
    Criterion(RETIRE, 1.3, "cost", yes("idle"), "average CPU and memory are below 20 % ({idle})"),
    Criterion(RETIRE, 1.6, "cost", at_least("powered_off", 1.0), "all its servers are switched off"),
    Criterion(RETIRE, 1.0, "cost", yes("sunset") & unless("vendor_leaves"), "it is at the end of its life ({sunset})"),
    Criterion(RETIRE, 0.8, "cost", yes("sunset") & at_most("criticality", 0), "and its criticality is {criticality}"),
    Criterion(RETIRE, 0.5, "cost", at_most("criticality", 0) & at_least("debt", 2),
              "criticality {criticality} with high debt ({debt})"),
    Criterion(RETIRE, 0.3, "cost", at_most("criticality", 0) & at_most("users", 50), "few people use it ({users})"),
    Criterion(RETIRE, 0.3, "cost", at_most("criticality", 0) & yes("infrastructure_service"),
              "cloud platforms bring such a service ({infrastructure_service}) along"),
    Criterion(RETIRE, 0.7, "cost", yes("called_legacy"), "it is called legacy ({called_legacy})"),
    Criterion(RETIRE, -1.0, "risk", at_least("criticality", 2), "criticality {criticality}"),
    Criterion(RETIRE, -0.5, "risk", at_least("depended_on_count", 1) & unless("retired"),
              "others need it ({depended_on_count})"),
    Criterion(RETIRE, -0.3, "risk", at_least("users", 500), "many people use it ({users})"),
    # Retain
    Criterion(RETAIN, 3.0, "fit", yes("saas") & unless("custom"), "it is a cloud service already ({saas})"),
    Criterion(RETAIN, 2.6, "stated", yes("retained_dependency"),
              "it needs something that stays: {retained_dependency}"),
    Criterion(RETAIN, 2.6, "stated", yes("stays_on_site"), "it is tied to its site: {stays_on_site}"),
    Criterion(RETAIN, 2.2, "risk", yes("unknown_risk"), "too little is known to risk a move: {unknown_risk}"),
    Criterion(RETAIN, 1.0, "stated", yes("no_value"), "no value in moving it is seen: {no_value}"),
    Criterion(RETAIN, 1.0, "fit", yes("non_x86"), "{non_x86} stays until it is redesigned or ends"),
    Criterion(RETAIN, 1.4, "cost", yes("recent_refresh"), "money was spent on it lately ({recent_refresh})"),
    Criterion(RETAIN, 0.8, "risk", yes("change_freeze"), "changes are not allowed now ({change_freeze})"),
    Criterion(RETAIN, 0.5, "risk", yes("data_residency"), "its data is bound to a place: {data_residency}"),
    Criterion(RETAIN, 0.6, "risk", yes("core_directory"), "what stays on site signs in to it ({core_directory})"),
    Criterion(RETAIN, 0.4, "risk", yes("core_directory") & at_least("criticality", 3),
              "criticality {criticality}: it moves last"),
    Criterion(RETAIN, 0.6, "risk", nothing_known(*_TECHNOLOGY, *_STATED, "eol", "asset_count", "commodity", "warehouse",
                                                 "infrastructure_service", "virtual", "called_legacy"),
              "nothing is known of what it runs on; decide again when it is"),
    Criterion(RETAIN, -0.4, "stated", any_of("asks_speed", "asks_modern", "asks_managed"),
              "a move is asked for: {asks_speed|asks_modern|asks_managed}"),
    Criterion(RETAIN, -0.3, "risk", at_least("eol", 2), "it cannot stay on an unsupported platform for long ({eol})"),
)
