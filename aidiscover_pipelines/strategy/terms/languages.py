"""The same statements in French, Spanish, Portuguese, Italian, Dutch, Japanese and Chinese.

English and German stand with the terms themselves. RE2 knows word boundaries between ASCII letters only, so patterns
that begin or end with another letter go without.
"""

from aidiscover_pipelines.strategy.terms.term import IDENTITY, PROSE, STACK, Term, stems

# A table reads better with its own line breaks.
# fmt: off
_SAID: dict[str, tuple[str, ...]] = {
    "asks_speed": (
        r"\b(?:vite|rapidement|urgen\w+|urgên\w+|dringend|snel)\b",
        "fermer le (?:datacenter|data ?cent|centre de donn)",
        "fermeture du (?:datacenter|data ?cent|centre)", "sortie du (?:datacenter|data ?cent)", "fin (?:de|du) bail",
        "cierre del (?:centro de datos|cpd|datacenter)", r"\brápid", r"lo antes posible", "fecha límite",
        "fechamento do (?:data ?center|datacenter)", "prazo", "chiusura del (?:data ?center|ced)", "al più presto",
        "scadenza",
        "sluiting van het datacent", "zo snel mogelijk", "早急", "至急", "期限", "データセンター(?:閉鎖|撤退|廃止)",
        "尽快", "紧急",
        "数据中心(?:关闭|搬迁|退出)",
    ),
    "asks_no_change": (
        "sans (?:aucune )?modif", "sans (?:aucun )?changement", r"à l'identique", r"tel(?:le)? quel",
        "sin (?:modific|cambio)",
        "tal cual", "sem (?:altera|mudan|modific)", "como está", "senza (?:modific|cambi)", r"così com'è",
        "zonder (?:aanpassing|wijziging)", "ongewijzigd", "変更なし", "そのまま移行", "無変更", "不(?:做)?修改",
        "原样迁移", "不改(?:动|代码)",
    ),
    "asks_managed": (
        "(?:base|service)s? (?:de données )?manag[ée]e?s?", "même moteur",
        "(?:base de datos|servicio) (?:gestionad|administrad)",
        "mismo motor", "(?:banco de dados|serviço) gerenciad", "mesmo motor", "(?:database|servizio) gestit",
        "stesso motore",
        "beheerde (?:database|dienst)", "conteneuris", "contenedori[sz]", "conteinerizar", "containerizza",
        "マネージド", "コンテナ化", "托管", "容器化",
    ),
    "asks_modern": (r"\bmodernis(?:er|ation)\b", r"\bmodernizar", r"\bmodernizza", r"\bmoderniser(?:en|ing)", "近代化",
        "刷新", "现代化"),
    "asks_cloud_native": (
        "réécri", "reécri", "refonte", "micro-?servicios", "reescrib", "rediseñ", "micro-?serviços", "reescrev",
        "redesenh",
        "micro-?serviz", "riscriv", "riprogett", "herschrijv", "herontwerp", "マイクロサービス", "再設計", "作り直し",
        "微服务", "重构", "重写",
        "云原生", "クラウドネイティブ",
    ),
    "asks_scale": (
        "montée en charge", "passage à l'échelle", "goulot", r"\bescala(?:r|bilidad|bilidade)\b", "cuello de botella",
        "gargalo",
        r"\bscalabilit", "collo di bottiglia", r"\bschaalba", "knelpunt", "スケール", "拡張性", "ボトルネック",
        "可扩展", "扩展性", "瓶颈",
    ),
    "offered_as_service": (
        r"(?:alternative|solution|offre|version) saas", "saas (?:équivalent|existe|disponible)", "progiciel du marché",
        r"(?:alternativa|solución|versión) saas", "saas disponible", "producto de mercado",
        r"(?:alternativa|solução|versão) saas", "saas disponível", r"(?:soluzione|versione) saas",
        "prodotto di mercato",
        "saas-(?:oplossing|alternatief|pakket)", "standaardpakket", "saas(?:への|に|で)", "市販パッケージ",
        "saas ?(?:替代|产品|版本)",
        "标准产品", "商用软件替换",
    ),
    "retirement_planned": (
        r"(?:n'est|ne sont|n'est) plus utilis", "plus utilisé", "plus nécessaire", "à décommissionner", "décommissionn",
        "abandonn", "obsolète", "remplacé par", "ya no se (?:usa|utiliza|necesita)", "en desuso", "a dar de baja",
        r"reemplazad[oa] por", "sustituid[oa] por", "não (?:é|são) mais (?:usad|utilizad|necess)", "em desuso",
        "desativa",
        "substituíd[oa] (?:por|pel[oa])", "non (?:è|più) (?:più )?(?:usat|utilizzat|necessari)", "dismissione",
        "dismess", "sostituit[oa] d",
        "niet meer (?:gebruikt|nodig)", "uitgefaseerd", "vervangen door", "廃止予定", "使われていない",
        "利用されていない", "不要",
        "後継", "不再使用", "已停用", "计划下线", "将被替换", "废弃",
    ),
    "duplicated": (
        "doublon", "fait double emploi", "duplicad[oa]", "redundante", "ridondante", "doppione", "dubbel", "重複",
        "重复", "冗余功能",
    ),
    "hardly_used": (
        "(?:très )?peu utilis", "quasiment plus", "aucun utilisateur", "poco (?:us|utiliz)", "sin usuarios",
        "pouco (?:us|utiliz)",
        "sem usuários", "poco utilizz", "nessun utente", "nauwelijks gebruikt", "geen gebruikers", "ほとんど使",
        "利用者なし",
        "很少使用", "无用户", "几乎不用",
    ),
    "no_value": (
        "sans valeur (?:métier|ajoutée)", "sin valor", "sem valor", "senza valore", "geen (?:zakelijke )?waarde",
        "価値がない", "无(?:业务)?价值",
    ),
    "stays_on_site": (
        "(?:rester?|contrainte|reste|maintenu) sur site", "ne peut (?:pas )?(?:être )?(?:migr|déplac)",
        "matériel de sécurité",
        "ligne de production", "debe (?:permanecer|quedarse)", "no (?:se )?puede (?:mover|migrar)",
        "línea de producción",
        "deve (?:permanecer|ficar)", "não pode (?:ser )?(?:mov|migr)", "linha de produção", "deve (?:restare|rimanere)",
        "non può essere (?:spostat|migrat)", "linea di produzione", "moet (?:lokaal|op locatie) blijven",
        "kan niet (?:verhui|gemigreerd)",
        "productielijn", "移行不可", "オンプレ(?:ミス)?(?:必須|に残)", "生産ライン", "工場設備", "必须留在本地",
        "不能迁移", "无法迁移", "生产线",
    ),
    "data_residency": (
        "résidence des données", "souveraineté des données", "residencia de (?:los )?datos", "soberanía",
        "residência de dados",
        "soberania", "residenza dei dati", "sovranità", "dataresidentie", "国内に保管", "データ主権",
        "数据(?:驻留|主权|不出境)",
    ),
    "change_freeze": (
        "gel des (?:changements|modifications)", "congelamiento de cambios", "congelamento de mudanças",
        "blocco delle modifiche",
        "wijzigingsstop", "変更凍結", "凍結期間", "变更冻结", "封网",
    ),
    "recent_refresh": (
        "récemment (?:renouvel|modernis|migr|mis à jour)", "recientemente (?:renov|moderni|migr|actuali)",
        "recién (?:renov|migr)",
        "recentemente (?:renov|moderni|migr|atuali|rinnov|aggiorna)", "onlangs (?:vernieuwd|gemigreerd|gemoderniseerd)",
        "最近(?:更新|刷新|移行)", "最近(?:升级|更换|迁移)",
    ),
    "in_cloud": (
        "déjà dans le cloud", "ya (?:está )?en la nube", "já (?:está )?na nuvem", "già in cloud", "al in de cloud",
        "既にクラウド", "クラウド稼働", "已(?:经)?(?:在|上)云",
    ),
    "unstable": (
        "pannes fréquentes", "instable", "inestable", "fallas frecuentes", "falhas frequentes", "instável",
        "guasti frequenti",
        "instabiel", "veel storingen", "障害多発", "不安定", "故障频繁", "不稳定",
    ),
    "costly_upkeep": (
        "(?:coûts?|frais) (?:de (?:maintenance|licence)|d'exploitation) élev",
        "costes? (?:de (?:mantenimiento|licencia)s?) (?:alto|elevad)",
        "custos? (?:de (?:manutenção|licença)s?) (?:alto|elevad)",
        "costi (?:di (?:manutenzione|licenza)) (?:alti|elevati)",
        "hoge (?:onderhouds|licentie)kosten", "保守費(?:用)?が?高", "维护成本高", "许可费用高",
    ),
}
_COMMODITY = (
    r"\bpaie\b", "ressources humaines", "messagerie", "notes de frais", "gestion documentaire", r"\bged\b", "nómina",
    "recursos humanos", r"\brrhh\b", "correo electrónico", "gestión documental", "mesa de ayuda", "folha de pagamento",
    "correio eletrônico", "gestão documental", r"\bpaghe\b", "risorse umane", "posta elettronica", "note spese",
    "salarisadministratie", "personeelszaken", "documentbeheer", "給与", "人事", "勤怠", "経費精算", "グループウェア",
    "文書管理", "薪资",
    "人力资源", "考勤", "报销", "邮件系统", "协同办公", "文档管理",
)
_CUSTOM = (
    "développement (?:interne|maison|spécifique)", r"\bmaison\b", r"desarrollo (?:propio|interno|a medida)",
    "desenvolvimento (?:próprio|interno|sob medida)", "sviluppo interno", r"\bmaatwerk\b", "自社開発", "内製",
    "自主开发", "自研", "定制开发",
)

LANGUAGE_TERMS: tuple[Term, ...] = (
    *(Term(signal, PROSE, stems(*patterns), "said in another language") for signal, patterns in _SAID.items()),
    Term("commodity", IDENTITY, stems(*_COMMODITY), "a capability that many vendors sell as a service"),
    Term("custom", STACK, stems(*_CUSTOM), "written for the company"),
)
