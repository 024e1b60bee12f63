"""What the offline analyst reads in people's own words: values that a text states outright, in the text's words.

One row per attribute: what is looked for, and how it stands in the texts of the languages that files come in. Nothing
is read from the absence of a word, and nothing is translated into a judgement.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aidiscover_pipelines.crews.cases import phrase
from aidiscover_pipelines.crews.discovery.contract import MOST_REVIEWED, VALUE, Inference, Proposal
from aidiscover_pipelines.crews.text import clipped, in_words, listed
from aidiscover_pipelines.domain.vocabulary import OPEN_STATES, AttributeState

Rows = Sequence[Mapping[str, Any]]
# Fields that hold sentences; the others have attributes of their own.
TEXTS = ("description",)
_FACTS_NAMED = 2
_NUMBER = r"\d[\d.,' ]*"


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE)


# A table reads better with its own line breaks.
# fmt: off
READINGS: Mapping[str, re.Pattern[str]] = {
    "user_load": _words(
        rf"{_NUMBER}(?:concurrent |named |active )?(?:users?|employees|nutzer(?:innen)?|benutzer|anwender|mitarbeiter|"
        r"konten|accounts?|utilisateurs|usuarios|utenti|gebruikers)"),
    "data_volume": _words(rf"{_NUMBER}(?:[GT]i?B|[GT]o|gigabytes?|terabytes?)"),
    "architecture_pattern": _words(
        r"SaaS|software as a service|micro-?services?|client[-/ ]server|mainframe|monolith(?:ic|isch)?|"
        r"(?:[23n]|two|three|multi)-?tier|(?:zwei|drei)schichtig|serverless|event-driven|batch"),
    "technology_stack": _words(
        r"Java(?: \d+)?|\.NET(?: \d[\d.]*)?|PHP(?: \d[\d.]*)?|Python|COBOL|Node\.js|Tomcat(?: \d+)?|JBoss|WebLogic|"
        r"WebSphere|IIS|Oracle(?: Database)?(?: \d+\w*)?|SQL Server(?: \d+(?: R2)?)?|PostgreSQL(?: \d+)?|MySQL|Db2|"
        r"MongoDB|SAP(?: (?:ECC|BW|HCM|S/4HANA))?(?: \d[\d.]*)?|OpenShift|Kubernetes|SharePoint|Power BI"),
    "compliance_constraints": _words(
        r"GDPR|DSGVO|RGPD|PCI[- ]?DSS|HIPAA|SOX|GoBD|KRITIS|NIS ?2|DORA|GxP|BaFin|FINMA|FedRAMP|ITAR|"
        r"ISO ?\d{4,5}(?:-\d)?"),
    "security_requirements": _words(
        r"confidential|vertraulich(?:e|en)?|confidentiel(?:le)?s?|personal data|personenbezogene(?:n)? Daten|"
        r"donn[ée]es personnelles|card ?holder data|Kartenzahlung(?:en)?|health records|Patientendaten"),
    "availability_requirements": _words(
        rf"24 ?[x/] ?7|99[.,]\d+ ?%|(?:RTO|RPO)(?: of| von)? {_NUMBER}(?:h|min|hours?|Stunden)|two data cent(?:er|re)s|"
        r"zwei Rechenzentren|hochverf[üu]gbar"),
    "change_tolerance": _words(
        r"maintenance windows?|Wartungsfenster|change freeze|read[- ]only|nur noch lesend|lecture seule"),
    "business_criticality": _words(r"mission[- ]critical|business[- ]critical"),
}
# fmt: on
# What a text's words come to where the attribute is a closed set.
_CLOSED = {"business_criticality": {"mission-critical": "critical", "business-critical": "high"}}


def judged(standing: Rows, facts: Rows, flags: Rows) -> list[Inference]:
    """A verdict on each conclusion whose cells the tools show: doubted where one of them is flagged, else confirmed."""
    found = []
    for row in standing:
        cells = set(row["evidence"])
        if row["state"] != AttributeState.INFERRED or not cells:
            continue
        rests = [fact for fact in _own(facts, row) if cells.intersection(fact["evidence"])]
        wrong = [flag for flag in _own(flags, row) if cells.intersection(flag["evidence"])]
        if not rests and not wrong:
            continue
        told = {
            "application_id": row["application_id"],
            "attribute": row["attribute"],
            "evidence": row["evidence"],
        }
        if wrong:
            why = phrase(f"It rests on a value that is flagged: {wrong[0]['problem']}.")
            found.append(Inference(verdict="doubted", why=why, **told))
        else:
            found.append(Inference(verdict="confirmed", why=phrase(_basis(rests)), **told))
    return found[:MOST_REVIEWED]


def proposed(standing: Rows, facts: Rows) -> list[Proposal]:
    """A value for each open attribute that a text of the same application states."""
    found = []
    for row in standing:
        pattern = READINGS.get(row["attribute"])
        if pattern is None or row["state"] not in OPEN_STATES:
            continue
        for fact in _own(facts, row):
            said = _said(row["attribute"], pattern, fact) if fact["field"] in TEXTS and fact["evidence"] else ""
            if said:
                why = f"Its {in_words(fact['field'])} says so in these words."
                told = {"application_id": row["application_id"], "attribute": row["attribute"]}
                found.append(Proposal(value=clipped(said, VALUE), why=why, evidence=fact["evidence"], **told))
                break
    return found[:MOST_REVIEWED]


def _said(attribute: str, pattern: re.Pattern[str], fact: Mapping[str, Any]) -> str:
    words = list(dict.fromkeys(" ".join(match.split()) for match in pattern.findall(str(fact["value"]))))
    closed = _CLOSED.get(attribute)
    if closed is None:
        return "; ".join(words)
    meant = {closed["-".join(word.lower().replace("-", " ").split())] for word in words}
    return meant.pop() if len(meant) == 1 else ""


def _basis(facts: Rows) -> str:
    named = [f"{in_words(fact['field'])} {clipped(str(fact['value']), 60)}" for fact in facts[:_FACTS_NAMED]]
    return f"It follows from what is recorded: {listed(named)}."


def _own(rows: Rows, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Rows of the same application; in a case about one application they do not name it."""
    return [one for one in rows if one.get("application_id", row["application_id"]) == row["application_id"]]
