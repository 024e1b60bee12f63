"""Words by which values say that an agent runs on an asset, or that nothing reaches it. Small letters."""

from collections.abc import Mapping

import pandas as pd

# Agent -> how cells name it: resource types and services of scans, tags, installed software. Each could deliver
# measurements or an inventory, once somebody connects it; until then it is no access.
AGENTS: Mapping[str, str] = {
    "Azure Arc": r"hybridcompute|azure[ _-]?arc\b|\barc[- ]enabled|azcmagent",
    "Azure Monitor agent": r"azure monitor agent|azuremonitor(?:windows|linux)agent|log analytics agent|"
    r"microsoft monitoring agent|omsagent",
    "Azure Migrate": r"azure[ _-]?migrate|microsoft\.migrate|offazure",
    "AWS Systems Manager": r"\bssm\b|systems manager|amazon-ssm-agent|\bmi-[0-9a-f]{17}\b",
    "CloudWatch agent": r"\bcwagent\b|cloudwatch[ _-]?agent",
    "Google OS Config": r"\bos[ _-]?config\b|osconfig",
    "Google Ops Agent": r"google[ _-]cloud[ _-]ops[ _-]agent|\bops[ _-]agent\b",
    "monitoring agent": r"oneagent|dynatrace|datadog|new[ _-]?relic|appdynamics|zabbix[ _-]?agent|check_?mk[ _-]?agent|"
    r"\bnrpe\b|nsclient|telegraf|splunk universal forwarder|scom agent|elastic agent|node_exporter",
}
# AWS measures no memory from outside a server: where it tells memory, this agent runs there.
MEMORY_TOLD_BY = "CloudWatch agent"

# English and German, as network plans and CMDB comments put it.
AIR_GAPPED = (
    r"\bair[- _]?gap(?:ped|s)?\b|\bnot connected to (?:the|any|another) (?:network|internet|lan)|"
    r"\b(?:isolated|stand-?alone|physically separated?) network\b|\bno (?:network|internet) (?:access|connection)|"
    r"\bluftspalt\b|\binselnetz\b|\bohne netz(?:werk)?(?:anschluss|anbindung|zugang)|"
    r"\b(?:abgeschottetes|isoliertes|physisch getrenntes) netz|"
    r"\bkein(?:e|en)? netz(?:werk)?(?:anschluss|anbindung|zugang)"
)
# "not air-gapped", "air-gapped=false", "no air gap" say the contrary.
DENIED = (
    r"\b(?:not|no longer|never|no|nicht|kein(?:e|en)?)\s+(?:an\s+)?(?:air[- _]?gap|isolated|luftspalt|inselnetz)|"
    r"air[- _]?gap(?:ped)?\s*[=:]\s*(?:no|false|0|nein|n)\b"
)

# Fields of assets in which either is said.
TOLD_IN = ("tags", "description", "network_name", "location", "virtualization_platform", "asset_type", "vendor")


def says(texts: pd.Series, pattern: str) -> pd.Series:
    """Whether each text holds the pattern; each different text is looked at once."""
    codes, different = pd.factorize(texts)
    held = pd.Series(different, dtype="str").str.contains(pattern, regex=True, case=False)
    return pd.Series(held.to_numpy(dtype=bool)[codes] if len(different) else [], index=texts.index, dtype=bool)


def says_air_gapped(texts: pd.Series) -> pd.Series:
    """Whether each text says that nothing reaches the asset, and does not deny it."""
    return says(texts, AIR_GAPPED) & ~says(texts, DENIED)
