# ruff: noqa: E501  (a table reads better with its own line breaks)
"""Applications of production, logistics and engineering at the invented manufacturer; format as in `data_commerce`."""

STANZAS = """
MES Werk Kassel | mek | Produktion | Karsten Behrens | sehr hoch | Produktion | Betrieb | cx
Fertigungssteuerung an der Linie, Latenz unter 10 ms zu den Steuerungen; kann das Werk nicht verlassen
C++; Standardsoftware MES 9; OPC UA | Oracle Database 12c | Client-Server | 620 | 540 | nur Betriebsferien | IEC 62443; ISO 9001 | FertigungsLeit AG | 680000 | 0,5 | teilweise | 14 | hoch
app*3 win2016 8/32/200 52 phys; db*2 ol7 8/64/900 47 phys; edge*2 win2016 4/8/100 38 phys
SAP ERP:3300:RFC; SCADA Leitstand Kassel:4840:OPC UA; Lagerverwaltung:1521:JDBC

MES Werk Brno | meb | Produktion | Petra Nováková | sehr hoch | Produktion | Betrieb | cx
Fertigungssteuerung Brno, gleiche Software wie Kassel, ältere Version
C++; Standardsoftware MES 7; OPC DA | Oracle Database 11g | Client-Server | 410 | 310 | nur Betriebsferien | IEC 62443; ISO 9001 | FertigungsLeit AG | 430000 | 0,5 | nein | 26 | hoch
app*2 win2008r2 8/32/200 49 phys; db ol7 8/64/700 43 phys; edge win2008r2 4/8/100 35 phys
SAP ERP:3300:RFC; Lagerverwaltung:1521:JDBC

SCADA Leitstand Kassel | sca | Produktion | Karsten Behrens | sehr hoch | Produktion | Betrieb | cx
Prozessleitsystem der Härterei, an das Anlagennetz gebunden
WinCC 7.2 | SQL Server 2008 R2 | Client-Server | 45 | 60 | nur Betriebsferien | IEC 62443; KRITIS | Siemens | 210000 | 0,25 | teilweise | 28 | hoch
srv*2 win2008r2 4/16/200 36 phys; his win2008r2 4/16/500 31 phys
-

Prüfstandssteuerung | pru | Entwicklung | Ingo Reuter | hoch | Produktion | Betrieb | c
Echtzeitsteuerung der Getriebeprüfstände mit Messkarten
C++; LabVIEW 2018 | Dateien | Stand-alone | 30 | 8200 | nach Absprache | ISO 9001 | Eigenentwicklung | - | 8 | nein | - | hoch
rt*3 rhel7 8/32/4000 58 phys
Dateiablage Konzern:445:SMB

Instandhaltung | ins | Produktion | Karsten Behrens | hoch | Produktion | Betrieb | cx
Wartungsaufträge und Ersatzteilbestände der Werke
IBM Maximo 7.6; WebSphere 8.5; Java 8 | IBM Db2 10.5 | 3-Schicht | 780 | 290 | So 02:00-06:00 | ISO 9001 | IBM | 260000 | 8 | ja | 13 | hoch
web rhel7 2/8/80 21; app*2 rhel7 8/32/160 34; db rhel7 8/64/500 37
SAP ERP:3300:RFC; Active Directory:636:LDAPS

Qualitätsmanagement | qua | Qualität | Birgit Lorenz | hoch | Produktion | Betrieb | cx
Prüfpläne, Messwerte und Reklamationen (CAQ)
.NET Framework 4.6; WPF | Oracle Database 12c | Client-Server | 510 | 1100 | So 02:00-06:00 | ISO 9001; IATF 16949 | Eigenentwicklung | 150000 | 8 | teilweise | 10 | hoch
app*2 win2016 4/16/120 25; db ol7 8/64/1400 36
MES Werk Kassel:1521:JDBC; MES Werk Brno:1521:JDBC; SAP ERP:3300:RFC

Lagerverwaltung | lav | Logistik | Dirk Mertens | sehr hoch | Produktion | Betrieb | cx
Hochregallager Kassel und Brno, Staplerleitsystem
Standardsoftware WMS 6; C | Oracle Database 11g | Client-Server | 240 | 380 | So 22:00-24:00 | - | LagerLogik GmbH | 310000 | 1 | teilweise | 18 | hoch
app*2 sol10 16/64/600 44 phys; db sol10 16/128/1200 48 phys; cli*2 win2012r2 4/8/80 17
SAP ERP:3300:RFC

Energiemonitoring | ene | Produktion | Petra Nováková | mittel | Produktion | Betrieb | cx
Verbräuche der Werke für ISO 50001
Python 3.9; Grafana 8 | InfluxDB 1.8 | 3-Schicht | 65 | 480 | jederzeit | ISO 50001 | Eigenentwicklung | 26000 | 48 | ja | 2 | gering
app ubuntu2004 2/8/80 15; db ubuntu2004 4/16/600 22
-

IoT-Gateway Brno | iot | Produktion | Petra Nováková | hoch | Produktion | Im Aufbau | c
Sammelt Maschinendaten am Rand des Werksnetzes
Node.js 16; MQTT; OPC UA | - | Edge | - | 40 | - | IEC 62443 | Eigenentwicklung | - | 4 | - | - | mittel
edge*2 ubuntu2204 4/8/120 33 phys
Telemetrie-Plattform:8883:MQTT

Versandabwicklung | ver | Logistik | Dirk Mertens | hoch | Produktion | Betrieb | cx
Lieferscheine, Etiketten und Frachtführer
Java 8; WebLogic 12c | Oracle Database 12c | 3-Schicht | 320 | 240 | So 22:00-24:00 | - | Eigenentwicklung | 190000 | 4 | teilweise | 15 | hoch
app*3 rhel7 8/32/120 38; db ol7 8/64/500 41
Lagerverwaltung:1521:JDBC; SAP ERP:3300:RFC; EDI-Konverter:443:AS2; Zoll und Außenhandel:443:REST

Zoll und Außenhandel | zol | Logistik | Dirk Mertens | hoch | Produktion | Betrieb | cx
Ausfuhranmeldungen, Sanktionslisten, Präferenzkalkulation
Standardsoftware; Java 8 | SQL Server 2016 | Client-Server | 55 | 60 | So 22:00-24:00 | AWG; DSGVO | Zollhaus Software AG | 72000 | 4 | ja | 3 | mittel
app win2016 4/16/120 14; db win2016 4/32/200 17
SAP ERP:3300:RFC

EDI-Konverter | edi | Logistik | Dirk Mertens | sehr hoch | Produktion | Betrieb | cx
EDIFACT- und AS2-Verkehr mit 180 Partnern
Standardsoftware; Java 8 | SQL Server 2016 | SOA | 15 | 150 | keine (24x7) | GoBD | Seeburger | 98000 | 2 | teilweise | 6 | hoch
app*2 win2016 4/16/160 41; db win2016 4/32/300 27
SAP ERP:3300:RFC

Tourenplanung | tou | Logistik | - | mittel | Produktion | Betrieb | x
Planung der Werksverkehre
Standardsoftware; .NET Framework 4.8 | SQL Server 2017 Express | Client-Server | 22 | 9 | jederzeit | - | RouteRechner GmbH | 18000 | 24 | teilweise | - | gering
app win2019 4/16/120 11
Versandabwicklung:443:REST

PLM Windchill | plm | Entwicklung | Ingo Reuter | sehr hoch | Produktion | Betrieb | cx
Produktdaten, Stücklisten, Änderungswesen
PTC Windchill 11; Java 8; Tomcat 8.5 | Oracle Database 12c | 3-Schicht | 980 | 7200 | So 00:00-06:00 | Exportkontrolle | PTC | 640000 | 8 | teilweise | 12 | hoch
web*2 rhel7 4/16/120 30; app*3 rhel7 8/64/300 45; vault*2 rhel7 4/16/5000 21; db ol7 16/128/2400 46
SAP ERP:3300:RFC; Active Directory:636:LDAPS; CAD-Lizenzserver:27000:FlexLM

CAD-Lizenzserver | cad | Entwicklung | Ingo Reuter | hoch | Produktion | Betrieb | cx
Schwimmende Lizenzen, an Netzwerkkarten gebunden
FlexLM | - | Client-Server | 340 | 1 | jederzeit | - | PTC | 15000 | 4 | nein | - | gering
lic*2 win2012r2 2/4/60 4
-

Simulationscluster | sim | Entwicklung | Ingo Reuter | mittel | Produktion | Betrieb | cx
Finite-Elemente-Rechnungen, Last in Wellen
Ansys 2021; Slurm; MPI | Dateien | HPC | 60 | 18500 | nach Absprache | Exportkontrolle | Ansys | 390000 | 48 | ja | 4 | hoch
head centos7 8/64/2000 18 phys; node*8 centos7 32/256/1000 74 phys
Dateiablage Konzern:445:SMB

Technische Dokumentation | tdo | Entwicklung | Nadine Otto | mittel | Produktion | Betrieb | cx
Betriebsanleitungen in 23 Sprachen
Standardsoftware; Java 8; Tomcat 7 | PostgreSQL 9.4 | Client-Server | 90 | 640 | jederzeit | Maschinenrichtlinie | RedaktionsWerk AG | 54000 | 24 | teilweise | 16 | mittel
app win2012r2 4/16/120 18; db win2012r2 4/16/800 14
PLM Windchill:443:REST

Vertragsbestand Host | vbh | Finanzen | Gisela Thiel | sehr hoch | Produktion | Betrieb | cx
Wartungsverträge und Gewährleistung seit 1986
COBOL; CICS; JCL | IBM Db2 for z/OS 12 | Mainframe | 650 | 1400 | So 02:00-05:00 | SOX; GoBD | Eigenentwicklung | 1450000 | 4 | nein | - | hoch
lpar*2 zos24 8/64/4000 63 phys
SAP ERP:1414:MQ; Data Warehouse:21:FTP

Stücklisten AS/400 | stu | Produktion | Gisela Thiel | hoch | Produktion | Auslaufend | cx
Historische Stücklisten, Ablösung durch PLM Windchill läuft
RPG IV; IBM i 7.3 | Db2 for i | Monolith | 120 | 210 | So 02:00-05:00 | - | Eigenentwicklung | 165000 | 12 | nein | - | hoch
lpar ibmi73 8/64/2000 29 phys
PLM Windchill:21:FTP; MES Werk Kassel:1521:JDBC

Data Warehouse | dwh | Finanzen | Miriam Scholz | hoch | Produktion | Betrieb | cx
Zentrales DWH, 220 ETL-Strecken
Informatica PowerCenter 10.2; PL/SQL | Oracle Exadata X6 | Data Warehouse | 480 | 22000 | So 00:00-08:00 | SOX; DSGVO | Oracle | 1120000 | 24 | teilweise | 7 | hoch
exa*2 ol7 44/768/42000 61 phys; etl*2 rhel7 16/64/800 53
SAP ERP:1521:JDBC; CRM Vertrieb:1521:JDBC; Lagerverwaltung:1521:JDBC

Berichtsportal | ber | Finanzen | Miriam Scholz | mittel | Produktion | Betrieb | cx
Standardberichte für 1.100 Nutzer
IBM Cognos 10.2; Java 7 | SQL Server 2012 | 3-Schicht | 1100 | 180 | Sa 20:00-24:00 | SOX | IBM | 240000 | 24 | teilweise | 20 | mittel
app*2 win2012r2 8/32/160 27; db win2012r2 4/32/300 23
Data Warehouse:1521:JDBC; Active Directory:636:LDAPS

Self-Service BI | ssb | Finanzen | Miriam Scholz | mittel | Produktion | Betrieb | x
Auswertungen der Fachbereiche mit Power BI
Power BI Service | - | SaaS | 640 | - | - | DSGVO | Microsoft | 77000 | 24 | ja | - | gering
-
Data Warehouse:1521:JDBC

Altarchiv | arc | Zentrale Dienste | Rolf Hansen | niedrig | Produktion | Auslaufend | cx
Belegarchiv bis 2016, Aufbewahrungsfrist bis 31.12.2026
Standardsoftware; Java 6 | Oracle Database 10g | Client-Server | 15 | 5400 | jederzeit | GoBD | ArchivHaus GmbH | 61000 | 72 | nein | 8 | mittel
app win2008r2 4/8/120 2; db rhel6 4/16/6000 3
-
"""
