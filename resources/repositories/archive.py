"""Uploaded archives, ZIP and TAR (plain, gzip, bzip2, xz), without links, bombs and paths that lead outside."""

import lzma
import os
import tarfile
import zipfile
import zlib
from collections import Counter
from pathlib import Path

from aidiscover_pipelines.domain.errors import Skippable
from resources.repositories.files import FILES, TOTAL_BYTES, FolderWriter

_RATIO = 200  # text packs to a tenth; what packs better than this is made to fill disks
_RATIO_FROM_BYTES = 64 * 1024 * 1024
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)


def unpack(path: Path, root: Path, repository: str) -> Counter[str]:
    """Write the regular files of an archive below `root`; what was left out, by reason. Raises: Skippable.

    A folder that holds all others, as code hosts put one around a repository, is taken away.
    """
    writer = FolderWriter(root, repository)
    try:
        if zipfile.is_zipfile(path):
            _unzip(path, writer)
        else:
            _untar(path, writer)
    except _DAMAGED as error:
        raise Skippable(
            f"cannot read repository {repository!r}: the archive is damaged or in another format than ZIP and TAR "
            f"({type(error).__name__}); pack it again"
        ) from None
    return writer.left_out


def common_folder(root: Path) -> Path:
    """The only folder in `root` where there is nothing beside it, else `root`."""
    entries = list(root.iterdir())
    return entries[0] if len(entries) == 1 and entries[0].is_dir() else root


def _unzip(path: Path, writer: FolderWriter) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > FILES:
            raise writer.refused(f"it holds more than {FILES} members")
        _check_size(sum(one.file_size for one in members), path, writer)
        for one in members:
            kind = (one.external_attr >> 16) & 0o170000
            if writer.checked(os.fsencode(one.orig_filename)) is None or one.is_dir():
                continue
            if kind not in (0, 0o100000):
                writer.left_out["a link or device"] += 1
            elif one.flag_bits & 0x1:
                writer.left_out["encrypted"] += 1
            else:
                with archive.open(one) as content:
                    writer.add(os.fsencode(one.filename), content)


def _untar(path: Path, writer: FolderWriter) -> None:
    unpacked = 0
    with tarfile.open(path, "r|*") as archive:  # a stream: nothing is unpacked before its size was looked at
        for member in archive:
            unpacked += member.size
            _check_size(unpacked, path, writer)
            name = member.name.encode("utf-8", "surrogateescape")
            if member.isdir():
                continue
            if not member.isreg():
                writer.left_out["a link or device"] += 1
                continue
            content = archive.extractfile(member)
            if content is not None:
                writer.add(name, content)


def _check_size(unpacked: int, path: Path, writer: FolderWriter) -> None:
    packed = max(path.stat().st_size, 1)
    if unpacked > TOTAL_BYTES or (unpacked > _RATIO_FROM_BYTES and unpacked / packed > _RATIO):
        raise writer.refused(f"it unpacks to {unpacked >> 20} MiB from {packed >> 10} KiB")
