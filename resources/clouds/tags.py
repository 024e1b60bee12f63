"""What tags and labels say about a resource and the application that it serves: the same words in all clouds."""

import re
from collections.abc import Mapping

from aidiscover_pipelines.inventory.cleansing.text import is_null

# Field -> names of tags, without case and punctuation, the most telling first.
TAG_FIELDS: dict[str, tuple[str, ...]] = {
    "application_name": ("application", "applicationname", "app", "appname", "workload", "service", "system"),
    "application_id": ("applicationid", "appid"),
    "environment": ("environment", "env", "stage"),
    "business_owner": ("businessowner", "applicationowner", "appowner", "owner"),
    "technical_owner": ("technicalowner", "techowner", "team", "supportgroup", "maintainer", "contact"),
    "business_unit": ("businessunit", "bu", "department", "division", "costcenter", "costcentre"),
    "business_criticality": ("businesscriticality", "criticality", "businessimpact"),
    "compliance_requirements": ("compliance", "compliancerequirements", "regulation"),
    "security_requirements": ("dataclassification", "confidentiality", "classification"),
}


def told_by_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Canonical field -> text; `tags` itself holds them all as "key=value; ...", by key."""
    plain: dict[str, str] = {}
    for key, value in sorted(tags.items()):
        if value.strip() and not is_null(value.strip()):
            plain.setdefault(re.sub(r"[\W_]", "", key).casefold(), value)
    told = {
        field: next(plain[name] for name in names if name in plain)
        for field, names in TAG_FIELDS.items()
        if not plain.keys().isdisjoint(names)
    }
    if tags:
        told["tags"] = "; ".join(f"{key}={value}" if value else key for key, value in sorted(tags.items()))
    return told
