"""Manifests in XML: Maven's pom.xml, .NET's project files and packages.config. Entities are refused."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from aidiscover_pipelines.repositories.dependency import Dependency, dependency

_PROPERTY = re.compile(r"\$\{([^}]+)\}")


def pom(text: str, path: str) -> Iterator[Dependency]:
    """Dependencies and the parent of a pom.xml, its own properties filled in. Raises: ValueError."""
    root = _root(text)
    properties = {_tag(one): (one.text or "").strip() for part in _named(root, "properties") for one in part}
    for kind in ("parent", "dependency", "plugin"):
        for one in _named(root, kind):
            parts = {_tag(part): (part.text or "").strip() for part in one}
            version = _PROPERTY.sub(lambda asked: properties.get(asked[1], ""), parts.get("version", ""))
            if parts.get("artifactId"):
                yield dependency("Maven", f"{parts.get('groupId', '')}:{parts['artifactId']}", version, path)


def java_level(text: str) -> str:
    """The Java release that a pom.xml compiles for, empty where it does not say. Raises: ValueError."""
    root = _root(text)
    for name in ("maven.compiler.release", "java.version", "maven.compiler.target", "maven.compiler.source"):
        for one in _named(root, name):
            level = re.fullmatch(r"(?:1\.)?(\d+)", (one.text or "").strip())
            if level:
                return level[1]
    return ""


def project_file(text: str, path: str) -> Iterator[Dependency]:
    """PackageReference entries of a .csproj and its kin. Raises: ValueError."""
    for one in _named(_root(text), "PackageReference"):
        told = {_tag(part): (part.text or "").strip() for part in one}
        if one.get("Include"):
            yield dependency("NuGet", one.get("Include", ""), one.get("Version") or told.get("Version", ""), path)


def target_frameworks(text: str) -> list[str]:
    """Target framework monikers of a project file, such as net6.0 and net48. Raises: ValueError."""
    root = _root(text)
    told = [(one.text or "") for name in ("TargetFramework", "TargetFrameworks", "TargetFrameworkVersion")
            for one in _named(root, name)]  # fmt: skip
    return [part.strip() for text in told for part in text.split(";") if part.strip()]


def packages_config(text: str, path: str) -> Iterator[Dependency]:
    """Packages of NuGet's older packages.config, which names exact versions. Raises: ValueError."""
    for one in _named(_root(text), "package"):
        if one.get("id"):
            yield dependency("NuGet", one.get("id", ""), one.get("version", ""), path, locked=True)


def _root(text: str) -> Element:
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(type(error).__name__) from None
    return root


def _named(root: Element, name: str) -> Iterator[Element]:
    return (one for one in root.iter() if _tag(one) == name)


def _tag(one: Element) -> str:
    return str(one.tag).rpartition("}")[2]
