"""How people list the applications (headquarters in English, a subsidiary in German) and what talks to what."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from aidiscover_pipelines.demo.generate import mix
from aidiscover_pipelines.demo.generate.servers import with_gaps
from aidiscover_pipelines.demo.generate.truth import Truth, pick, text, zero_filled

_UNITS = ("Sales", "Finance", "Operations", "Logistics", "Human Resources", "IT", "Engineering", "Service")
_BEREICHE = ("Vertrieb", "Finanzen", "Produktion", "Logistik", "Personal", "IT", "Technik", "Service")
_OWNERS = ("A. Novak", "B. Hansen", "C. Moreau", "D. Rossi", "E. Lindqvist", "F. Okafor", "G. Tanaka", "H. Silva")
_ARCHITEKTUREN = {"3-tier": "3-Schicht", "client-server": "Client/Server", "monolith": "Monolith"}
_EDGES = 100_000  # written at a time


def headquarters_rows(truth: Truth) -> Iterator[pd.DataFrame]:
    """The list of headquarters: all applications but the subsidiary's own."""
    for span in truth.spans():
        rng = truth.rng("headquarters", span.start)
        number = np.arange(span.start, span.stop)
        number = number[truth.listing[span.start : span.stop] >= mix.GERMAN_SHARE * (1 - mix.LISTED_IN_BOTH)]
        count = len(number)
        rows = pd.DataFrame({
            "Application ID": "APP" + zero_filled(number, 6),
            "Application Name": truth.names(number),
            "Business Unit": pick(rng, _UNITS, count),
            "Business Owner": pick(rng, _OWNERS, count),
            "Business Criticality": pick(rng, {"Critical": 0.1, "High": 0.3, "Medium": 0.4, "Low": 0.2}, count),
            "Environment": "Production",
            "Technology Stack": truth.of_kind(number, "technology"),
            "Database": truth.of_kind(number, "database"),
            "Architecture": truth.of_kind(number, "architecture"),
            "Users": text(np.ceil(rng.lognormal(5.0, 1.6, count)).astype(int)),
            "Data Volume (GB)": text(np.ceil(rng.lognormal(4.6, 1.5, count)).astype(int)),
            "Maintenance Window": pick(rng, ("Sun 02:00-06:00", "Sat 20:00-24:00", "none (24x7)", "any time"), count),
            "Compliance": pick(rng, ("GDPR", "SOX", "PCI DSS", "none", "GDPR; SOX"), count),
            "Lifecycle": pick(rng, {"Active": 0.82, "Phase out": 0.11, "Retired": 0.04, "Planned": 0.03}, count),
            "Vendor": truth.of_kind(number, "vendor"),
            "Annual Cost (USD)": text((np.ceil(rng.lognormal(10.8, 1.0, count) / 500) * 500).astype(int)),
            "RTO (h)": pick(rng, ("1", "4", "8", "24", "72"), count),
            "Documentation": pick(rng, ("complete", "partial", "none"), count),
            "Open Vulnerabilities": text(rng.poisson(5, count)),
            "Complexity": pick(rng, {"high": 0.25, "medium": 0.45, "low": 0.3}, count),
        })  # fmt: skip
        yield with_gaps(rng, rows)


def subsidiary_rows(truth: Truth) -> Iterator[pd.DataFrame]:
    """The German list, in the headers of such workbooks; some of it headquarters lists as well, and otherwise."""
    for span in truth.spans():
        rng = truth.rng("subsidiary", span.start)
        number = np.arange(span.start, span.stop)
        number = number[truth.listing[span.start : span.stop] < mix.GERMAN_SHARE]
        count = len(number)
        architecture = truth.of_kind(number, "architecture")
        rows = pd.DataFrame({
            "ICTO-Nr.": "APP" + zero_filled(number, 6),
            "Anwendung": truth.names(number),
            "Fachbereich": pick(rng, _BEREICHE, count),
            "Fachverantwortlicher": pick(rng, _OWNERS, count),
            "Hersteller / Lieferant": truth.of_kind(number, "vendor"),
            "Technologie": truth.of_kind(number, "technology"),
            "Datenbank": truth.of_kind(number, "database"),
            "Architekturtyp": pd.Series(architecture, dtype=object).replace(_ARCHITEKTUREN),
            "Datenvolumen": text(np.ceil(rng.lognormal(4.6, 1.5, count)).astype(int)) + " GB",
            "Anzahl Nutzer": np.ceil(rng.lognormal(5.0, 1.6, count)).astype(int).astype(object),
            "Geschäftskritikalität": pick(rng, {"sehr hoch": 0.1, "hoch": 0.3, "mittel": 0.4, "gering": 0.2}, count),
            "Fachliche Komplexität": pick(rng, {"hoch": 0.25, "mittel": 0.45, "niedrig": 0.3}, count),
            "Doku-Stand": pick(rng, ("vollständig", "teilweise", "fehlt"), count),
            "Offene Schwachstellen (CVE)": rng.poisson(5, count).astype(object),
            "Wiederanlaufzeit (RTO)": pick(rng, ("4 h", "8 h", "1 Tag", "3 Tage"), count),
            "Wartungsfenster": pick(rng, ("So 02-06 Uhr", "nach Absprache", "tgl. ab 22 Uhr"), count),
            "Lebenszyklus": pick(rng, {"produktiv": 0.85, "Auslauf": 0.12, "Einführung": 0.03}, count),
            "Lizenzkosten": text((np.ceil(rng.lognormal(10.4, 1.0, count) / 500) * 500).astype(int)) + " €",
        })  # fmt: skip
        yield with_gaps(rng, rows)


def dependency_rows(truth: Truth) -> Iterator[pd.DataFrame]:
    """The edge list, about two for each application."""
    for start in range(0, len(truth.dependencies), _EDGES):
        rng = truth.rng("edges", start)
        edges = truth.dependencies[start : start + _EDGES]
        yield pd.DataFrame({
            "Source Application": truth.names(edges[:, 0]),
            "Target Application": truth.names(edges[:, 1]),
            "Port": pick(rng, ("443", "1521", "1433", "5432", "8080"), len(edges)),
            "Protocol": "TCP",
            "Dependency Type": pick(rng, ("API", "Database", "File transfer", "Messaging"), len(edges)),
        })  # fmt: skip
