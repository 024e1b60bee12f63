"""Container images that Dockerfiles and compose files name: runtimes, operating systems, databases.

Compose files are read line by line for their images: no YAML parser meets the anchors of a stranger.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from aidiscover_pipelines.repositories.tree import SourceTree

Told = tuple[str, str, str, str, int]  # kind, name, version, path, line: what a Technology is made of

# Last part of an image's name -> kind and product. A table reads better with its own line breaks.
# fmt: off
IMAGES: dict[str, tuple[str, str]] = {
    "python": ("runtime", "Python"), "node": ("runtime", "Node.js"), "openjdk": ("runtime", "Java"),
    "eclipse-temurin": ("runtime", "Java"), "amazoncorretto": ("runtime", "Java"), "golang": ("runtime", "Go"),
    "ruby": ("runtime", "Ruby"), "php": ("runtime", "PHP"), "perl": ("runtime", "Perl"),
    "tomcat": ("runtime", "Tomcat"), "jetty": ("runtime", "Jetty"), "wildfly": ("runtime", "WildFly"),
    "nginx": ("runtime", "Nginx"), "httpd": ("runtime", "Apache HTTP Server"), "rabbitmq": ("runtime", "RabbitMQ"),
    "debian": ("system", "Debian"), "ubuntu": ("system", "Ubuntu"), "alpine": ("system", "Alpine Linux"),
    "centos": ("system", "CentOS"), "rockylinux": ("system", "Rocky Linux"), "almalinux": ("system", "AlmaLinux"),
    "amazonlinux": ("system", "Amazon Linux"), "fedora": ("system", "Fedora"),
    "postgres": ("database", "PostgreSQL"), "mysql": ("database", "MySQL"), "mariadb": ("database", "MariaDB"),
    "mongo": ("database", "MongoDB"), "redis": ("database", "Redis"), "elasticsearch": ("database", "Elasticsearch"),
    "cassandra": ("database", "Cassandra"), "memcached": ("database", "Memcached"),
}
# The same of images whose whole name decides.
_WHOLE: tuple[tuple[str, str, str], ...] = (
    (r"(?:^|/)dotnet/framework/", "runtime", ".NET Framework"),
    (r"(?:^|/)dotnet/(?:aspnet|runtime|sdk)$", "runtime", ".NET"),
    (r"(?:^|/)mssql/server$", "database", "Microsoft SQL Server"),
    (r"(?:^|/)ubi(\d+)", "system", "Red Hat Enterprise Linux"),
)
# Word in a tag -> operating system below the runtime, by the release names that Debian and Ubuntu publish.
SYSTEMS: dict[str, tuple[str, str]] = {
    "stretch": ("Debian", "9"), "buster": ("Debian", "10"), "bullseye": ("Debian", "11"), "bookworm": ("Debian", "12"),
    "trixie": ("Debian", "13"), "bionic": ("Ubuntu", "18.04"), "focal": ("Ubuntu", "20.04"),
    "jammy": ("Ubuntu", "22.04"),
    "noble": ("Ubuntu", "24.04"),
}
# fmt: on
_FROM = re.compile(r"^\s*FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_ARG = re.compile(r"^\s*ARG\s+(\w+)=[\"']?([^\"'\s]+)", re.IGNORECASE)
_IMAGE = re.compile(r"^\s*image:\s*[\"']?([\w./:@${}-]+)")
_VARIABLE = re.compile(r"\$\{?(\w+)(?::?-([^}]*))?\}?")
_COMPOSE = re.compile(r"(?:docker-)?compose[\w.-]*\.ya?ml")


def container_technologies(tree: SourceTree, paths: Sequence[str]) -> Iterator[Told]:
    """Products that the images of `paths` hold. Of a Dockerfile the last stage counts: what runs, not what builds."""
    for path in paths:
        name = PurePosixPath(path).name
        if name.startswith(("Dockerfile", "Containerfile")):
            image, line = _last_stage(tree.lines(path))
            yield from image_technologies(image, path, line)
        elif _COMPOSE.fullmatch(name.lower()):
            for number, text in enumerate(tree.lines(path), start=1):
                if told := _IMAGE.match(text):
                    yield from image_technologies(_filled(told[1], {}), path, number)


def _last_stage(lines: Sequence[str]) -> tuple[str, int]:
    """The image below the last stage, through the stages that it builds on, and the line that names it."""
    arguments: dict[str, str] = {}
    stages: dict[str, tuple[str, int]] = {}
    last = ("", 0)
    for number, text in enumerate(lines, start=1):
        if told := _ARG.match(text):
            arguments[told[1]] = told[2]
        elif told := _FROM.match(text):
            image = _filled(told[1], arguments)
            last = stages.get(image.lower(), (image, number))
            if told[2]:
                stages[told[2].lower()] = last
    return last


def _filled(image: str, arguments: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda asked: arguments.get(asked[1], asked[2] or ""), image)


def image_technologies(image: str, path: str, line: int) -> Iterator[Told]:
    """Products in an image `registry/name:tag@digest`: the one it is named for, and the system that its tag names."""
    plain = image.partition("@")[0]
    head, slash, last = plain.rpartition("/")
    base, _, tag = last.partition(":")
    name = f"{head}{slash}{base}".lower()
    version = (re.match(r"v?(\d+(?:\.\d+)*)", tag) or [""] * 2)[1]
    if told := IMAGES.get(base.lower()):
        yield (*told, version, path, line)
    for pattern, kind, product in _WHOLE:
        if found := re.search(pattern, name):
            yield kind, product, found[1] if found.groups() else version, path, line
    words = re.split(r"[-_]", tag.lower())
    for word in words:
        if word in SYSTEMS:
            yield "system", *SYSTEMS[word], path, line
        elif base.lower() != "alpine" and (alpine := re.fullmatch(r"alpine(\d+\.\d+)?", word)):
            yield "system", "Alpine Linux", alpine[1] or "", path, line
