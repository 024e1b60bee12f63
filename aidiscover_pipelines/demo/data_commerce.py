# ruff: noqa: E501  (a table reads better with its own line breaks)
"""Applications of sales, finance and people at Nordwerk Antriebstechnik AG, an invented manufacturer.

Each stanza is five lines; `demo.portfolio` reads them. "-" stands for a cell that nobody filled in.

    name | code | business unit | owner | criticality | environment | lifecycle | files (c = CMDB, x = spreadsheet)
    description
    technology | database | architecture | users | data GB | window | compliance | vendor | EUR a year | RTO h | documented |
        vulnerabilities | complexity      (all on one line)
    servers: role[*count] os cores/GB RAM/GB disk average-CPU-percent [phys] [off] [cloud]; ...
    needs: application:port:kind; ...
"""

STANZAS = """
Kundenportal | kup | Vertrieb | Anke Brandt | sehr hoch | Produktion | Betrieb | cx
Self-Service-Portal für Händler und Endkunden, Bestellungen und Reklamationen
Java 11; Spring Boot 2.7; Tomcat 9 | Oracle Database 19c | 3-Schicht | 12000 | 640 | So 02:00-04:00 | DSGVO | Eigenentwicklung | 420000 | 2 | ja | 4 | hoch
web*2 rhel8 4/8/80 34; app*4 rhel8 8/32/120 46; db*2 ol8 8/64/900 41; tst win2019 4/16/120 6
SAP ERP:3300:RFC; Identity Provider:443:OIDC; Bestell-API:443:REST; Benachrichtigungsdienst:443:REST

Ersatzteil-Webshop | ews | Vertrieb | Anke Brandt | sehr hoch | Produktion | Betrieb | cx
Webshop für Ersatzteile, 14 Länder, eigene Anpassungen am Standardpaket
Java 8; SAP Commerce 1905; Tomcat 8.5; Solr 7 | MySQL 5.7 | 3-Schicht | 38000 | 820 | Mo 01:00-03:00 | DSGVO; PCI DSS | SAP | 610000 | 1 | teilweise | 17 | hoch
web*2 rhel7 4/8/80 38; app*4 rhel7 8/32/160 57; search*2 rhel7 4/16/200 33; db*2 rhel7 8/64/900 48
Zahlungsverkehr:443:REST; SAP ERP:3300:RFC; Ersatzteilsuche:9200:REST; Preisfindung:8080:SOAP

Auftragsportal | apo | Vertrieb | Jörg Petersen | hoch | Produktion | Betrieb | cx
Erfassung und Verfolgung von Kundenaufträgen
Java 8; Struts 2.3; Tomcat 7 | PostgreSQL 9.6 | 3-Schicht | 850 | 210 | Sa 22:00-02:00 | DSGVO | Eigenentwicklung | 180000 | 4 | nein | 31 | hoch
app*2 rhel6 4/16/100 42; db rhel6 4/32/400 37
Preisfindung:8080:SOAP; SAP ERP:3300:RFC; Active Directory:636:LDAPS

Preisfindung | prf | Vertrieb | Jörg Petersen | hoch | Produktion | Betrieb | cx
Preise, Rabatte und Sonderkonditionen je Kunde
Java 8; WildFly 10 | Oracle Database 11g | SOA | 420 | 95 | Sa 22:00-02:00 | - | Eigenentwicklung | 140000 | 4 | teilweise | 12 | hoch
app*2 rhel7 4/16/100 39; db ol7 4/32/300 44
Bonitätsprüfung:443:REST

Bonitätsprüfung | bon | Finanzen | Miriam Scholz | hoch | Produktion | Betrieb | cx
Bonität und Kreditlimit vor Auftragsfreigabe
.NET Framework 4.5; IIS 8 | SQL Server 2012 | Client-Server | 160 | 45 | Sa 22:00-02:00 | DSGVO | Eigenentwicklung | 90000 | 8 | nein | 9 | mittel
app*2 win2012r2 4/16/100 28; db win2012r2 4/32/250 33
Auftragsportal:443:REST; Active Directory:636:LDAPS

CRM Vertrieb | crm | Vertrieb | Anke Brandt | hoch | Produktion | Auslaufend | cx
Kundenbeziehungen, Besuchsberichte, Angebotsverfolgung
Siebel CRM 8.1; Java 6 | Oracle Database 11g | Client-Server | 1400 | 780 | So 00:00-06:00 | DSGVO | Oracle | 530000 | 8 | teilweise | 22 | hoch
web*2 win2008r2 4/16/120 24; app*3 win2008r2 8/32/160 36; db*2 sol10 16/64/1600 41 phys
SAP ERP:3300:RFC; E-Mail:25:SMTP

Produktkonfigurator | pko | Vertrieb | Selin Aydin | hoch | Produktion | Betrieb | cx
Variantenkonfiguration für Getriebe und Antriebe
.NET 6; ASP.NET Core | SQL Server 2019 | 3-Schicht | 2300 | 130 | So 02:00-04:00 | - | Eigenentwicklung | 230000 | 4 | ja | 2 | mittel
web*2 win2019 4/16/120 31; db win2019 8/64/500 35
PLM Windchill:443:REST; Preisfindung:8080:SOAP

Angebotskalkulation | ako | Vertrieb | Jörg Petersen | mittel | Produktion | Auslaufend | cx
Kalkulationstool der Angebotsabteilung, wird durch den Produktkonfigurator abgelöst
Visual Basic 6; Microsoft Access 2003 | Microsoft Access | Client-Server | 35 | 6 | jederzeit | - | Eigenentwicklung | 12000 | 72 | nein | - | mittel
app win2008r2 2/4/80 2
-

Händlerextranet | hex | Vertrieb | Selin Aydin | mittel | Produktion | Wird abgelöst | cx
Preislisten und Schulungsunterlagen für Händler
PHP 5.6; Drupal 7; Apache 2.4 | MySQL 5.6 | Monolith | 900 | 60 | jederzeit | DSGVO | Eigenentwicklung | 38000 | 24 | nein | 44 | gering
web centos7 2/8/80 14; db centos7 2/8/120 11
Active Directory:636:LDAPS

Marketing-Website | mwe | Marketing | Lena Vogt | mittel | Produktion | Betrieb | cx
Konzernwebsite in 11 Sprachen
PHP 8.1; TYPO3 11; Nginx | MariaDB 10.6 | Monolith | 45000 | 90 | jederzeit | DSGVO | Eigenentwicklung | 64000 | 8 | ja | 3 | gering
web*2 ubuntu2204 4/8/100 29; db ubuntu2204 2/16/150 18
CRM Vertrieb:443:REST

Newsletter-Versand | nlv | Marketing | Lena Vogt | niedrig | Produktion | Betrieb | x
Mailings an Kunden; läuft auf einem vergessenen Linux-Server
PHP 7.4; phpList | MySQL 5.7 | Monolith | 6 | 12 | jederzeit | DSGVO | - | - | 48 | nein | - | gering
app ubuntu2004 2/4/40 5
E-Mail:25:SMTP

SAP ERP | erp | Finanzen | Miriam Scholz | sehr hoch | Produktion | Betrieb | cx
SAP ECC 6.0 EHP 8: Finanzen, Materialwirtschaft, Vertrieb, Produktion
SAP NetWeaver 7.5; ABAP | Oracle Database 12c | Client-Server | 4200 | 6400 | So 00:00-06:00 | SOX; DSGVO; GoBD | SAP | 2350000 | 2 | ja | 6 | hoch
ci*2 sles12 16/128/600 49; app*6 sles12 16/128/300 58; db*2 aix72 32/512/8000 54 phys; qas*2 sles12 8/64/400 17; dev sles12 8/64/400 12
Active Directory:636:LDAPS; Dateiablage Konzern:445:SMB

SAP BW | sbw | Finanzen | Miriam Scholz | hoch | Produktion | Betrieb | cx
Konzernberichtswesen auf SAP BW 7.5
SAP NetWeaver 7.5; SAP BW 7.5 | SAP HANA 2.0 | Client-Server | 900 | 3800 | So 00:00-06:00 | SOX | SAP | 720000 | 12 | ja | 4 | hoch
app*2 sles15 16/128/300 44; db sles15 64/1024/6000 51 phys
SAP ERP:3300:RFC

Konzernkonsolidierung | kko | Finanzen | Miriam Scholz | hoch | Produktion | Betrieb | cx
Konzernabschluss und Intercompany-Abstimmung
Standardsoftware; .NET Framework 4.8 | SQL Server 2017 | Client-Server | 70 | 140 | nicht im Abschluss | SOX | Konsolidat GmbH | 95000 | 8 | ja | 2 | mittel
app win2016 4/32/120 13; db win2016 8/64/400 19
SAP ERP:3300:RFC; SAP BW:3300:RFC

Reisekosten | rko | Personal | Tobias Krämer | mittel | Produktion | Betrieb | x
Reisekostenabrechnung, bereits als SaaS bezogen
SAP Concur | - | SaaS | 3800 | - | - | DSGVO | SAP | 88000 | 24 | ja | - | gering
-
SAP ERP:443:REST

Rechnungseingang | ree | Finanzen | Rolf Hansen | hoch | Produktion | Betrieb | cx
Scannen, Erkennen und Freigeben von Eingangsrechnungen
.NET Framework 4.7; Windows-Dienste | SQL Server 2016 | Client-Server | 340 | 1900 | Sa 20:00-24:00 | GoBD; SOX | BelegWerk AG | 110000 | 12 | teilweise | 7 | mittel
app*2 win2016 4/16/160 27; ocr*2 win2016 8/16/100 61; db win2016 8/64/2200 32
SAP ERP:3300:RFC; Altarchiv:445:SMB; E-Mail:25:SMTP

Treasury Management | tre | Finanzen | Rolf Hansen | hoch | Produktion | Betrieb | cx
Liquidität, Devisen und Absicherung
Standardsoftware; Java 11 | Oracle Database 19c | 3-Schicht | 40 | 85 | Sa 20:00-24:00 | SOX; MaRisk | TresorSoft SE | 175000 | 4 | ja | 1 | mittel
app rhel8 4/16/120 16; db ol8 4/32/300 22
Zahlungsverkehr:443:SFTP; SAP ERP:3300:RFC

Zahlungsverkehr | zav | Finanzen | Rolf Hansen | sehr hoch | Produktion | Betrieb | cx
Zahlungsläufe zu Banken, Kartenzahlungen des Webshops
Java 11; IBM MQ 9.2; WebSphere 9.0 | IBM Db2 11.5 | SOA | 60 | 310 | keine (24x7) | PCI DSS; SOX | Eigenentwicklung | 390000 | 1 | ja | 5 | hoch
mq*2 rhel8 4/16/120 33; app*2 rhel8 8/32/160 43; db*2 rhel8 8/64/600 38
SAP ERP:3300:RFC

Anlagenbuchhaltung Alt | aba | Finanzen | - | niedrig | Produktion | Stillgelegt | cx
Nur noch lesend, Daten seit 2019 in SAP ERP
COBOL; Micro Focus Server Express | Dateien | Monolith | 2 | 20 | jederzeit | GoBD | Eigenentwicklung | 9000 | - | nein | - | mittel
app win2008r2 2/4/120 1
-

Personalmanagement | hcm | Personal | Tobias Krämer | sehr hoch | Produktion | Betrieb | cx
SAP HCM: Stammdaten, Abrechnung, Organisation
SAP NetWeaver 7.4; ABAP | Oracle Database 12c | Client-Server | 260 | 420 | nicht im Abrechnungslauf | DSGVO; BetrVG | SAP | 480000 | 8 | ja | 8 | hoch
app*2 sles12 8/64/300 31; db sles12 16/128/900 39
SAP ERP:3300:RFC; Zeiterfassung:1433:ODBC

Zeiterfassung | zei | Personal | Tobias Krämer | hoch | Produktion | Betrieb | cx
Kommen/Gehen an 140 Terminals, Schichtplanung
Standardsoftware; Delphi | SQL Server 2014 | Client-Server | 3600 | 75 | So 03:00-05:00 | DSGVO; BetrVG | Stechuhr Systeme GmbH | 58000 | 4 | teilweise | 11 | mittel
app*2 win2012r2 4/16/120 22; db win2012r2 4/32/250 29
Active Directory:636:LDAPS

Bewerberportal | bew | Personal | Tobias Krämer | mittel | Produktion | Betrieb | cx
Stellenanzeigen und Bewerbungen
Java 11; Spring Boot 2.3; Tomcat 9 | PostgreSQL 11 | 3-Schicht | 5200 | 70 | jederzeit | DSGVO | Eigenentwicklung | 47000 | 24 | ja | 6 | gering
app*2 ubuntu2004 2/8/60 19; db ubuntu2004 4/16/150 15
Personalmanagement:3300:RFC; E-Mail:25:SMTP

Lernplattform | ler | Personal | Nadine Otto | mittel | Produktion | Betrieb | cx
Schulungen und Unterweisungen
PHP 8.0; Moodle 3.11 | MariaDB 10.5 | Monolith | 3900 | 260 | jederzeit | DSGVO | Moodle | 21000 | 48 | teilweise | 5 | gering
web ubuntu2004 4/16/120 17; db ubuntu2004 4/16/300 13
Active Directory:636:LDAPS

Mitarbeiterportal | mpo | Personal | Nadine Otto | mittel | Produktion | Auslaufend | cx
Intranet, Formulare und Teamräume
SharePoint 2013; IIS 8 | SQL Server 2012 | 3-Schicht | 4100 | 2700 | So 02:00-06:00 | DSGVO | Microsoft | 125000 | 12 | teilweise | 19 | hoch
web*2 win2012r2 8/32/160 26; app*2 win2012r2 8/32/160 30; db win2012r2 8/64/3000 34
Active Directory:636:LDAPS; E-Mail:25:SMTP

Projektzeit Alt | pza | Entwicklung | - | niedrig | Produktion | Stillgelegt | c
Vorgänger der Zeiterfassung, Nachweisfrist abgelaufen
PHP 5.3 | MySQL 5.1 | Monolith | 0 | 4 | jederzeit | - | Eigenentwicklung | - | - | nein | - | gering
web centos6 2/4/60 1 off
-

Fax-Server | fax | Zentrale Dienste | Rolf Hansen | niedrig | Produktion | Auslaufend | cx
Faxe an Behörden, zuletzt 3 Sendungen im Quartal
Windows-Dienste; ISDN-Karte | - | Client-Server | 12 | 3 | jederzeit | - | FaxLine GmbH | 4000 | 72 | nein | - | gering
app win2008r2 2/4/60 2
E-Mail:25:SMTP
"""
