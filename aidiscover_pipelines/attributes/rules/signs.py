"""Words in texts that tell something about an application, in nine languages.

English, German, French, Spanish, Italian, Portuguese, Dutch, Japanese and Chinese. Case and accents do not count.
Closed vocabularies reach the rules in English.
"""

from aidiscover_pipelines.attributes.rules.rule import words
from aidiscover_pipelines.attributes.wide import Flags, WideFacts

NON_PRODUCTION = (
    r"\b(?:dev|test|qa|uat|sandbox|training|staging|stage|sit|lab|poc|(?:non|pre)-?prod)|"
    + words("entwicklung\\w*, abnahme\\w*, schulung\\w*, recette, preproduccion, desarrollo, pruebas, collaudo, "
            "sviluppo, homologacao, desenvolvimento, ontwikkel\\w*, acceptatie, 開発, 検証, テスト, 开发, 测试")
)  # fmt: skip
PRODUCTION = r"(?<!non)(?<!non-)(?<!non )(?<!pre-)(?<!pre )\bprod|\blive\b|(?<!非)本番|(?<![非预])生产"
CRITICAL = (
    r"mission|critical|very high|\bhigh\b|tier\s*[01]\b|essential|"
    + words("kritisch\\w*, hoch, sehr hoch, critique, eleve, critico, critica, alto, alta, kritiek, hoog, 重大, 高")
)  # fmt: skip
NOT_CRITICAL = (
    r"non-?critical|not critical|unkritisch|nicht kritisch|non critique|no critic|non critic|nao critic|niet kritiek|"
    r"非关键|非重要"
)
CLASSIFIED = (
    r"\bpii\b|gdpr|dsgvo|rgpd|lgpd|\bavg\b|\bphi\b|hipaa|\bpci\b|cardholder|confidential|restricted|secret|\bsox\b|"
    r"personal data|personenbezogen|vertraulich|geheim|donnees personnelles|confidentiel|datos personales|"
    r"dati personali|riservat|dados pessoais|confidencia|persoonsgegevens|vertrouwelijk|個人情報|機密|个人信息|机密|"
    r"\bpersonal\b"
)
VENDOR_RUN = r"\bsaas\b|software as a service|クラウドサービス|软件即服务"
NOT_VENDOR_RUN = r"\b(?:not|no|kein|keine|pas|non|nao|niet)\W+(?:a\W+)?saas\b|\bsaas\W+(?:no|nein|non|false)\b"
PACKAGED = (
    r"\bcots\b|packag|off.the.shelf|commercial|standard.?software|kaufsoftware|progiciel|software comercial|"
    r"paquete|pacchetto|pacote|pakket|standaardsoftware|パッケージ|商用软件|套装软件"
)
CUSTOMISED = r"custom|bespoke|modifi|angepasst|individual|adapte|personali[sz]"
ROUND_THE_CLOCK = (
    r"24\s*[x*/]\s*7|7\s*[x*/]\s*24|around the clock|rund um die uhr|24 ?h/24|24 horas|24 ore|24 uur|24時間|全天候"
)
EXPOSED = (
    r"internet.?facing|public.?facing|publicly (?:reachable|accessible)|(?<!\w)dmz(?!\w)|"
    r"aus dem internet (?:erreichbar|zuganglich)|offentlich (?:erreichbar|zuganglich)|"
    r"expose(?:e|s)? (?:sur|a) internet|expuest[ao] a internet|espost[ao] (?:su|a) internet|expost[ao] a internet|"
    r"vanaf het internet bereikbaar|インターネット公開|对外公开|公网"
)
REGULATIONS = words(
    "gdpr, dsgvo, rgpd, lgpd, hipaa, sox, sarbanes.oxley, pci.?dss, pci, iso ?27001, bafin, mifid, basel, kritis, "
    "nis2, dora, gxp, fda, ccpa, tisax, soc ?2, finma, marisk, 个人信息保护法, 個人情報保護法"
)
PERSONAL_DATA = (
    r"personal data|personally identifiable|patient (?:data|records?)|personenbezogene|personaldaten|patientendaten|"
    r"donnees (?:personnelles|de sante)|datos personales|dati personali|dados pessoais|persoonsgegevens|"
    r"個人情報|个人信息|cardholder data|credit card data|kreditkartendaten"
)
COMPLEX_NOTES = (
    r"technical debt|technische[rn]? schuld(?:en)?|dette technique|deuda tecnica|debito tecnico|divida tecnica|"
    r"technische schuld|技術的負債|技术债"
)
FREEZE = (
    r"change freeze|frozen zone|freeze period|anderungssperre|change.?freeze|gel des changements|congelacion|"
    r"blocco modifiche|congelamento|wijzigingsstop|変更凍結|变更冻结"
)
# How often it is released -> how well it bears change.
RELEASES = (
    (r"(?:daily|continuous|several times a week|weekly|bi-?weekly|fortnightly)\W+(?:release|deploy)\w*|ci/?cd|"
     r"(?:taglich|wochentlich|zweiwochentlich)\w*\W+release\w*|releases?\W+(?:daily|weekly|taglich|wochentlich)|"
     r"(?:release|livraison|entrega|rilascio|lancamento)s?\W+(?:hebdomadaire|semanal|settimanale)s?|"
     r"wekelijkse releases?|毎週リリース|每周发布", "high: released often"),
    (r"(?:monthly|quarterly)\W+(?:release|deploy)\w*|(?:monatlich|quartalsweise)\w*\W+releases?\w*|"
     r"releases?\W+(?:monthly|quarterly|monatlich|quartalsweise)|"
     r"(?:release|livraison|entrega|rilascio|lancamento)s?\W+(?:mensuel|trimestriel|mensual|trimestral|mensile|"
     r"trimestrale|mensal)\w*|maandelijkse releases?|毎月リリース|每月发布", "medium: released every few months"),
    (r"(?:yearly|annual|half.?yearly)\W+(?:release|deploy)\w*|(?:jahrlich|halbjahrlich)\w*\W+releases?\w*|"
     r"releases?\W+(?:yearly|annually|jahrlich|once a year)|"
     r"(?:release|livraison|entrega|rilascio|lancamento)s?\W+(?:annuel|anual|annuale)\w*|jaarlijkse releases?|"
     r"年次リリース|每年发布", "low: released once or twice a year"),
)  # fmt: skip
DOCUMENTED = (
    r"https?://\S*(?:wiki|confluence|docs?|sharepoint|readme|handbook)|(?<!\w)(?:runbook|betriebshandbuch|"
    r"operations manual|manuel d.exploitation|manual de operaci|manuale operativo|handboek|運用手順書|运维手册)"
)

# First match wins: the most particular signs come first.
ARCHITECTURES: tuple[tuple[str, str], ...] = (
    (r"micro-?services?|microdienste|マイクロサービス|微服务", "microservices"),
    (rf"{VENDOR_RUN}|salesforce|servicenow|workday", "software as a service"),
    (r"docker|kubernetes|k8s|openshift|container|conteneur|contenedor|コンテナ|容器", "containers"),
    (r"mainframe|grossrechner|großrechner|cobol|cics|z/os|as/?400|ibm i\b|メインフレーム|大型机", "mainframe"),
    (r"\bsoa\b|enterprise service bus|\besb\b|serviceorientiert|orientee services|orientada a servicios|"
     r"orientata ai servizi|orientada a servicos|服务导向|面向服务", "service oriented"),
    (r"client.?server|klient.?server|visual basic|\bvb\s*6|delphi|powerbuilder|ms access|microsoft access|citrix|"
     r"client.?serveur|cliente.?servidor|クライアントサーバ|客户端.服务器|客户机", "client-server"),
    (r"\bweb|\biis\b|tomcat|jboss|weblogic|websphere|apache|nginx|asp|php|n-?tier|[23]-?tier|(?:drei|mehr|zwei)schicht|"
     r"[2-4n][- ]?(?:tiers|capas|livelli|camadas|laags)|三层|多层|三階層|ウェブ|网页", "web application"),
    (r"batch|scheduled job|stapelverarbeitung|traitement par lots|procesamiento por lotes|elaborazione batch|"
     r"バッチ|批处理", "batch"),
)  # fmt: skip


def non_production(facts: WideFacts) -> Flags:
    """Where every environment named is one of building or testing."""
    flags: Flags = facts.matches("environment", NON_PRODUCTION) & ~production(facts)
    return flags


def production(facts: WideFacts) -> Flags:
    """Where one of its environments is productive."""
    return facts.matches("environment", PRODUCTION)


def critical(facts: WideFacts) -> Flags:
    """Where it is recorded as critical."""
    field = "business_criticality"
    flags: Flags = facts.matches(field, CRITICAL) & ~facts.matches(field, NOT_CRITICAL)
    return flags


def vendor_run(facts: WideFacts) -> Flags:
    """Where its vendor runs it."""
    field = "application_type"
    flags: Flags = facts.matches(field, VENDOR_RUN) & ~facts.matches(field, NOT_VENDOR_RUN)
    return flags
