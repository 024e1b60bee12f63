"""What a connection may say is data; what is wrong with one is told in a line that shows no value."""

import re

import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from resources.clouds.connections import checked_connection
from resources.clouds.options import OPTIONS, check_sealed, checked_options

GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
ROLE = {"role_arn": "arn:aws:iam::123456789012:role/aidiscover"}
DOCUMENT = '{"type": "service_account", "client_email": "a@b.iam.gserviceaccount.com",\n "private_key": "-----BEGIN"}'
PASTED = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

EVERY_OPTION = [(cloud, key, option) for cloud, declared in OPTIONS.items() for key, option in declared.options.items()]


def needed(cloud, method):
    return {key: option.example for key, option in OPTIONS[cloud].options.items() if method in option.needed_by}


@pytest.mark.parametrize(
    ("cloud", "key", "option"), EVERY_OPTION, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_example_is_accepted_by_a_method_that_takes_it(cloud, key, option):
    method = (option.allowed_by or tuple(OPTIONS[cloud].methods))[0]
    options, sealed = checked_options(cloud, "x", method, needed(cloud, method) | {key: option.example})
    assert options.get(key) == option.example or key in sealed
    assert set(option.needed_by) | set(option.allowed_by) <= set(OPTIONS[cloud].methods)
    assert set(option.needed_by) <= set(option.allowed_by or OPTIONS[cloud].methods)


@pytest.mark.parametrize(
    ("cloud", "method"), [(cloud, method) for cloud, declared in OPTIONS.items() for method in declared.methods]
)
def test_a_method_needs_what_it_says(cloud, method):
    whole = needed(cloud, method)
    options, sealed = checked_options(cloud, "x", method, whole)
    assert options == whole
    assert sealed == (["secret"] if OPTIONS[cloud].methods[method].stores else [])
    for key in whole:
        with pytest.raises(ConfigError, match=f"needs {key!r}.*--set {key}="):
            checked_options(cloud, "x", method, {k: v for k, v in whole.items() if k != key})


@pytest.mark.parametrize(
    ("cloud", "method", "options", "told"),
    [
        ("ibm", "ambient", {}, "'ibm': it is unknown; use one of aws, azure, gcp"),
        ("aws", "sso", {}, "method 'sso' is unknown; use one of ambient, profile"),
        ("azure", "profile", {}, "method 'profile' is unknown"),
        ("aws", "ambient", {"region": "eu-west-1"}, "option 'region' is unknown; use regions"),
        ("aws", "ambient", {"regions": "eu-west-1,mars"}, "'regions' is malformed"),
        ("aws", "ambient", {"regions": "eu-west-1,,"}, "'regions' is malformed"),
        ("aws", "ambient", {"profile": "x"}, "'profile' goes with profile, role, not with 'ambient'"),
        ("aws", "role", {"role_arn": "arn:aws:iam::1234:role/x"}, "'role_arn' is malformed"),
        ("aws", "role", {"role_arn": f"{ROLE['role_arn']}\nx"}, "'role_arn' is malformed"),
        ("aws", "role", ROLE | {"external_id": PASTED}, "'external_id' is sealed like a secret"),
        ("aws", "secret", {"access_key_id": PASTED}, "'access_key_id' is malformed"),
        ("azure", "secret", {"tenant_id": GUID, "client_id": PASTED}, "'client_id' is malformed"),
        ("azure", "ambient", {"subscriptions": f"{GUID},{PASTED}"}, "'subscriptions' is malformed"),
        ("gcp", "ambient", {"projects": "Acme Prod"}, "'projects' is malformed"),
        ("gcp", "workload_identity", {"credentials_file": "relative.json"}, "'credentials_file' is malformed"),
        ("aws", "ambient", {"regions": "eu-west-1," * 300 + "eu-west-1"}, "'regions' is malformed"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_without_values(cloud, method, options, told):
    with pytest.raises(ConfigError) as refused:
        checked_connection(cloud, "x", method, options, "", "eve")
    message = str(refused.value)
    assert told in message and "\n" not in message and len(message) < 300
    assert PASTED not in message


@pytest.mark.parametrize("name", ["", "Production", "a b", "a/b", "../x", "a\x1b[31m", "x" * 41, "-a", "a\n"])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(ConfigError, match="such as 'production'") as refused:
        checked_connection("aws", name, "ambient", {}, "", "eve")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "endpoint", ["https://sts.example.com", "http://127.0.0.1:5000", "http://localhost:5000/", "http://[::1]:1"]
)
def test_an_endpoint_is_an_address(endpoint):
    assert checked_connection("aws", "x", "ambient", {}, endpoint, "eve").endpoint == endpoint.rstrip("/")


@pytest.mark.parametrize(
    "endpoint",
    [
        *("http://sts.example.com", "https://user:pw@example.com", "https://example.com?token=x", "example.com", "x"),
        *(
            "file:///etc/passwd",
            "https://",
            "https://h:99999",
            "https://[",
            "https://a b",
            "https://h\n",
            "https://h#f",
        ),
    ],
)
def test_an_endpoint_that_would_tell_secrets_in_the_clear_is_refused(endpoint):
    with pytest.raises(ConfigError, match="https://HOST") as refused:
        checked_connection("aws", "x", "ambient", {}, endpoint, "eve")
    assert not re.search(r"pw|token|\n", str(refused.value))


@pytest.mark.parametrize(
    ("cloud", "method", "part", "value"),
    [
        ("aws", "secret", "secret", PASTED),
        ("aws", "secret", "external_id", "agreed:2026/acme"),
        ("azure", "secret", "secret", "abc8Q~x_y.z-"),
        ("gcp", "secret", "secret", DOCUMENT),
    ],
)
def test_what_can_be_a_secret_is_taken(cloud, method, part, value):
    check_sealed(cloud, "x", method, part, value)


@pytest.mark.parametrize(
    ("cloud", "part", "value"),
    [
        ("aws", "secret", f"export AWS_SECRET_ACCESS_KEY={PASTED}"),
        ("aws", "external_id", f"{PASTED} and more"),
        ("azure", "secret", f"{PASTED}\n{PASTED}"),
        ("gcp", "secret", PASTED),
        ("gcp", "secret", '{"client_email": "x"}'),
    ],
)
def test_what_cannot_be_one_is_refused_without_being_shown(cloud, part, value):
    with pytest.raises(ConfigError, match="characters that came in") as refused:
        check_sealed(cloud, "x", "secret", part, value)
    assert PASTED not in str(refused.value) and "\n" not in str(refused.value)
