"""Technologies of a repository: languages, frameworks, runtimes, databases, delivery, each with its place.

Names are spelled as the technology catalogue knows them, so that releases and their end of life are found.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath

from aidiscover_pipelines.repositories.containers import container_technologies
from aidiscover_pipelines.repositories.dependency import Dependency
from aidiscover_pipelines.repositories.manifests_xml import java_level, target_frameworks
from aidiscover_pipelines.repositories.tree import SourceTree

# Ecosystem and package (a pattern) -> the product's name, and whether it is a database's driver.
# A table reads better with its own line breaks.
# fmt: off
FRAMEWORKS: tuple[tuple[str, str, str], ...] = (
    ("PyPI", "django", "Django"), ("PyPI", "flask", "Flask"), ("PyPI", "fastapi", "FastAPI"),
    ("PyPI", "tornado", "Tornado"), ("PyPI", "celery", "Celery"), ("PyPI", "pyramid", "Pyramid"),
    ("npm", "react", "React"), ("npm", "vue", "Vue.js"), ("npm", "@angular/core", "Angular"),
    ("npm", "angular", "AngularJS"), ("npm", "next", "Next.js"), ("npm", "nuxt", "Nuxt"),
    ("npm", "express", "Express.js"), ("npm", "@nestjs/core", "NestJS"), ("npm", "jquery", "jQuery"),
    ("npm", "svelte", "Svelte"), ("npm", "ember-source", "Ember.js"), ("npm", "electron", "Electron"),
    ("Maven", "org.springframework.boot:*", "Spring Boot"),
    ("Maven", "org.springframework:spring-core", "Spring Framework"),
    ("Maven", "org.springframework:spring-webmvc", "Spring Framework"),
    ("Maven", "org.springframework:spring-context", "Spring Framework"),
    ("Maven", "org.apache.struts:struts2-core", "Struts"),
    ("Maven", "org.hibernate*:hibernate-core", "Hibernate"), ("Maven", "io.quarkus*:quarkus-*", "Quarkus"),
    ("Maven", "org.apache.logging.log4j:log4j-core", "Log4j"), ("Maven", "log4j:log4j", "Log4j"),
    ("Maven", "org.grails:grails-core", "Grails"), ("Maven", "io.micronaut:*", "Micronaut"),
    ("RubyGems", "rails", "Ruby on Rails"), ("RubyGems", "sinatra", "Sinatra"),
    ("Packagist", "laravel/framework", "Laravel"), ("Packagist", "symfony/framework-bundle", "Symfony"),
    ("Packagist", "symfony/symfony", "Symfony"), ("Packagist", "drupal/core", "Drupal"),
    ("Packagist", "cakephp/cakephp", "CakePHP"),
    ("NuGet", "microsoft.aspnet.mvc", "ASP.NET MVC"), ("NuGet", "entityframework", "Entity Framework"),
    ("Go", "github.com/gin-gonic/gin", "Gin"), ("Go", "github.com/labstack/echo*", "Echo"),
    ("crates.io", "actix-web", "Actix Web"), ("crates.io", "axum", "Axum"),
)
# A driver tells the engine and nothing of its version.
DRIVERS: tuple[tuple[str, str, str], ...] = (
    ("PyPI", "psycopg*", "PostgreSQL"), ("PyPI", "asyncpg", "PostgreSQL"), ("PyPI", "mysqlclient", "MySQL"),
    ("PyPI", "pymysql", "MySQL"), ("PyPI", "pymongo", "MongoDB"), ("PyPI", "oracledb", "Oracle Database"),
    ("PyPI", "cx-oracle", "Oracle Database"), ("PyPI", "pymssql", "Microsoft SQL Server"),
    ("npm", "pg", "PostgreSQL"), ("npm", "mysql*", "MySQL"), ("npm", "mongodb", "MongoDB"),
    ("npm", "mongoose", "MongoDB"), ("npm", "mssql", "Microsoft SQL Server"), ("npm", "oracledb", "Oracle Database"),
    ("Maven", "org.postgresql:postgresql", "PostgreSQL"), ("Maven", "mysql:mysql-connector-java", "MySQL"),
    ("Maven", "com.mysql:mysql-connector-j", "MySQL"), ("Maven", "com.oracle.database.jdbc:*", "Oracle Database"),
    ("Maven", "com.microsoft.sqlserver:mssql-jdbc", "Microsoft SQL Server"), ("Maven", "com.ibm.db2:jcc", "IBM Db2"),
    ("Maven", "org.mariadb.jdbc:mariadb-java-client", "MariaDB"), ("Maven", "org.mongodb:*", "MongoDB"),
    ("RubyGems", "pg", "PostgreSQL"), ("RubyGems", "mysql2", "MySQL"), ("NuGet", "npgsql", "PostgreSQL"),
    ("NuGet", "microsoft.data.sqlclient", "Microsoft SQL Server"),
    ("NuGet", "system.data.sqlclient", "Microsoft SQL Server"),
    ("NuGet", "oracle.manageddataaccess*", "Oracle Database"), ("NuGet", "mysql.data", "MySQL"),
    ("Go", "github.com/lib/pq", "PostgreSQL"), ("Go", "github.com/jackc/pgx*", "PostgreSQL"),
    ("Go", "github.com/go-sql-driver/mysql", "MySQL"), ("Packagist", "mongodb/mongodb", "MongoDB"),
    ("crates.io", "tokio-postgres", "PostgreSQL"),
)
CI_FILES: tuple[tuple[str, str], ...] = (
    (".github/workflows/*.y*ml", "GitHub Actions"), (".gitlab-ci.yml", "GitLab CI"), ("Jenkinsfile*", "Jenkins"),
    ("azure-pipelines*.y*ml", "Azure Pipelines"), (".circleci/config.yml", "CircleCI"), (".travis.yml", "Travis CI"),
    ("bitbucket-pipelines.yml", "Bitbucket Pipelines"), (".drone.yml", "Drone"), (".teamcity/*", "TeamCity"),
    (".tekton/*", "Tekton"),
)
DELIVERY_FILES: tuple[tuple[str, str], ...] = (
    ("Dockerfile*", "Docker"), ("*/Dockerfile*", "Docker"), ("Containerfile", "Docker"), ("*.tf", "Terraform"),
    ("Chart.yaml", "Helm"), ("*/Chart.yaml", "Helm"), ("*.bicep", "Bicep"), ("Vagrantfile", "Vagrant"),
)
# File that holds nothing but the version of a runtime -> the runtime.
VERSION_FILES = {
    ".python-version": "Python", "runtime.txt": "Python", ".ruby-version": "Ruby", ".nvmrc": "Node.js",
    ".node-version": "Node.js", ".java-version": "Java", ".go-version": "Go",
}
# fmt: on
LANGUAGE_SHARE = 0.05  # of the code: below it a language is a script beside the application

_VERSION = re.compile(r"(?:[a-z]+-?|v)?(\d+(?:\.\d+)*)", re.IGNORECASE)
_MONIKER = re.compile(r"(net|netcoreapp|netstandard|v)(\d)\.?(\d+)?(?:\.(\d))?(?:-\w.*)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Technology:
    """A product with its version, as far as it is told, and the file and line that tell it (line 0: the whole file).

    `kind`: language, framework, runtime, system, database or delivery.
    """

    kind: str
    name: str
    version: str
    path: str
    line: int

    @property
    def text(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}".strip()


def technologies(
    tree: SourceTree, dependencies: Sequence[Dependency], languages: Sequence[tuple[str, int]]
) -> list[Technology]:
    """What the repository is made of, each product once: with its most exact version, where that stands first.

    `languages` are names with bytes, largest first.
    """
    code = sum(size for _, size in languages)
    found = [
        Technology("language", name, "", "", 0)
        for name, size in languages
        if size >= LANGUAGE_SHARE * code and name != "C/C++ header"
    ]
    found += _levels(tree)
    found += _of_packages(tree, dependencies)
    paths = [file.path for file in tree.files]
    found += [Technology(*told) for told in container_technologies(tree, paths)]
    found += [
        Technology("delivery", name, "", path, 0)
        for path in paths
        for pattern, name in DELIVERY_FILES
        if fnmatch(path, pattern)
    ]
    return _each_once(found)


def continuous_integration(paths: Sequence[str]) -> list[str]:
    """Services that build or test it, by their files."""
    return sorted({name for path in paths for pattern, name in CI_FILES if fnmatch(path, pattern)})


def _each_once(found: Sequence[Technology]) -> list[Technology]:
    """One of each name: with a version before one without; of several versions all stand, as a repository may mix."""
    told = {one.name for one in found if one.version}
    kept = {(one.name, one.version): one for one in reversed(found) if one.version or one.name not in told}
    return sorted(kept.values(), key=lambda one: (one.kind, one.name, one.version))


def _of_packages(tree: SourceTree, dependencies: Sequence[Dependency]) -> Iterator[Technology]:
    for kind, table in (("framework", FRAMEWORKS), ("database", DRIVERS)):
        for ecosystem, pattern, name in table:
            matching = [
                one for one in dependencies if one.ecosystem == ecosystem and fnmatch(one.name.lower(), pattern)
            ]
            if matching:
                best = min(matching, key=lambda one: (not one.exact, not one.version, one.path.count("/"), one.path))
                version = best.version if kind == "framework" else ""
                yield Technology(kind, name, version, best.path, _line_of(tree, best))


def _line_of(tree: SourceTree, one: Dependency) -> int:
    """The first line that names the package; the artifact where group and artifact stand on lines of their own."""
    name = one.name.rpartition(":")[2].lower()
    return next((number for number, line in enumerate(tree.lines(one.path), start=1) if name in line.lower()), 0)


def _levels(tree: SourceTree) -> Iterator[Technology]:
    """Runtimes that files of their own, build files and go.mod name."""
    for file in tree.files:
        name = PurePosixPath(file.path).name
        if name in VERSION_FILES:
            version = _VERSION.match(tree.text(file.path).strip())
            if version:
                yield Technology("runtime", VERSION_FILES[name], version[1], file.path, 1)
        elif name == "go.mod":
            for number, line in enumerate(tree.lines(file.path), start=1):
                if told := re.fullmatch(r"go (\d+\.\d+)(?:\.\d+)?\s*", line):
                    yield Technology("language", "Go", told[1], file.path, number)
        elif name == "pom.xml" or name.endswith((".csproj", ".vbproj", ".fsproj")):
            yield from _xml_levels(tree.text(file.path), file.path)


def _xml_levels(text: str, path: str) -> Iterator[Technology]:
    try:
        if path.endswith("pom.xml"):
            level = java_level(text)
            if level:
                yield Technology("language", "Java", level, path, 0)
            return
        for moniker in target_frameworks(text):
            if told := _dotnet(moniker):
                yield Technology("runtime", told[0], told[1], path, 0)
    except ValueError:
        return  # manifests that cannot be read are told by read_manifests


def _dotnet(moniker: str) -> tuple[str, str] | None:
    """net6.0 -> .NET 6.0, netcoreapp3.1 -> .NET Core 3.1, net48 and v4.8 -> .NET Framework 4.8."""
    told = _MONIKER.match(moniker)
    if not told or told[1].lower() == "netstandard":
        return None
    major, minor = told[2], told[3] or "0"
    if told[1].lower() == "netcoreapp":
        return ".NET Core", f"{major}.{minor}"
    if "." in moniker and told[1].lower() == "net":
        return ".NET", f"{major}.{minor}"
    dotted = ".".join([major, *(minor if told[1].lower() == "net" else [minor])])
    return ".NET Framework", f"{dotted}.{told[4]}" if told[4] else dotted
