"""Hard constraints: which of the six Rs an application may get at all.

Add one by writing one `Rule`. Retain is never excluded, so every application has at least one allowed strategy.
"""

from dataclasses import dataclass

from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.conditions import Condition, any_of, at_least, at_most, unless, yes

REHOST, REPLATFORM, REFACTOR = Strategy.REHOST, Strategy.REPLATFORM, Strategy.REFACTOR
REPURCHASE, RETIRE, RETAIN = Strategy.REPURCHASE, Strategy.RETIRE, Strategy.RETAIN

AWS_LARGE = "AWS Prescriptive Guidance, guide for large migrations (7 Rs)"
AWS_SEVEN = "AWS Prescriptive Guidance, glossary and strategies of the 7 Rs"
AWS_ORACLE = "AWS Prescriptive Guidance, homogeneous Oracle migration: supported R types"
AWS_MGN = "AWS Application Migration Service, supported operating systems (x86 only)"
AZURE_CAF = "Microsoft Cloud Adoption Framework, migration strategies"


@dataclass(frozen=True, slots=True)
class Rule:
    """One constraint: where `when` holds, the strategies in `excludes` are out, for `reason`.

    `reason` may show the value behind a signal as {signal}.
    """

    id: str
    when: Condition
    excludes: tuple[Strategy, ...]
    reason: str
    citation: str


RULES: tuple[Rule, ...] = (
    Rule(
        "already-saas",
        yes("saas") & unless("custom"),
        (REHOST, REPLATFORM, REFACTOR),
        "it already runs as a vendor's cloud service ({saas}); there is no server or code to move",
        AWS_SEVEN,
    ),
    Rule(
        "recorded-as-retired",
        yes("retired"),
        (REHOST, REPLATFORM, REFACTOR, REPURCHASE),
        "it is recorded as {retired}; nothing is spent on moving it",
        AWS_LARGE,
    ),
    Rule(
        "tied-to-the-site",
        any_of("stays_on_site", "retained_dependency"),
        (REHOST, REPLATFORM, REFACTOR, REPURCHASE),
        "it is tied to something that stays where it is ({stays_on_site}{retained_dependency})",
        AWS_LARGE,
    ),
    Rule(
        "non-x86-hardware",
        yes("non_x86"),
        (REHOST,),
        "its platform ({non_x86}) has no like-for-like x86 server in the cloud",
        AWS_MGN,
    ),
    Rule(
        "operating-system-too-old",
        yes("os_too_old"),
        (REHOST,),
        "replication tools no longer take {os_too_old}",
        AWS_MGN,
    ),
    Rule(
        "code-belongs-to-vendor",
        yes("packaged") & unless("custom", "asks_cloud_native", "asks_engine_change", "asks_scale"),
        (REFACTOR,),
        "{packaged} is a bought product; its code cannot be redesigned",
        AWS_SEVEN,
    ),
    Rule(
        "oracle-rac",
        yes("oracle_rac") & unless("data_guard"),
        (REHOST, REPLATFORM),
        "Oracle RAC ({oracle_rac}) has neither a rehost nor a managed twin",
        AWS_ORACLE,
    ),
    Rule(
        "database-appliance",
        yes("database_appliance"),
        (REHOST,),
        "{database_appliance} comes with its own hardware; it is replaced by a cloud edition or another engine",
        AWS_ORACLE,
    ),
    Rule(
        "oracle-erp-or-warehouse",
        yes("oracle") & any_of("erp", "warehouse") & unless("asks_managed", "asks_engine_change"),
        (REPLATFORM,),
        "managed Oracle services do not take an Oracle ERP or data warehouse ({oracle})",
        AWS_ORACLE,
    ),
    Rule(
        "changes-frozen",
        yes("change_freeze"),
        (REFACTOR, REPURCHASE),
        "changes are not allowed now ({change_freeze})",
        AZURE_CAF,
    ),
    Rule(
        "in-critical-use",
        at_least("criticality", 3) & unless("retired", "sunset", "retirement_planned", "no_value", "zombie"),
        (RETIRE,),
        "its criticality is {criticality} and nobody says that it goes",
        AWS_LARGE,
    ),
    Rule(
        "not-worth-a-redesign",
        any_of("zombie", "retirement_planned") | at_least("powered_off", 1.0),
        (REFACTOR,),
        "a redesign of something that is hardly used or on its way out is never earned back",
        AWS_LARGE,
    ),
    Rule(
        "nothing-to-buy",
        yes("differentiating") & yes("custom") & unless("offered_as_service"),
        (REPURCHASE,),
        "it was written to set the company apart ({differentiating}); no product does that",
        AZURE_CAF,
    ),
    Rule(
        "small-and-unimportant",
        at_most("criticality", 0) & at_most("users", 50) & unless("asks_cloud_native", "asks_engine_change"),
        (REFACTOR,),
        "{users} users and criticality {criticality} do not carry a redesign",
        AZURE_CAF,
    ),
)
