"""What may be concluded about the application attributes."""

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from aidiscover_pipelines.attributes.rules.rule import FIRM, WEAK, Inference, any_matches, said, where
from aidiscover_pipelines.attributes.rules.signs import (
    ARCHITECTURES,
    EXPOSED,
    NOT_VENDOR_RUN,
    PACKAGED,
    PERSONAL_DATA,
    VENDOR_RUN,
    vendor_run,
)
from aidiscover_pipelines.attributes.wide import Flags, Numbers, Texts, WideFacts

_TECHNOLOGY = (
    r"(?<!\w)(java|jee|j2ee|asp\.net|\.net|c#|php|python|ruby|node\.?js|cobol|cics|delphi|powerbuilder|visual basic|"
    r"vb6|angular|react|spring|tomcat|jboss|websphere|weblogic|iis|apache|nginx|oracle|sql server|postgres(?:ql)?|"
    r"mysql|mariadb|db2|sybase|mongodb|sap|sharepoint|lotus notes|siebel|peoplesoft|docker|kubernetes|excel|"
    r"ms access)(?!\w)"
)
_TECHNOLOGY_WORDS = re.compile(_TECHNOLOGY)
# Port -> what listens there by the registry of IANA or its vendor's default.
PORTS: dict[str, str] = {
    "1433": "SQL Server", "1521": "Oracle Database", "3306": "MySQL", "5432": "PostgreSQL", "27017": "MongoDB",
    "6379": "Redis", "50000": "Db2", "1414": "IBM MQ", "5672": "AMQP broker", "9092": "Kafka", "9200": "Elasticsearch",
    "1494": "Citrix", "3200": "SAP", "3300": "SAP", "389": "LDAP directory", "25": "mail server",
}  # fmt: skip
_DATABASE_PORTS = r"(?<!\d)(?:1433|1521|3306|5432|27017|50000|3050|5000)(?!\d)"
_WEB_PORTS = r"(?<!\d)(?:80|443|8080|8443)(?!\d)"
_ENCRYPTED_PORTS = r"(?<!\d)(443|8443|636|993|995|22|5061|1883|8883)(?!\d)"
_SIGN_IN = r"(?<!\w)(sso|single sign.on|ldap|active directory|saml|oauth2?|openid|mfa|two.factor|kerberos|2fa)(?!\w)"
_COUNT = r"(\d[\d.,' ]*\d|\d)\s*(?:k\b)?\s*"
_PEOPLE = (
    r"(?:concurrent |named |aktive |active |gleichzeitige |internal |interne )?(?:users?|benutzer|nutzer|anwender|"
    r"utilisateurs|usuarios|utenti|gebruikers|ユーザー|用户)"
)
_SESSIONS = r"(?:(?:concurrent |parallel |gleichzeitige )?(?:sessions?|sitzungen|sesiones|sessioni|sessoes|sessies|会话)|(?:database |db )?connections)"  # noqa: E501
_LICENCES = r"(?:licen[cs]es|lizenzen|seats|licencias|licenze|licencas|licenties|ライセンス|许可)"
_LINES = (
    r"(k|m|t)?(?:\s*)(?:loc|lines of code|codezeilen|zeilen code|lignes de code|lineas de codigo|righe di codice|"
    r"linhas de codigo|regels code|行代码)"
)
# Lines of code from which a program counts as medium and high (a team of one, of several).
_MEDIUM_LINES, _HIGH_LINES = 50_000, 500_000
# Neighbours from which its logic counts as tied up with others; a guess by number, hence WEAK.
_MEDIUM_EDGES, _HIGH_EDGES = 5, 12
# Parts (technologies and servers) from which configuration counts as medium and high; a guess by size, hence WEAK.
_MEDIUM_PARTS, _HIGH_PARTS = 4, 9
_TIERS = (("web", "web"), ("app", "application"), ("database", "database"))


def _listed(facts: WideFacts, field: str, read: Callable[[str], str]) -> Texts:
    """Each distinct value is read once."""
    texts = facts.text(field)
    told: dict[str, str] = {}
    return np.array([told[text] if text in told else told.setdefault(text, read(text)) for text in texts.tolist()],
                    dtype=object)  # fmt: skip


def _described_stack(facts: WideFacts) -> Texts:
    return _listed(facts, "description", lambda text: "; ".join(sorted(set(_TECHNOLOGY_WORDS.findall(text.lower())))))


def _listening_stack(facts: WideFacts) -> Texts:
    def read(text: str) -> str:
        found = [f"{PORTS[port]} (port {port})" for port in text.split("; ") if port in PORTS]
        return f"listens as {', '.join(found)}" if found else ""

    return _listed(facts, "listener_ports", read)


def _architecture(facts: WideFacts) -> Texts:
    fields = ("application_type", "technology_stack", "technologies", "os_names")
    denied = facts.matches("application_type", NOT_VENDOR_RUN)
    cases = []
    for pattern, name in ARCHITECTURES:
        holds = any_matches(facts, fields, pattern)
        cases.append((holds & ~denied if VENDOR_RUN in pattern else holds, name))
    return where(*cases)


def _tiers_by_role(facts: WideFacts) -> Texts:
    has = {tier: facts.matches("server_roles", rf"\b{role} \d") for role, tier in _TIERS}
    known = sum((flags.astype(int) for flags in has.values()), np.zeros(len(facts), dtype=int))
    names = np.array(
        [", ".join(tier for tier, flags in has.items() if flags[row]) for row in range(len(facts))], dtype=object
    )
    return where((known >= 2, said("n-tier: servers for ", names)))


def _tiers_by_port(facts: WideFacts) -> Texts:
    web, database = facts.matches("listener_ports", _WEB_PORTS), facts.matches("listener_ports", _DATABASE_PORTS)
    return where((web & database, "n-tier: listens on ports of the web and of a database"))


def _tiers(facts: WideFacts) -> Texts:
    servers = facts.number("asset_count")
    return where(((servers > 1) & facts.has("database_engine"), "n-tier"), (servers == 1, "single server"))


def _integrations(facts: WideFacts) -> Texts:
    needs, needed = facts.has("depends_on"), facts.has("depended_on_by")
    out, back = said("needs ", facts.text("depends_on")), said("needed by ", facts.text("depended_on_by"))
    return where((needs & needed, out + "; " + back), (needs, out), (needed, back))


def _stored(field: str, after: str) -> Callable[[WideFacts], Texts]:
    def conclude(facts: WideFacts) -> Texts:
        return where((facts.has(field), said("at most ", facts.text(field), after)))

    return conclude


def _told_people(pattern: str, before: str, after: str) -> Callable[[WideFacts], Texts]:
    def conclude(facts: WideFacts) -> Texts:
        number = facts.found("description", _COUNT + pattern)
        return where((number != "", said(before, number, after)))

    return conclude


def _clients(facts: WideFacts) -> Texts:
    return where((facts.number("clients_seen") > 0, said("", facts.text("clients_seen"), " client addresses seen")))


def _vendor_logic(facts: WideFacts) -> Texts:
    return where(
        (vendor_run(facts), "run by its vendor"),
        (facts.matches("application_type", PACKAGED), "maintained by its vendor"),
    )


def _by_lines(facts: WideFacts) -> Texts:
    number, unit = (facts.found("description", pattern) for pattern in (_COUNT + _LINES, _COUNT_ONLY + _LINES))
    lines = np.array(
        [float(re.sub(r"\D", "", digits)) if digits else np.nan for digits in number.tolist()], dtype=float
    ) * np.array([{"k": 1e3, "t": 1e3, "m": 1e6}.get(letter, 1.0) for letter in unit.tolist()])
    return _graded(
        lines, _MEDIUM_LINES, _HIGH_LINES, said(": ", np.array([f"{n:,.0f}" for n in lines]), " lines"), low=True
    )


_COUNT_ONLY = r"(?:\d[\d.,' ]*\d|\d)\s*"


def _by_neighbours(facts: WideFacts) -> Texts:
    edges = np.nan_to_num(facts.number("dependency_count")) + np.nan_to_num(facts.number("depended_on_count"))
    return _graded(edges, _MEDIUM_EDGES, _HIGH_EDGES, said(": tied to ", number_words(edges), " applications"))


def _configuration(facts: WideFacts) -> Texts:
    stack = facts.text("technologies").tolist()
    technologies = np.array([text.count("; ") + 1 if text else 0 for text in stack], dtype=float)
    parts = technologies + np.nan_to_num(facts.number("asset_count"))
    return where(
        (parts >= _HIGH_PARTS, "high: many technologies and servers"),
        (parts >= _MEDIUM_PARTS, "medium: several technologies or servers"),
        (parts > 0, "low: few technologies and servers"),
    )


def _graded(numbers: Numbers, medium: float, high: float, why: Texts, *, low: bool = False) -> Texts:
    """high, medium and, where asked for, low, with the reason behind."""
    known: Flags = ~np.isnan(numbers) & (numbers > 0)
    cases: list[tuple[Flags, Texts]] = [(numbers >= high, said("high", why)), (numbers >= medium, said("medium", why))]
    return where(*cases, *([(known, said("low", why))] if low else []))


def number_words(numbers: npt.NDArray[np.float64]) -> Texts:
    """Whole numbers as text."""
    return np.array([f"{number:.0f}" for number in numbers.tolist()], dtype=object)


def _bound_by(facts: WideFacts) -> Texts:
    field = "compliance_requirements"
    bound = facts.has(field) & ~facts.matches(field, r"^(?:none|no|keine?|n/a)$")
    return where((bound, said("what it is bound by demands: ", facts.text(field))))


def _exposed(facts: WideFacts) -> Texts:
    told = any_matches(facts, ("description", "network_name"), EXPOSED)
    return where((told, "reachable from the internet: its edge needs protection"))


def _holds_personal_data(facts: WideFacts) -> Texts:
    return where((facts.matches("description", PERSONAL_DATA), "holds personal or payment data"))


def _signs_in(facts: WideFacts) -> Texts:
    ways = [facts.found(field, _SIGN_IN) for field in ("description", "technology_stack")]
    return where(*((way != "", said("signs in by ", way)) for way in ways))


def _encrypts(facts: WideFacts) -> Texts:
    port = facts.found("listener_ports", _ENCRYPTED_PORTS)
    return where((port != "", said("encrypted transport on port ", port)))


# A table reads better with its own line breaks.
# fmt: off
APPLICATION_RULES: tuple[Inference, ...] = (
    Inference("technology_stack", ("description",), _described_stack, WEAK, "its description names technologies"),
    Inference("technology_stack", ("listener_ports",), _listening_stack, WEAK,
              "products listen on ports of their own"),
    Inference("architecture_pattern", ("application_type", "technology_stack", "technologies", "os_names"),
              _architecture, FIRM, "its kind and technologies are typical of the pattern"),
    Inference("architecture_pattern", ("server_roles",), _tiers_by_role, FIRM,
              "its servers are named for two tiers or more"),
    Inference("architecture_pattern", ("listener_ports",), _tiers_by_port, WEAK,
              "ports of two tiers are used on it"),
    Inference("architecture_pattern", ("asset_count", "database_engine"), _tiers, WEAK,
              "servers and databases suggest tiers"),
    Inference("integration_dependencies", ("depends_on", "depended_on_by"), _integrations, FIRM,
              "edges between applications were recorded or observed"),
    Inference("data_volume", ("storage_used_gb",), _stored("storage_used_gb", " GB in use"), FIRM,
              "its data fits in the storage its servers use"),
    Inference("data_volume", ("storage_total_gb",), _stored("storage_total_gb", " GB allocated"), WEAK,
              "its data fits in the storage its servers have"),
    Inference("user_load", ("description",), _told_people(_PEOPLE, "", " users"), FIRM,
              "its description counts its users"),
    Inference("user_load", ("description",), _told_people(_SESSIONS, "", " sessions at a time"), FIRM,
              "its description counts sessions or connections"),
    Inference("user_load", ("description",), _told_people(_LICENCES, "at most ", " users, by licences"), WEAK,
              "nobody uses it without a licence"),
    Inference("user_load", ("clients_seen",), _clients, WEAK, "clients were seen in the traffic to its servers"),
    Inference("business_logic_complexity", ("application_type",), _vendor_logic, FIRM,
              "the logic of packaged software is the vendor's"),
    Inference("business_logic_complexity", ("description",), _by_lines, FIRM, "its description counts lines of code"),
    Inference("business_logic_complexity", ("dependency_count", "depended_on_count"), _by_neighbours, WEAK,
              "what many others are tied to serves many purposes"),
    Inference("configuration_complexity", ("technologies", "asset_count"), _configuration, WEAK,
              "more parts have more settings"),
    Inference("security_requirements", ("compliance_requirements",), _bound_by, FIRM,
              "a regulation brings security requirements"),
    Inference("security_requirements", ("description", "network_name"), _exposed, FIRM,
              "what the internet reaches needs protection"),
    Inference("security_requirements", ("description",), _holds_personal_data, FIRM,
              "personal and payment data need protection"),
    Inference("security_requirements", ("description", "technology_stack"), _signs_in, WEAK,
              "a way of signing in is named"),
    Inference("security_requirements", ("listener_ports",), _encrypts, WEAK, "its traffic is encrypted"),
)
# fmt: on
