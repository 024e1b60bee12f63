"""The key ring is made once, is readable by its owner only, and keeps every key it ever had."""

import base64
import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from resources.scratch_store import ScratchStore
from resources.secrets import open_secrets
from resources.secrets.key_ring import KeyRing

FIRST, SECOND = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def mode(path):
    return oct(stat.S_IMODE(path.stat().st_mode))


def test_its_files_are_for_their_owner_only(tmp_path):
    before = os.umask(0)
    try:
        KeyRing(tmp_path / "home" / "keys").current()
    finally:
        os.umask(before)
    folder = tmp_path / "home" / "keys"
    assert mode(folder) == "0o700"
    assert {path.name: mode(path) for path in folder.iterdir()} == {"key_ring.json": "0o600", "lock": "0o600"}


def test_threads_that_use_it_first_at_once_get_one_key(tmp_path):
    with ThreadPoolExecutor(32) as pool:
        ids = set(pool.map(lambda _: KeyRing(tmp_path / "keys").current().id, range(64)))
    assert len(ids) == 1
    assert len(json.loads((tmp_path / "keys" / "key_ring.json").read_text())["keys"]) == 1


def test_processes_that_use_it_first_at_once_get_one_key(tmp_path):
    code = (
        "import sys; from pathlib import Path; from resources.secrets.key_ring import KeyRing\n"
        "print('ready', flush=True); sys.stdin.readline(); print(KeyRing(Path(sys.argv[1])).current().id)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "keys")]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for one in started:
        assert one.stdout.readline() == "ready\n"
    for one in started:
        one.stdin.write("\n")
        one.stdin.flush()
    ids = {one.communicate(timeout=60)[0].strip() for one in started}
    assert ids == {KeyRing(tmp_path / "keys").current().id}


def test_a_new_key_becomes_current_and_the_old_ones_stay(tmp_path):
    ring = KeyRing(tmp_path)
    first = ring.current()
    second, third = ring.renew(), ring.renew()
    assert ring.current() == third
    assert len({first.id, second.id, third.id}) == 3
    assert [KeyRing(tmp_path).find(key.id) for key in (first, second, third)] == [first, second, third]
    assert ring.find("0" * 12) is None


def test_renewing_at_once_loses_no_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: KeyRing(tmp_path).renew(), range(16)))
    assert all(KeyRing(tmp_path).find(key.id) == key for key in made)


def test_a_ring_that_others_may_read_is_refused(tmp_path):
    KeyRing(tmp_path).current()
    (tmp_path / "key_ring.json").chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        KeyRing(tmp_path).current()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"keys": ["c2hvcnQ="]}', '{"keys": [1]}', "{"])
def test_a_damaged_ring_is_named_and_never_replaced(tmp_path, text):
    path = tmp_path / "key_ring.json"
    path.write_text(text)
    path.chmod(0o600)
    for use in (KeyRing(tmp_path).current, KeyRing(tmp_path).renew):
        with pytest.raises(ConfigError, match=r"key_ring\.json"):
            use()
    assert path.read_text() == text


def test_keys_may_come_from_the_environment_instead(tmp_path):
    ring = KeyRing(tmp_path / "keys", f"{SECOND},{FIRST}")
    assert ring.current() == KeyRing(tmp_path, SECOND).current()
    assert ring.find(KeyRing(tmp_path, FIRST).current().id) is not None
    assert not (tmp_path / "keys").exists()
    with pytest.raises(ConfigError, match="AIDISCOVER_MASTER_KEY"):
        ring.renew()


@pytest.mark.parametrize("text", ["short", "c2hvcnQ=", f"{FIRST},nonsense", FIRST[:-4]])
def test_a_wrong_master_key_is_told_without_being_shown(tmp_path, text):
    with pytest.raises(ConfigError, match=r"AIDISCOVER_MASTER_KEY.*openssl") as refused:
        KeyRing(tmp_path, text)
    assert text.split(",")[-1] not in str(refused.value)


def test_the_settings_name_the_ring_and_do_not_show_it(tmp_path):
    given = Settings.from_environment({"AIDISCOVER_HOME": str(tmp_path), "AIDISCOVER_MASTER_KEY": FIRST})
    kept = Settings.from_environment({"AIDISCOVER_HOME": str(tmp_path)})
    store, acme = ScratchStore(Tenant(TenantId("acme"), "Acme")), TenantId("acme")
    open_secrets(store, given).put(acme, "llm/openai", "sk-x", "eve")
    assert open_secrets(store, given).get(acme, "llm/openai") == "sk-x"
    with pytest.raises(ConfigError, match="does not hold"):
        open_secrets(store, kept).get(acme, "llm/openai")
    assert FIRST not in repr(given)
