"""What counts as a secret beside words and by its format, and what of an ordinary record does not."""

import json

import pytest

from aidiscover_pipelines.governance.redaction.redactor import Redactor
from aidiscover_pipelines.governance.redaction.secrets import is_secret_name

# Formats of keys are put together here, so that no scanner takes this file for a leak.
HEX = "9f86d081884c7d659a2feaa0c55ad015"
KEY_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"

SECRETS = {
    "AWS access key": ("key AKIA" + "IOSFODNN7EXAMPLE used by backup", "AKIA" + "IOSFODNN7EXAMPLE"),
    "AWS secret key": ("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI/K7MDENG"),
    "Azure storage": ("DefaultEndpointsProtocol=https;AccountKey=" + "Ab3/" * 21 + "Ab==;", "Ab3/Ab3/"),
    "Azure SAS": ("https://a.blob.core.windows.net/c?sv=2024&sig=aB3dE5fG7hJ9kL1mN3pQ5rS7tU9v%3D", "aB3dE5fG7hJ9"),
    "Azure client secret": ("app registration abc8Q~" + "dEfGhIjKlMnOpQrStUvWxYz01234567aBc", "dEfGhIjKlMnOp"),
    "Google API key": ("maps AIza" + "SyD4iE2xVSpkLLOXoyqT-RuPwURN3ddScAI", "SyD4iE2xVSpk"),
    "private key": (
        f"-----BEGIN RSA PRIVATE KEY-----\n{KEY_BODY}\n-----END RSA PRIVATE KEY----- rest",
        KEY_BODY,
    ),
    "private key without its end": (f"-----BEGIN PRIVATE KEY----- {KEY_BODY}…", KEY_BODY),
    "JSON web token": ("eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN", "eyJzdWIiOiIxMjM0In0"),
    "GitHub token": ("clone with ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "a1B2c3D4e5F6"),
    "Slack token": ("alerts: xoxb-" + "123456789012-123456789012-a1b2c3d4e5f6", "a1b2c3d4e5f6"),
    "Vault token": ("hvs." + "CAESIJ1a2b3c4d5e6f7g8h9i0j1k2l3m", "CAESIJ1a2b3c"),
    "bearer token": ("header Authorization: Bearer abc123.def456-ghi789jkl", "abc123.def456"),
    "basic authorization": ("Authorization: Basic YWRtaW46aHVudGVyMg==", "YWRtaW46aHVudGVyMg"),
    "password hash": ("root:$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2", "qFmFH.bQmm"),
    "URL": ("postgresql://app:hunter2@db01:5432/shop", "hunter2"),
    "URL with @ in the password": ("mongodb+srv://app:p@ss@cluster0.acme.net/x", "p@ss"),
    "URL with / in the password": ("amqp://app:pa/ss1@mq01/vhost", "pa/ss1"),
    "JDBC thin": ("jdbc:oracle:thin:scott/tiger9@//ora01:1521/ERP", "tiger9"),
    "ODBC": ("Server=sql01;Database=x;User Id=sa;Pwd=Welcome1;", "Welcome1"),
    "ADO": ("Data Source=sql01;User ID=sa;Password=S3cret!x;Encrypt=yes", "S3cret!x"),
    "LDAP bind": ("bindDN cn=svc bindPassword: Winter2024!", "Winter2024!"),
    "command line": ("mysqldump -h db01 -u root -pTopSecret1 shop", "TopSecret1"),
    "SQL": ("CREATE USER app IDENTIFIED BY changeme77", "changeme77"),
    "SNMP": ("SNMP v2 community: n0rdw3rk-ro", "n0rdw3rk-ro"),
    "phrase": ('passphrase="correct horse battery staple"', "correct horse battery"),
    "without a sign": ("login as admin with password hunter2024 please", "hunter2024"),
    "login pair": ("Zugangsdaten: admin / Sommer2023", "Sommer2023"),
    "hex beside a word": (f"API token for the monitor is {HEX}", HEX),
    "English": ("Password: swordfish", "swordfish"),
    "German": ("Kennwort lautet Sommer2023!", "Sommer2023!"),
    "German, compound": ("Root-Passwort: geheim", "geheim"),
    "Spanish": ("contraseña: vacaciones", "vacaciones"),
    "French": ("le mot de passe est Soleil75", "Soleil75"),
    "French, short": ("mdp = azerty", "azerty"),
    "Italian": ("parola d'ordine: segretissimo", "segretissimo"),
    "Dutch": ("wachtwoord: welkom01", "welkom01"),
    "Portuguese": ("senha: verao2020", "verao2020"),
    "Japanese": ("パスワード\uff1asakura123", "sakura123"),
    "Chinese": ("密码是mima8888", "mima8888"),
}

ORDINARY = (
    "password required",
    "Password: see CyberArk",
    "password = ${DB_PASSWORD}",
    "Password: ********",
    "pwd: n/a",
    "Kennwort: siehe KeePass",
    "The password is managed by the platform team and rotated quarterly",
    "Password reset portal for 20 000 users",
    "Secret Server 11.5 on Windows Server 2019",
    "Token Ring adapter, token service on prod-token-svc-eu-west-1a",
    "API key rotation every 90 days",
    "key: INV-00012345",
    "Bearer authentication over HTTPS",
    "Basic authentication",
    "https://portal.acme.com:8443/login?user=x",
    "mailto:ops",
    "sk-bratislava-web-server-01.corp.local",
    "SHA256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "123e4567-e89b-12d3-a456-426614174000",
    "VMware-42 1a 2b 3c 4d 5e 6f 70-81 92 a3 b4 c5 d6 e7 f8",
    "arn:aws:ec2:eu-central-1:123456789012:instance/i-0abcd1234ef567890",
    "glassfish 4.1, global catalogue, www.asia-pacific.example",
    "Confluence Community Edition: Java 17",
)


def redacted(text: str) -> str:
    (message,) = Redactor().redact([{"role": "user", "content": text}])
    return message["content"]


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS)
def test_a_secret_does_not_leave(text, secret):
    said = redacted(text)
    assert secret not in said
    assert "<SECRET_1>" in said


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS)
def test_a_secret_in_json_does_not_leave_and_the_json_stays_valid(text, secret):
    row = {"rows": [{"field": "description", "value": text, "evidence": ["a1b2c3d4e5f6.0.12.3"]}], "total": 1}
    (tool,) = Redactor().redact([{"role": "tool", "content": json.dumps(row)}])
    (prose,) = Redactor().redact([{"role": "user", "content": "Context: " + json.dumps(row, ensure_ascii=False)}])
    for content in (tool["content"], prose["content"].removeprefix("Context: ")):
        read = json.loads(content)
        assert read["rows"][0]["evidence"] == ["a1b2c3d4e5f6.0.12.3"]
        assert secret not in read["rows"][0]["value"]


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_record_stays_as_it_is(text):
    assert redacted(text) == text


def test_a_value_whose_key_or_label_says_secret_is_one():
    rows = [
        {"field": "admin_password", "value": "correct horse"},
        {"key": "db-token", "value": "abcdef"},
        {"client_secret": "short"},
        {"password_policy": "complex", "name": "Password reset portal", "value": "42 users"},
        {"password": "see vault"},
    ]
    (message,) = Redactor().redact([{"role": "tool", "content": json.dumps(rows)}])
    read = json.loads(message["content"])
    assert [read[0]["value"], read[1]["value"], read[2]["client_secret"]] == ["<SECRET_1>", "<SECRET_2>", "<SECRET_3>"]
    assert read[3] == rows[3]
    assert read[4] == rows[4]


@pytest.mark.parametrize(
    "name", ["password", "DB_PASSWORD", "admin-passwort", "apiKey", "api_key2", "Kennwort:", "mdp"]
)
def test_names_that_end_in_a_word_for_a_secret_name_one(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["field", "password_policy", "key", "primary_key", "tokens_used", "Password reset portal"]
)
def test_other_names_do_not(name):
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("refunds go to 4111 1111 1111 1111", "4111"),
        ("card 5500-0055-5555-5559.", "5500"),
        ("IBAN DE89 3704 0044 0532 0130 00 Konto", "DE89"),
        ("IBAN GB29NWBK60161331926819", "GB29"),
        ("SSN 536-90-4399", "536-90"),
        ("codice fiscale RCCMNL83S18D969H", "RCCMNL"),
        ("BSN: 111222333", "111222333"),
        ("DNI 54362315K", "54362315K"),
        ("身份证 360426199101010071", "360426"),
        ("CPF 390.533.447-05", "390.533"),
    ],
)
def test_numbers_of_cards_accounts_and_persons_do_not_leave(text, gone):
    assert gone not in redacted(text)


@pytest.mark.parametrize(
    "text", ["4111 1111 1111 1112", "asset 1234567812345678", "DE00 3704 0044 0532 0130 00", "111222333"]
)
def test_numbers_without_their_check_digits_or_word_stay(text):
    assert redacted(text) == text
