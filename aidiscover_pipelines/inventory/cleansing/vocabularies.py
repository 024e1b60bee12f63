"""Closed vocabularies of cleansed values, with the words that mean them in the languages exports come in.

Words are compared without case, accents, punctuation and spaces. A word that is not listed is kept as it is.
"""

import re
import unicodedata


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What people and tools write for "nothing", in lower case. "0" is a value; "-1" means unknown in number fields only.
NULL_WORDS = _words(
    "- -- --- . .. … ? ?? n/a na n.a. n.a #n/a #na #ref! #value! nan nil none null <null> (null) [null] undefined "
    "unknown (none) <none> (blank) (empty) blank tbd tba tbc t.b.d. k.a. ka keine kein keiner entfällt unbekannt leer "
    "inconnu inconnue aucun aucune néant nd n/d n.d. s/o ninguno ninguna desconocido nessuno nessuna sconosciuto geen "
    "onbekend nenhum nenhuma desconhecido なし 不明 未定 无 未知 不适用"
) | {
    "not available",
    "not applicable",
    "not specified",
    "not set",
    "no data",
    "keine angabe",
    "k. a.",
    "n. a.",
    "nicht bekannt",
    "nicht verfügbar",
    "nicht vorhanden",
    "non renseigné",
    "sin datos",
    "no aplica",
    "non disponibile",
    "não informado",
    "niet van toepassing",
}

TRUE_WORDS = _words(
    "true yes y ja j oui o si sí sì vrai wahr verdadero verdadeiro vero sim waar x ✓ ✔ ☑ ○ はい 是 是的 有 有り"
)
FALSE_WORDS = _words("false no n nein non nee não faux falsch falso onwaar ✗ ✘ ☐ \u00d7 いいえ 否 不 不是")
# Letters and digits that mean yes and no only where the whole column consists of such a pair.
ANSWER_PAIRS: tuple[tuple[str, str], ...] = (("s", "n"), ("v", "f"), ("w", "f"), ("t", "f"), ("1", "0"))

ENVIRONMENT = {
    "production": "production prod prd p live produktion produktiv produktivsystem produccion produzione producao "
    "productie productieomgeving productif produktionsumgebung entornodeproduccion ambientediproduzione "
    "ambientedeproducao 本番 本番環境 生産 生产 生产环境",
    "pre-production": "preproduction preprod staging stage stg uat acceptance abnahme integration int vorproduktion "
    "preproduccion preproduzione preproducao homologacion homologacao integracion integracao integrazione acceptatie "
    "acceptatieomgeving recette qualification prelive useracceptancetesting ステージング "
    "ステージング環境 预生产 预发布 预生产环境",
    "test": "test testing tst qa qas qualityassurance testumgebung testsystem prueba pruebas collaudo teste sit "
    "pruebas ambientedetestes testomgeving テスト テスト環境 検証 検証環境 测试 测试环境",
    "development": "development dev develop entwicklung entw developpement desarrollo sviluppo desenvolvimento "
    "entwicklungsumgebung ontwikkelomgeving ontwikkeling 開発 開発環境 开发 开发环境",
    "disaster recovery": "dr disasterrecovery drp standby backupsite notfall k-fall recovery secours reprise "
    "contingencia uitwijk 災害対策 灾备 灾备环境",
    "training": "training schulung formation formacion formazione treinamento opleiding",
    "sandbox": "sandbox sbx poc lab labor demo",
    "non-production": "nonproduction nonprod nprod np notproduction nichtproduktiv nichtproduktion horsproduction "
    "noproduccion nonproduzione devtest",
}
CRITICALITY = {
    "critical": "critical missioncritical verycritical mostcritical 1mostcritical vital veryhigh highest kritisch "
    "sehrhoch critique treshaut treseleve critico muyalto critica muitoalto kritiek zeerhoog tier0 tier1 platinum "
    "1critical 重大 极高 最重要",
    "high": "high businesscritical hoch eleve elevee haut haute alto alta hoog important wichtig tier2 gold "
    "2somewhatcritical 2high 高",
    "medium": "medium med mid moderate businessoperational mittel moyen moyenne medio media gemiddeld normal tier3 "
    "silver 3lesscritical 3medium 3moderate 中",
    "low": "low niedrig gering faible bas basse bajo baja basso bassa baixo baixa laag minor administrativeservice "
    "administrative noncritical notcritical unkritisch tier4 tier5 bronze 4notcritical 4low verylow lowest 低",
}
LEVEL = {
    "high": "high hoch veryhigh sehrhoch eleve elevee alto alta hoog complex komplex complexe complejo complesso "
    "verycomplex critical 高",
    "medium": "medium med moderate mittel moyen moyenne medio media gemiddeld average 中",
    "low": "low niedrig gering faible bas bajo baja basso bassa baixo baixa laag simple einfach sencillo semplice "
    "simples minimal verylow 低",
}
POWER_STATE = {
    "running": "running poweredon on up started active online ein eingeschaltet an allume encendido acceso ligado aan "
    "in-use 稼働中 運行中 开机",
    "stopped": "stopped poweredoff off down notrunning shutdown deallocated terminated halted offline aus "
    "ausgeschaltet eteint apagado spento desligado uit shutoff powereddown 停止 关机",
    "suspended": "suspended paused saved hibernated standby angehalten suspendu suspendido sospeso suspenso 一時停止",
}
LIFECYCLE = {
    "planned": "planned plan onorder ordered pipeline inplanning geplant planung bestellt prevu planifie planificado "
    "pianificato planejado gepland phasein implementing implementierung 計画中 计划",
    "active": "active operational inuse installed inproduction production live inservice aktiv betrieb inbetrieb "
    "produktiv operativ enservice actif activo enuso attivo inuso ativo emuso actief ingebruik stable stabil "
    "deployed 1operational 1installed 使用中 稼働中 运行 在用",
    "maintenance": "maintenance inmaintenance inwartung wartung enmaintenance enmantenimiento manutenzione "
    "sustain phaseout",
    "end of life": "endoflife eol endofsupport eos obsolete obsolet obsoleto obsolete veraltet sunset legacy "
    "deprecated auslaufend finvie fuoriproduzione",
    "in stock": "instock stock lager auflager enstock inventory spare",
    "retired": "retired decommissioned decom disposed removed stillgelegt ausserbetrieb abgeschaltet ausgemustert "
    "retire horsservice reforme retirado debaja dismesso desativado buitengebruik archived absent 6retired 7retired "
    "廃止 退役",
}
ASSET_TYPE = {
    "virtual": "virtual virtualmachine vm virtuell virtuelle vmwarevirtualmachineinstance guest virtualserver machine"
    "virtuelle maquinavirtual cmdbcivmwareinstance 仮想 虚拟机",
    "physical": "physical physisch physique fisico fisica fysiek baremetal hardware physicalserver esxserver "
    "esxhost blade 物理",
    "container": "container pod docker kubernetespod",
    "database": "database databaseinstance dbinstance datenbank basededonnees basededatos dbserver",
    "cloud": "cloud cloudinstance ec2 ec2instance azurevm computeinstance",
}

_REMARK = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*")
_NUMBERING = re.compile(r"^\(?\d{1,2}[).:\s\u2013-]+")
_COUNTER = re.compile(r"[\s_-]*\d{1,2}$")


def word_key(text: str) -> str:
    """A word without case, accents, punctuation and spaces, for comparison; letters of every script stay."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", "", "".join(char for char in plain if not unicodedata.combining(char)))


def closed_word(field: str, text: str) -> str | None:
    """The closed value that a text means, also with a remark in parentheses or a number before or behind it."""
    words = CLOSED[field]
    for shorter in (text, _REMARK.sub("", text), _NUMBERING.sub("", text), _COUNTER.sub("", text)):
        meaning = words.get(word_key(shorter))
        if meaning is not None:
            return meaning
    return None


def _by_key(vocabulary: dict[str, str]) -> dict[str, str]:
    listed = {word_key(word): meaning for meaning, words in vocabulary.items() for word in words.split()}
    return listed | {word_key(meaning): meaning for meaning in vocabulary}


# Field -> word key -> closed value.
CLOSED: dict[str, dict[str, str]] = {
    "environment": _by_key(ENVIRONMENT),
    "business_criticality": _by_key(CRITICALITY),
    "business_logic_complexity": _by_key(LEVEL),
    "configuration_complexity": _by_key(LEVEL),
    "power_state": _by_key(POWER_STATE),
    "lifecycle_status": _by_key(LIFECYCLE),
    "asset_type": _by_key(ASSET_TYPE),
}
