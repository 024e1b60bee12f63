"""What may be concluded about the infrastructure attributes."""

import numpy as np

from aidiscover_pipelines.attributes.rules.rule import FIRM, FOLLOWS, WEAK, Inference, any_matches, said, where
from aidiscover_pipelines.attributes.rules.signs import (
    ROUND_THE_CLOCK,
    critical,
    non_production,
    production,
    vendor_run,
)
from aidiscover_pipelines.attributes.wide import Texts, WideFacts
from aidiscover_pipelines.domain.vocabulary import AttributeState

_VENDOR_RUNS_IT = "does not apply: its vendor runs it"


def _windows_only(facts: WideFacts) -> Texts:
    fields = ("technology_stack", "technologies")
    return where(
        (any_matches(facts, fields, r"\biis\b|\bclassic asp\b|ms access|microsoft access|visual basic 6|\bvb ?6\b"),
         "Windows, version unknown"),
        (any_matches(facts, fields, r"\bcics\b|z/os|\bims\b.*cobol"), "z/OS, version unknown"),
    )  # fmt: skip


def _virtualization(facts: WideFacts) -> Texts:
    return where(
        (facts.matches("kinds", r"^physical$"), "physical hardware"),
        (facts.matches("kinds", r"^virtual$"), "virtual machines on an unnamed hypervisor"),
        (facts.matches("kinds", r"^cloud$"), "cloud instances"),
    )


def _switched_off(facts: WideFacts) -> Texts:
    return where((facts.number("power_off_share") == 1, "none: all its servers are switched off"))


def _not_on_servers(facts: WideFacts) -> Texts:
    return where((vendor_run(facts), _VENDOR_RUNS_IT))


def _balanced(facts: WideFacts) -> Texts:
    return where((facts.matches("server_roles", "load balancer"), "behind a load balancer"))


def _recoverable(facts: WideFacts) -> Texts:
    spare = facts.matches("environment", r"disaster recovery") & production(facts)
    return where((spare, "has a copy for disaster recovery"))


def _repeated_tier(facts: WideFacts) -> Texts:
    several = r"\b((?:web|app|database|messaging) (?:[2-9]|\d\d+))\b"
    roles = facts.found("server_roles", several)
    return where((roles != "", said("several servers of one role: ", roles)))


def _clustered(facts: WideFacts) -> Texts:
    return where((facts.has("cluster_name"), said("runs in cluster ", facts.text("cluster_name"))))


def _never_down(facts: WideFacts) -> Texts:
    return where((facts.matches("change_tolerance", ROUND_THE_CLOCK), "high: needed around the clock"))


def _expected_availability(facts: WideFacts) -> Texts:
    return where(
        (non_production(facts), "best effort, not productive"),
        (production(facts) & critical(facts), "high, critical and productive"),
    )


def _zone(facts: WideFacts) -> Texts:
    dmz = facts.matches("description", r"(?<!\w)dmz(?!\w)")
    return where((dmz, np.full(len(facts), "in a DMZ", dtype=object)))


# A table reads better with its own line breaks.
# fmt: off
INFRASTRUCTURE_RULES: tuple[Inference, ...] = (
    Inference("operating_system", ("application_type",), _not_on_servers, FOLLOWS,
              "software as a service runs on its vendor's servers", AttributeState.NOT_APPLICABLE),
    Inference("operating_system", ("technology_stack", "technologies"), _windows_only, WEAK,
              "it uses a product that runs on one operating system only"),
    Inference("compute_specification", ("application_type",), _not_on_servers, FOLLOWS,
              "software as a service runs on its vendor's servers", AttributeState.NOT_APPLICABLE),
    Inference("network_configuration", ("description",), _zone, WEAK, "its description names its network zone"),
    Inference("virtualization_platform", ("kinds",), _virtualization, FIRM, "all its servers are of one kind"),
    Inference("virtualization_platform", ("application_type",), _not_on_servers, FOLLOWS,
              "software as a service runs on its vendor's servers", AttributeState.NOT_APPLICABLE),
    Inference("performance_baseline", ("power_off_share",), _switched_off, FIRM, "what is switched off has no load"),
    Inference("performance_baseline", ("application_type",), _not_on_servers, FOLLOWS,
              "software as a service runs on its vendor's servers", AttributeState.NOT_APPLICABLE),
    Inference("availability_requirements", ("server_roles",), _balanced, FIRM, "someone paid for a load balancer"),
    Inference("availability_requirements", ("environment",), _recoverable, FIRM,
              "someone keeps a copy of it for disaster recovery"),
    Inference("availability_requirements", ("change_tolerance",), _never_down, FIRM,
              "it may never be down"),
    Inference("availability_requirements", ("server_roles",), _repeated_tier, WEAK,
              "servers are doubled for availability or for load"),
    Inference("availability_requirements", ("cluster_name",), _clustered, WEAK,
              "a cluster restarts its servers when a host fails, wanted or not"),
    Inference("availability_requirements", ("environment", "business_criticality"), _expected_availability, WEAK,
              "availability usually follows environment and criticality"),
)
# fmt: on
