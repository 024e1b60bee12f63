"""What a connection of each cloud may and must say, as data; `checked_options` is the only reader of the declarations.

All values are texts; a list is parted by commas. A sealed option and the secret itself never stand in a connection's
row: `resources.clouds.connections` keeps them under envelope encryption.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aidiscover_pipelines.domain.errors import ConfigError

AMBIENT, PROFILE, ROLE, WORKLOAD_IDENTITY, SECRET = "ambient", "profile", "role", "workload_identity", "secret"
CERTIFICATE = "certificate"
SEALED = "-"  # stands for the value of a sealed option
LONGEST_OPTION = 2_048
LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Method:
    """A way to credentials. `help` says what is used; `stores` names the secret to seal, empty for references."""

    help: str
    stores: str = ""
    stored_shape: str = r"\S+"


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `needed_by` and `allowed_by` name methods; no `allowed_by` means all.

    `shape` is a regular expression of the value, of each item where it is a list. A `sealed` option is read like a
    secret: it is given as '-', its value stands in no argument and no row.
    """

    help: str
    example: str
    shape: str
    needed_by: tuple[str, ...] = ()
    allowed_by: tuple[str, ...] = ()
    is_list: bool = False
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class CloudOptions:
    """What connections of one cloud are made of."""

    methods: Mapping[str, Method]
    options: Mapping[str, Option]


_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_FILE = r"/.+"
_AWS_ROLE = r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,576}"
_KEY_DOCUMENT = r'(?s)\s*\{(?=.*"client_email")(?=.*"private_key").*\}\s*'
_GOOGLE_PROJECT = r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]"

OPTIONS: dict[str, CloudOptions] = {
    "aws": CloudOptions(
        methods={
            AMBIENT: Method("credentials as every AWS tool finds them: environment, default profile, role of the host"),
            PROFILE: Method("a profile of the AWS configuration files"),
            ROLE: Method("a role, assumed with ambient credentials or a profile"),
            WORKLOAD_IDENTITY: Method("a role, assumed with an identity token that the platform writes to a file"),
            SECRET: Method("an access key", stores="secret access key"),
        },
        options={
            "regions": Option(
                "Regions to scan; AIDISCOVER_AWS_REGIONS where left out",
                "eu-central-1,us-east-1",
                r"[a-z]{2}(-[a-z]+)+-\d{1,2}",
                is_list=True,
            ),
            "profile": Option("Profile", "acme-readonly", r"[\w+=,.@ /:-]{1,128}", (PROFILE,), (PROFILE, ROLE)),
            "role_arn": Option(
                "Role to assume",
                "arn:aws:iam::123456789012:role/aidiscover",
                _AWS_ROLE,
                (ROLE, WORKLOAD_IDENTITY),
                (ROLE, WORKLOAD_IDENTITY, SECRET),
            ),
            "external_id": Option(
                "What the role's trust policy expects of us",
                "-",
                r"[\w+=,.@:/-]{2,1224}",
                allowed_by=(ROLE, SECRET, PROFILE),
                sealed=True,
            ),
            "web_identity_token_file": Option(
                "File with the token", "/var/run/secrets/token", _FILE, (WORKLOAD_IDENTITY,), (WORKLOAD_IDENTITY,)
            ),
            "access_key_id": Option(
                "Id of the access key", "AKIAIOSFODNN7EXAMPLE", r"[A-Z0-9]{16,128}", (SECRET,), (SECRET,)
            ),
            "organization_role": Option(
                "Name of a role in every account: scans all accounts of the organization",
                "aidiscover-read",
                r"[\w+=,.@-]{1,64}",
            ),
            "accounts": Option("Only these accounts of the organization", "123456789012", r"\d{12}", is_list=True),
        },
    ),
    "azure": CloudOptions(
        methods={
            AMBIENT: Method("credentials as every Azure tool finds them: environment, managed identity, az login"),
            WORKLOAD_IDENTITY: Method("an application, by a token that the platform writes to a file"),
            SECRET: Method("an application, by a client secret", stores="client secret"),
            CERTIFICATE: Method("an application, by a certificate with its private key in a file"),
        },
        options={
            "tenant_id": Option(
                "Directory (tenant)",
                "00000000-0000-0000-0000-000000000000",
                rf"{_GUID}|[A-Za-z0-9.-]+\.[A-Za-z]+",
                (WORKLOAD_IDENTITY, SECRET, CERTIFICATE),
                (WORKLOAD_IDENTITY, SECRET, CERTIFICATE),
            ),
            "client_id": Option(
                "Application; of ambient a user-assigned managed identity",
                "00000000-0000-0000-0000-000000000000",
                _GUID,
                (WORKLOAD_IDENTITY, SECRET, CERTIFICATE),
            ),
            "certificate_file": Option(
                "File with certificate and private key (PEM or PKCS12)",
                "/etc/azure/aidiscover.pem",
                _FILE,
                (CERTIFICATE,),
                (CERTIFICATE,),
            ),
            "federated_token_file": Option(
                "File with the token; AZURE_FEDERATED_TOKEN_FILE where left out",
                "/var/run/secrets/token",
                _FILE,
                allowed_by=(WORKLOAD_IDENTITY,),
            ),
            "subscriptions": Option(
                "Only these subscriptions; all that can be read where left out",
                "00000000-0000-0000-0000-000000000000",
                _GUID,
                is_list=True,
            ),
            "log_workspaces": Option(
                "Log Analytics workspaces with VM connections",
                "00000000-0000-0000-0000-000000000000",
                _GUID,
                is_list=True,
            ),
        },
    ),
    "gcp": CloudOptions(
        methods={
            AMBIENT: Method("application default credentials: environment, metadata server, gcloud"),
            ROLE: Method("a service account, impersonated with application default credentials"),
            WORKLOAD_IDENTITY: Method("a credential configuration file of workload identity federation"),
            SECRET: Method("a service account's key", "service account key (the JSON document)", _KEY_DOCUMENT),
        },
        options={
            "projects": Option(
                "Projects to scan; the credentials' own where left out", "acme-prod", _GOOGLE_PROJECT, is_list=True
            ),
            "organization": Option("Scan all projects of this organization", "123456789012", r"\d{1,20}"),
            "folder": Option("Scan all projects of this folder", "123456789012", r"\d{1,20}"),
            "impersonate": Option(
                "Service account",
                "reader@acme-prod.iam.gserviceaccount.com",
                r"[a-z0-9-]+@[a-z0-9.:-]+\.gserviceaccount\.com",
                (ROLE,),
            ),
            "credentials_file": Option(
                "Credential configuration file", "/etc/gcp/federation.json", _FILE, (WORKLOAD_IDENTITY,),
                (WORKLOAD_IDENTITY,),
            ),
            "monitoring_endpoint": Option(
                "Of Cloud Monitoring (gRPC), where the endpoint is replaced", "127.0.0.1:5001", r"[\w.\[\]:-]{1,255}"
            ),
            "quota_project": Option("Project that requests are counted against", "acme-prod", _GOOGLE_PROJECT),
        },
    ),
}  # fmt: skip


def cloud_options(cloud: str) -> CloudOptions:
    """What connections of that cloud are made of. Raises: ConfigError for an unknown cloud."""
    if cloud not in OPTIONS:
        raise ConfigError(f"cannot connect to cloud {shown(cloud)}: it is unknown; use one of {', '.join(OPTIONS)}")
    return OPTIONS[cloud]


def checked_options(cloud: str, name: str, method: str, given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The options as they are stored, without blanks and in declared order; and what has to be sealed beside them.

    Raises: ConfigError that says what is unknown, missing or malformed.
    """
    declared = cloud_options(cloud)
    attempted = f"cannot connect {cloud} {shown(name)}"
    if method not in declared.methods:
        raise ConfigError(f"{attempted}: method {shown(method)} is unknown; use one of {', '.join(declared.methods)}")
    for unknown in given.keys() - declared.options.keys():
        raise ConfigError(f"{attempted}: option {shown(unknown)} is unknown; use {', '.join(declared.options)}")
    for key, option in declared.options.items():
        if key not in given and method in option.needed_by:
            remedy = f"add --set {key}={option.example}"
            raise ConfigError(f"{attempted}: method {method!r} needs {key!r} ({option.help}); {remedy}")
        if key in given and option.allowed_by and method not in option.allowed_by:
            raise ConfigError(f"{attempted}: {key!r} goes with {', '.join(option.allowed_by)}, not with {method!r}")
    kept = {key: option for key, option in declared.options.items() if key in given}
    for key, option in kept.items():
        if option.sealed and given[key] != SEALED:
            raise ConfigError(
                f"{attempted}: {key!r} is sealed like a secret; write --set {key}={SEALED}, type it at the prompt or "
                "pipe it in, and take it out of the shell's history"
            )
    plain = {key: _checked(attempted, key, option, given[key]) for key, option in kept.items() if not option.sealed}
    sealed = [SECRET] if declared.methods[method].stores else []
    return plain, sealed + [key for key, option in kept.items() if option.sealed]


def _checked(attempted: str, key: str, option: Option, text: str) -> str:
    items = [part.strip() for part in text.split(",")] if option.is_list else [text.strip()]
    if len(text) <= LONGEST_OPTION and all(re.fullmatch(option.shape, item, re.ASCII) for item in items):
        return ",".join(dict.fromkeys(items))
    # Not shown: people paste secrets into the wrong place.
    raise ConfigError(f"{attempted}: {key!r} is malformed ({option.help}); write it as in {key}={option.example}")


def check_sealed(cloud: str, name: str, method: str, part: str, value: str) -> None:
    """Whether a text can be that part. Raises: ConfigError that does not show it."""
    declared = cloud_options(cloud)
    way = declared.methods[method]
    what, shape = (way.stores, way.stored_shape) if part == SECRET else (part, declared.options[part].shape)
    if not re.fullmatch(shape, value, re.ASCII):
        raise ConfigError(
            f"cannot connect {cloud} {shown(name)}: the {len(value):,} characters that came in are no {what}; "
            "type it at the prompt, or pipe it in alone as in 'aidiscover cloud add ... < FILE'"
        )


def shown(text: str) -> str:
    """In one line, whatever it holds, and short."""
    return ascii(text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}...")
