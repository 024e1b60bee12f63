"""The cleansing rules: what may be done to a cell, declared in one table.

A value names every rule that changed it, or that could not read it. People undo rules by these names (`aidiscover
cleansing undo`), so a name never changes its meaning: a rule that reads differently gets a new version.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from aidiscover_pipelines.domain.canonical import FIELDS

# What a rule serves where it serves more than a few fields.
EVERY_FIELD, NUMBERS, DATES = "every field", "numbers", "dates"
_KINDS = {NUMBERS: ("int", "float"), DATES: ("date", "datetime")}


class Rule(StrEnum):
    """Names of the rules."""

    INVISIBLE = "invisible_characters"
    SPACES = "spaces"
    FULL_WIDTH = "full_width"
    NULL_WORD = "null_word"
    REPEATED_HEADER = "repeated_header"
    PLAIN_NUMBER = "plain_number"
    THOUSANDS = "thousands_separator"
    DECIMAL_COMMA = "decimal_comma"
    UNIT = "unit"
    MULTIPLIER = "multiplier"
    SUM = "sum_of_parts"
    RANGE = "middle_of_range"
    USED_OF_TOTAL = "used_of_total"
    CLOCK = "clock_time"
    FRACTION = "fraction_to_percent"
    NEGATIVE = "negative_number"
    CURRENCY = "currency"
    PER_YEAR = "per_year"
    PORT = "port"
    BY_TOTAL = "by_total"
    FREE_SPACE = "free_space"
    CORES_PER_SOCKET = "cores_per_socket"
    SOCKETS_COLUMN = "sockets_column"
    CONFIGURED_OS = "configured_os"
    ISO_DATE = "iso_date"
    DAY_MONTH = "day_month_order"
    SERIAL_DATE = "serial_date"
    TIME_ZONE = "time_zone"
    PLACEHOLDER_DATE = "placeholder_date"
    VOCABULARY = "vocabulary"
    YES_NO = "yes_no"
    SCORE = "score"
    OS_NAME = "os_name"
    OS_VERSION = "os_version"
    LIST = "list"
    IP = "ip_address"
    IMPOSSIBLE_IP = "impossible_ip_address"
    MAC = "mac_address"
    IMPOSSIBLE_MAC = "impossible_mac_address"
    HOST_NAME = "host_name"
    IDENTIFIER = "identifier"
    TAG_KEY = "tag_key"


class Step(NamedTuple):
    """One thing that a rule did, or found impossible."""

    rule: Rule
    note: str


class Example(NamedTuple):
    """A cell under a header of a field, before and after; `after` None drops it. `row` holds other cells by field."""

    field: str
    before: str
    after: str | None
    unit: str | None = None
    header: str = "Column"
    row: tuple[tuple[str, str], ...] = ()
    statistic: str | None = None


@dataclass(frozen=True, slots=True)
class CleansingRule:
    """One rule. `serves` are canonical fields, or one of the groups above; `function` is module:name here."""

    name: Rule
    serves: tuple[str, ...]
    version: int
    function: str
    description: str
    example: Example


_OF_CLOSED = (
    "environment", "business_criticality", "business_logic_complexity", "configuration_complexity", "power_state",
    "lifecycle_status", "asset_type",
)  # fmt: skip
_OF_YES_NO = (
    "security_requirements", "availability_target", "change_tolerance", "configuration_complexity",
    "vulnerability_count", "documentation_quality", "stakeholder_impact", "description", "architecture_pattern",
    "application_type", "compliance_requirements", "database_engine", "technology_stack", "lifecycle_status",
    "asset_type",
)  # fmt: skip
_OF_SCORES = tuple(field.name for field in FIELDS if field.kind in ("score", "enum|score", "int|score", "string|%"))
LIST_FIELDS = ("technology_stack", "integration_dependencies", "compliance_requirements")


# A table reads better with its own line breaks.
# fmt: off
RULES: tuple[CleansingRule, ...] = (
    CleansingRule(Rule.INVISIBLE, (EVERY_FIELD,), 1, "text:tidy",
        "Zero-width characters, soft hyphens and marks of writing direction are removed",
        Example("asset_name", "srv\u200b01", "srv01")),
    CleansingRule(Rule.SPACES, (EVERY_FIELD,), 1, "text:tidy",
        "Spaces around a cell are removed; inside a text, spaces and line breaks become one space",
        Example("vendor", " Big  Blue ", "Big Blue")),
    CleansingRule(Rule.FULL_WIDTH, (EVERY_FIELD,), 1, "text:tidy",
        "Full-width letters, digits and signs, as Japanese and Chinese exports use them, become ASCII",
        Example("memory_mb", "\uff11\uff10\uff12\uff14", "1024")),
    CleansingRule(Rule.NULL_WORD, (EVERY_FIELD,), 1, "text:is_null",
        "A word for nothing, in any of nine languages, gives no value",
        Example("location", "k.A.", None)),
    CleansingRule(Rule.REPEATED_HEADER, (EVERY_FIELD,), 1, "cleanse:cleanse",
        "A cell that repeats its header is an unfilled attribute and gives no value",
        Example("location", "Standort", None, header="Standort")),
    CleansingRule(Rule.PLAIN_NUMBER, (NUMBERS,), 1, "units:read_column",
        "A number is written with a point, without zeros behind it; what is no number is kept and counted",
        Example("cpu_cores", "8.0", "8")),
    CleansingRule(Rule.THOUSANDS, (NUMBERS,), 1, "numerals:read_numeral",
        "Separators of thousands are removed. Which mark is the decimal one is decided once for the whole column",
        Example("memory_mb", "524,194", "524194")),
    CleansingRule(Rule.DECIMAL_COMMA, (NUMBERS,), 1, "numerals:read_numeral",
        "A decimal comma becomes a point",
        Example("annual_cost", "1234,5", "1234.5")),
    CleansingRule(Rule.UNIT, (NUMBERS,), 1, "units:read_column",
        "The cell's own unit, or else the column's, is brought to the field's unit; sizes count in steps of 1024",
        Example("memory_mb", "128 Go", "131072")),
    CleansingRule(Rule.MULTIPLIER, (NUMBERS,), 1, "units:read_column",
        "Several of a size are multiplied",
        Example("storage_total_gb", "4x 2 To", "8192")),
    CleansingRule(Rule.SUM, ("storage_total_gb", "storage_used_gb", "data_volume_gb", "recovery_objectives"), 1,
        "units:read_column", "Several sizes or times in one cell are added",
        Example("storage_total_gb", "500 GB + 1 TB", "1524")),
    CleansingRule(Rule.RANGE, (NUMBERS,), 1, "units:read_column",
        "A range becomes its middle",
        Example("user_count", "100-200", "150")),
    CleansingRule(Rule.USED_OF_TOTAL,
        ("storage_used_gb", "storage_total_gb", "memory_mb", "memory_util_pct", "data_volume_gb", "disk_size_gb"), 1,
        "units:read_column", "Of 'used / total' in one cell the field takes its part, a share the quotient",
        Example("storage_used_gb", "120 / 500 GB", "120")),
    CleansingRule(Rule.CLOCK, ("recovery_objectives",), 1, "units:read_column",
        "Hours and minutes written as on a clock become hours",
        Example("recovery_objectives", "02:30", "2.5")),
    CleansingRule(Rule.FRACTION, ("cpu_util_pct", "memory_util_pct", "storage_used_gb"), 1, "units:read_column",
        "Shares written 0 to 1 become percent, where the header or the whole column says that they are",
        Example("cpu_util_pct", "0.5", "50", header="maxCpuUsagePctDec (%)")),
    CleansingRule(Rule.NEGATIVE, (NUMBERS,), 2, "columns:read_values",
        "-1 gives no value: it is how ServiceNow and vSphere write unknown and unlimited. Other negative numbers stay",
        Example("memory_mb", "-1", None)),
    CleansingRule(Rule.CURRENCY, ("annual_cost",), 1, "units:read_column",
        "The sign or code of a currency is taken off and named in the transform; amounts are not converted",
        Example("annual_cost", "€ 1'200", "1200")),
    CleansingRule(Rule.PER_YEAR, ("annual_cost",), 1, "units:read_column",
        "Amounts per month, week or quarter become amounts per year",
        Example("annual_cost", "500 EUR/Monat", "6000")),
    CleansingRule(Rule.PORT, ("dep_port",), 1, "network_addresses:read_port",
        "A port is taken out of its protocol and service; lists, ranges and impossible ports are kept and counted",
        Example("dep_port", "tcp/443", "443")),
    CleansingRule(Rule.BY_TOTAL, ("storage_used_gb", "memory_util_pct"), 1, "relate:relate_within_rows",
        "A share of storage becomes an amount, an amount of memory a share, by the total of the same row",
        Example("storage_used_gb", "80", "400", unit="%", row=(("storage_total_gb", "500"),))),
    CleansingRule(Rule.FREE_SPACE, ("storage_used_gb", "cpu_util_pct", "memory_util_pct"), 1,
        "relate:relate_within_rows", "What is free is taken from the total of the same row, or from 100 %",
        Example("storage_used_gb", "30", "70", statistic="free", row=(("storage_total_gb", "100"),))),
    CleansingRule(Rule.CORES_PER_SOCKET, ("cpu_cores",), 1, "relate:relate_within_rows",
        "Cores per socket are multiplied by the sockets of the same row",
        Example("cpu_cores", "2", "16", header="numCoresPerCpu", row=(("cpu_sockets", "8"),))),
    CleansingRule(Rule.SOCKETS_COLUMN, ("cpu_sockets",), 1, "relate:relate_within_rows",
        "A plain count of CPUs beside cores per CPU counts sockets",
        Example("cpu_cores", "8", "8", header="numCpus", row=(("cpu_cores", "2"),))),
    CleansingRule(Rule.CONFIGURED_OS, ("os_name",), 1, "relate:relate_within_rows",
        "Of two operating systems in one row, the one that the virtual machine's settings name gives way to the one "
        "that was observed in it",
        Example("os_name", "Other 3.x or later Linux", None, header="OS according to the configuration file",
                row=(("os_name", "Amazon Linux 2"),))),
    CleansingRule(Rule.ISO_DATE, (DATES,), 1, "dates:read_dates",
        "Dates in figures or with month names of nine languages become ISO 8601; what is no date is kept and counted",
        Example("install_date", "15. März 2024", "2024-03-15")),
    CleansingRule(Rule.DAY_MONTH, (DATES,), 1, "dates:read_dates",
        "Whether day or month comes first is decided once for a column: by its numbers above 12, the sheet's other "
        "dates, the language of the header; else month first is assumed. A column that has both keeps what is unclear",
        Example("install_date", "03/04/2024", "2024-03-04")),
    CleansingRule(Rule.SERIAL_DATE, (DATES,), 1, "dates:read_dates",
        "Day numbers of spreadsheets and seconds or milliseconds since 1970 become dates",
        Example("install_date", "45123", "2023-07-16")),
    CleansingRule(Rule.TIME_ZONE, ("last_seen",), 1, "dates:read_dates",
        "A moment with a time zone becomes UTC; one without stays as it is",
        Example("last_seen", "2024-08-16T07:25:56+02:00", "2024-08-16T05:25:56")),
    CleansingRule(Rule.PLACEHOLDER_DATE, (DATES,), 1, "dates:read_dates",
        "The zero dates of databases and spreadsheets give no value",
        Example("install_date", "1900-01-01", None)),
    CleansingRule(Rule.VOCABULARY, _OF_CLOSED, 1, "columns:read_values",
        "Words of nine languages become words of a closed vocabulary; a word that is not listed is kept",
        Example("environment", "Produktion", "production")),
    CleansingRule(Rule.YES_NO, _OF_YES_NO, 1, "columns:read_values",
        "Yes and no, in nine languages, take their meaning from the header",
        Example("security_requirements", "Ja", "Verschlüsselung: yes", header="Verschlüsselung (J/N)")),
    CleansingRule(Rule.SCORE, _OF_SCORES, 1, "columns:read_values",
        "A score that is a number is written with a point",
        Example("code_quality_score", "7,5", "7.5")),
    CleansingRule(Rule.OS_NAME, ("os_name",), 1, "systems:read_os_name",
        "Short, translated and reversed names of operating systems become the product's name; bits are left out",
        Example("os_name", "Win2k12 R2 (64-bit)", "Windows Server 2012 R2")),
    CleansingRule(Rule.OS_VERSION, ("os_version",), 1, "systems:read_os_version",
        "Words that say 'version', code names and bits are left out of a version",
        Example("os_version", "Version 7.9 (Maipo)", "7.9")),
    CleansingRule(Rule.LIST, LIST_FIELDS, 1, "columns:read_values",
        "Several values in one cell are parted by '; ', each once",
        Example("technology_stack", "Java | Spring, Tomcat", "Java; Spring; Tomcat")),
    CleansingRule(Rule.IP, ("ip_address",), 1, "network_addresses:read_addresses",
        "Addresses are parted by '; ' and written in their short form, without prefix length, zone, port or remarks",
        Example("ip_address", "10.0.0.1/24, 10.0.0.2", "10.0.0.1; 10.0.0.2")),
    CleansingRule(Rule.IMPOSSIBLE_IP, ("ip_address",), 1, "network_addresses:read_addresses",
        "What cannot be an IP address is left out",
        Example("ip_address", "10.0.20.447", None)),
    CleansingRule(Rule.MAC, ("mac_address",), 1, "network_addresses:read_macs",
        "MAC addresses are parted by '; ' and written in lower case with colons",
        Example("mac_address", "0050.56BE.5A1F", "00:50:56:be:5a:1f")),
    CleansingRule(Rule.IMPOSSIBLE_MAC, ("mac_address",), 1, "network_addresses:read_macs",
        "What cannot be the address of a network card is left out",
        Example("mac_address", "00:00:00:00:00:00", None)),
    CleansingRule(Rule.HOST_NAME, ("hostname",), 1, "network_addresses:read_host",
        "Host names are written in lower case, without the dot behind, the protocol, the port or the Windows domain",
        Example("hostname", "CORP\\SRV01", "srv01")),
    CleansingRule(Rule.IDENTIFIER, ("asset_id", "serial_number", "application_id"), 1, "columns:read_values",
        "UUIDs are written in lower case with dashes; the .0 that spreadsheets add to a number is taken off",
        Example("application_id", "12.0", "12")),
    CleansingRule(Rule.TAG_KEY, ("tags",), 1, "columns:read_values",
        "The bare value of a custom column takes its header as key",
        Example("tags", "Gold", "Tier=Gold", header="Tier")),
)
# fmt: on

BY_RULE: dict[str, CleansingRule] = {str(rule.name): rule for rule in RULES}


def fields_served(rule: CleansingRule) -> list[str]:
    """Canonical fields that a rule can act on."""
    if rule.serves == (EVERY_FIELD,):
        return [field.name for field in FIELDS]
    kinds = _KINDS.get(rule.serves[0])
    return [field.name for field in FIELDS if field.kind in kinds] if kinds else list(rule.serves)


def rules_document() -> list[dict[str, str | int | None]]:
    """The table of rules as plain rows: rule, serves, version, description, field, before, after."""
    return [
        {
            "rule": str(rule.name),
            "serves": ", ".join(rule.serves),
            "version": rule.version,
            "description": rule.description,
            "field": rule.example.field,
            "before": rule.example.before,
            "after": rule.example.after,
        }
        for rule in RULES
    ]
