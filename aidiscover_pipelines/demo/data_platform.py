# ruff: noqa: E501  (a table reads better with its own line breaks)
"""Shared platforms and container services at the invented manufacturer; format as in `data_commerce`."""

STANZAS = """
E-Mail | exc | IT | Stefan Wulff | sehr hoch | Produktion | Auslaufend | cx
Postfächer und Mailfluss für 4.300 Konten
Exchange Server 2013 | - | Client-Server | 4300 | 9800 | So 02:00-06:00 | DSGVO; GoBD | Microsoft | 210000 | 4 | ja | 21 | mittel
cas*2 win2012r2 8/32/200 29; mbx*4 win2012r2 8/64/3000 38
Active Directory:389:LDAP

Active Directory | adc | IT | Stefan Wulff | sehr hoch | Produktion | Betrieb | cx
Anmeldung, Gruppenrichtlinien, DNS
Active Directory Domain Services | - | Infrastruktur | 5200 | 12 | rollierend | DSGVO | Microsoft | 36000 | 1 | ja | 3 | mittel
dc*4 win2016 4/16/120 16
-

Dateiablage Konzern | fil | IT | Stefan Wulff | hoch | Produktion | Betrieb | cx
Abteilungs- und Benutzerlaufwerke
Windows-Dateidienste; DFS | - | Infrastruktur | 4800 | 41000 | So 02:00-06:00 | DSGVO | Microsoft | 130000 | 8 | teilweise | 9 | gering
fs*4 win2012r2 4/16/12000 12
Active Directory:389:LDAP

Druckdienste | prt | IT | Olaf Jansen | niedrig | Produktion | Betrieb | c
Druckserver der Standorte
Windows-Druckdienste | - | Infrastruktur | 3900 | 5 | jederzeit | - | Microsoft | - | 24 | nein | - | gering
prt*2 win2012r2 2/8/80 6
Active Directory:389:LDAP

Monitoring | mon | IT | Olaf Jansen | hoch | Produktion | Betrieb | cx
Überwachung von Servern und Netz
Nagios 4; Grafana 8 | InfluxDB 1.8 | 3-Schicht | 45 | 720 | jederzeit | - | Open Source | 18000 | 4 | ja | 2 | mittel
app*2 rhel8 4/16/120 41; db rhel8 8/32/900 37
-

ServiceDesk | sde | IT | Olaf Jansen | hoch | Produktion | Betrieb | cx
Tickets, Changes und Bestellungen
Standardsoftware; Java 8; Tomcat 8.5 | SQL Server 2016 | 3-Schicht | 4300 | 160 | So 02:00-06:00 | DSGVO | HelpDesk Nord GmbH | 84000 | 8 | ja | 4 | mittel
app*2 win2016 4/16/120 23; db win2016 4/32/300 26
Active Directory:636:LDAPS; E-Mail:25:SMTP

Datensicherung | bak | IT | Olaf Jansen | hoch | Produktion | Betrieb | cx
Sicherung auf Platte und Band
Veeam 11; Bandbibliothek | SQL Server 2017 | Infrastruktur | 8 | 96000 | tagsüber | GoBD | Veeam | 160000 | 8 | ja | 1 | mittel
srv*3 win2019 16/64/24000 34 phys
-

Log-Management | log | IT | Olaf Jansen | mittel | Produktion | Betrieb | cx
Zentrale Protokolle, Suche und Alarme
Elasticsearch 7.10; Logstash; Kibana | Elasticsearch | Microservices | 70 | 6200 | jederzeit | BSI IT-Grundschutz | Open Source | 42000 | 24 | teilweise | 6 | mittel
es*3 rhel8 8/64/2400 55; lst rhel8 4/16/200 44
-

Container-Plattform | ocp | IT | Yasemin Kaya | sehr hoch | Produktion | Betrieb | cx
OpenShift für neue Dienste, zwei Rechenzentren
OpenShift 4.12; Kubernetes | etcd | Microservices | 90 | 3200 | rollierend | BSI IT-Grundschutz | Red Hat | 340000 | 2 | ja | 2 | hoch
ctl*3 rhel8 8/32/200 36; wrk*8 rhel8 16/64/400 57
Identity Provider:443:OIDC

Build und Auslieferung | cic | IT | Yasemin Kaya | mittel | Entwicklung | Betrieb | cx
Quellcode, Builds und Artefakte
GitLab 15; Jenkins; Nexus | PostgreSQL 13 | 3-Schicht | 160 | 2100 | jederzeit | - | Open Source | 39000 | 24 | ja | 3 | mittel
git ubuntu2204 8/32/1200 39; run*4 ubuntu2204 8/16/200 48
Active Directory:636:LDAPS

API-Gateway | api | IT | Yasemin Kaya | sehr hoch | Produktion | Betrieb | cx
Einstieg für Partner- und Mobilzugriffe
Kong 2.8; Docker | PostgreSQL 13 | Microservices | 220 | 15 | rollierend | DSGVO | Kong | 69000 | 1 | ja | 1 | mittel
gw*2 rhel8 4/16/100 43; db rhel8 2/8/120 19
Identity Provider:443:OIDC; Container-Plattform:6443:HTTPS

Identity Provider | idp | IT | Stefan Wulff | sehr hoch | Produktion | Betrieb | cx
Einmalanmeldung für interne und externe Nutzer
Keycloak 18; Java 11 | PostgreSQL 13 | 3-Schicht | 52000 | 30 | rollierend | DSGVO | Open Source | 33000 | 1 | ja | 2 | mittel
app*2 rhel8 4/16/80 32; db*2 rhel8 4/16/120 26
Active Directory:636:LDAPS

Zertifikatsstelle | pki | IT | Stefan Wulff | hoch | Produktion | Betrieb | c
Interne PKI mit Hardware-Modul
Active Directory Certificate Services; HSM | - | Infrastruktur | - | 2 | - | BSI IT-Grundschutz | Microsoft | - | 8 | - | - | mittel
ca*2 win2016 2/8/80 4
Active Directory:389:LDAP

Terminalserver | ctx | IT | Olaf Jansen | hoch | Produktion | Auslaufend | cx
Veröffentlichte Anwendungen für die Werke
Citrix XenApp 7.6 | SQL Server 2012 | Client-Server | 1300 | 240 | So 02:00-06:00 | - | Citrix | 195000 | 8 | teilweise | 25 | mittel
ddc*2 win2012r2 4/16/120 19; wrk*6 win2012r2 8/64/200 62; db win2012r2 4/16/120 16
Active Directory:389:LDAP

Wiki | wik | IT | Nadine Otto | niedrig | Produktion | Betrieb | cx
Wissensdatenbank der Teams
Confluence 7.13; Java 11; Tomcat 9 | PostgreSQL 12 | Monolith | 1900 | 140 | jederzeit | - | Atlassian | 28000 | 48 | ja | 7 | gering
app ubuntu2004 4/16/200 24; db ubuntu2004 2/8/120 17
Active Directory:636:LDAPS

Bestell-API | bes | Vertrieb | Yasemin Kaya | hoch | Produktion | Betrieb | x
REST-Dienst für Bestellungen, läuft auf der Container-Plattform
Java 17; Spring Boot 3; Docker; Kubernetes | PostgreSQL 14 | Microservices | 300 | 25 | rollierend | DSGVO | Eigenentwicklung | 52000 | 2 | ja | 1 | mittel
@Container-Plattform wrk01 wrk02
Container-Plattform:6443:HTTPS; SAP ERP:3300:RFC

Benachrichtigungsdienst | not | Vertrieb | Yasemin Kaya | mittel | Produktion | Betrieb | x
E-Mail- und Push-Nachrichten
Go 1.20; Docker; Kubernetes | Redis 7 | Microservices | - | 2 | rollierend | DSGVO | Eigenentwicklung | 21000 | 4 | ja | 0 | gering
@Container-Plattform wrk02 wrk03
Container-Plattform:6443:HTTPS; E-Mail:25:SMTP

Telemetrie-Plattform | tel | Service | Yasemin Kaya | hoch | Produktion | Betrieb | cx
Zustandsdaten von 9.000 Antrieben beim Kunden
Kafka 3.3; Python 3.10; Kubernetes | TimescaleDB 2.9 | Microservices | 120 | 5400 | rollierend | DSGVO | Eigenentwicklung | 148000 | 4 | ja | 1 | hoch
kfk*3 rhel8 8/32/1500 58; db*2 rhel8 16/64/3000 52
Container-Plattform:6443:HTTPS

Ersatzteilsuche | ers | Service | Selin Aydin | hoch | Produktion | Betrieb | x
Suche nach Teilen und Explosionszeichnungen
Java 17; Docker; Kubernetes | Elasticsearch 8 | Microservices | 38000 | 110 | rollierend | - | Eigenentwicklung | 34000 | 4 | ja | 1 | mittel
@Container-Plattform wrk04 wrk05
Container-Plattform:6443:HTTPS; PLM Windchill:443:REST

Mobile Service-App | msa | Service | Selin Aydin | hoch | Produktion | Betrieb | x
App der 340 Servicetechniker
Node.js 18; Docker; Kubernetes | MongoDB 6 | Microservices | 340 | 45 | rollierend | DSGVO | Eigenentwicklung | 61000 | 4 | ja | 3 | mittel
@Container-Plattform wrk05 wrk06
API-Gateway:443:REST; Instandhaltung:443:REST; SAP ERP:3300:RFC
"""
