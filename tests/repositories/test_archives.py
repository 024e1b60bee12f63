"""Uploaded archives and clones of hostile repositories: nothing leaves the folder or is run."""

import io
import tarfile
import zipfile
from datetime import UTC, datetime

import pytest

from aidiscover_pipelines.domain.errors import Skippable
from resources.repositories import archive, files
from resources.repositories.archive import common_folder, unpack
from resources.repositories.git import Clone


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def zipped(tmp_path, *members):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content, mode in members:
            about = zipfile.ZipInfo(name)
            about.external_attr, about.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            made.writestr(about, content)
    return path


def tarred(tmp_path, *members):
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as made:
        for name, content, kind in members:
            about = tarfile.TarInfo(name)
            about.type, about.size = kind, len(content) if kind == tarfile.REGTYPE else 0
            about.linkname = "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            made.addfile(about, io.BytesIO(content))
    return path


@pytest.mark.parametrize("make", [
    lambda tmp_path: zipped(tmp_path, ("shop-main/a.py", b"x", 0o100644), ("shop-main/b/c.py", b"y", 0)),
    lambda tmp_path: tarred(
        tmp_path, ("shop-main/a.py", b"x", tarfile.REGTYPE), ("shop-main/b/c.py", b"y", tarfile.REGTYPE)
    ),
])  # fmt: skip
def test_an_archive_is_unpacked_without_the_folder_around_it(tmp_path, root, make):
    assert not unpack(make(tmp_path), root, "shop")
    found = common_folder(root)
    assert sorted(str(path.relative_to(found)) for path in found.rglob("*.py")) == ["a.py", "b/c.py"]


@pytest.mark.parametrize("name", ["../a", "/a", "b/../../a", "C:/a", "..\\a", "\\\\host\\a"])
def test_a_member_that_points_outside_ends_the_reading(tmp_path, root, name):
    for path in (zipped(tmp_path, (name, b"x", 0)), tarred(tmp_path, (name, b"x", tarfile.REGTYPE))):
        with pytest.raises(Skippable, match="points outside"):
            unpack(path, root, "shop")
    assert not (tmp_path / "a").exists()


def test_links_and_devices_are_left_out_and_counted(tmp_path, root):
    path = tarred(
        tmp_path,
        ("a.py", b"x", tarfile.REGTYPE),
        ("link", b"", tarfile.SYMTYPE),
        ("hard", b"", tarfile.LNKTYPE),
        ("null", b"", tarfile.CHRTYPE),
    )
    assert unpack(path, root, "shop") == {"a link or device": 3}
    assert [one.name for one in root.iterdir()] == ["a.py"]


def test_a_link_in_a_zip_is_left_out(tmp_path, root):
    path = zipped(tmp_path, ("link", b"/etc/passwd", 0o120777), ("a.py", b"x", 0o100644))
    assert unpack(path, root, "shop") == {"a link or device": 1}


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path, root):
    bomb = bytes(80 * 1024 * 1024)
    for path in (zipped(tmp_path, ("a", bomb, 0)), tarred(tmp_path, ("a", bomb, tarfile.REGTYPE))):
        with pytest.raises(Skippable, match="unpacks to 80 MiB"):
            unpack(path, root, "shop")


def test_too_many_files_and_too_much_altogether_are_refused(tmp_path, root, monkeypatch):
    monkeypatch.setattr(files, "FILES", 2)
    path = tarred(tmp_path, *((f"{n}.py", b"x", tarfile.REGTYPE) for n in range(3)))
    with pytest.raises(Skippable, match="more than 2 files"):
        unpack(path, root, "shop")


def test_names_that_no_disk_takes_are_left_out(tmp_path, root):
    path = zipped(tmp_path, ("a" * 300, b"x", 0), ("/".join("abc" * 20), b"x", 0), ("ok.py", b"x", 0))
    assert unpack(path, root, "shop")["a name that is too long or too deep"] == 2


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04" + b"\x00" * 50])
def test_what_is_no_archive_is_told(tmp_path, root, content):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(Skippable, match="damaged or in another format"):
        unpack(path, root, "shop")
    assert archive.common_folder(root) == root


def test_a_clone_runs_nothing_and_follows_nothing(tmp_path, root, code_host, code_host_module):
    work = code_host.root / "acme/tools"
    (work / "link").symlink_to("/etc/passwd")
    hostile = {
        ".gitattributes": "* filter=lfs export-ignore\n",
        ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = file:///etc\n',
        "-rf\n=cmd().py": "x = 1\n",
    }
    commit = code_host_module.commit(work, hostile)
    clone = Clone(f"{code_host.url}/acme/tools.git", f"x:{code_host_module.TOKEN}", "tools")
    bare = tmp_path / "bare"
    clone.fetch(bare)
    assert clone.write(bare, commit, root) == {"a link or submodule": 1}
    assert sorted(path.name for path in root.iterdir()) == sorted([*hostile, "run.sh"])
    assert not (bare / "hooks").exists(), "no template was copied"
    assert clone.history(bare, commit, datetime.now(UTC).date()).complete


@pytest.mark.parametrize("url", ["file:///etc", "ssh://git@host/x", "http://example.com/x", "ext::sh -c id", "/etc"])
def test_protocols_but_https_are_refused(url):
    with pytest.raises(Skippable, match="its protocol is"):
        Clone(url, "", "x")


@pytest.mark.parametrize("commit", ["--output=/tmp/x", "HEAD", "main..x", ""])
def test_a_commit_of_a_host_is_an_id_or_nothing(root, tmp_path, commit):
    with pytest.raises(Skippable, match="it is no commit id"):
        Clone("https://127.0.0.1/x", "", "x").write(tmp_path, commit, root)


def test_a_wrong_token_is_told_without_being_shown(code_host, tmp_path):
    with pytest.raises(Skippable, match="access is denied") as refused:
        Clone(f"{code_host.url}/acme/tools.git", "x:ghp_wrong", "tools").head()
    assert "ghp_wrong" not in str(refused.value)
