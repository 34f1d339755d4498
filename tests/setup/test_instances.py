"""What an instance is, how it is shown, and how it is kept in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamindb.errors import InstanceNotFound, InstanceNotLoaded, InvalidSettings, SettingsNotWritable
from lamindb.setup import current, instances, layers, locations, reporting
from lamindb.setup.instances import InstanceSettings
from lamindb.setup.storages import StorageSettings

FIXTURE = """lamindb_instance_owner=testuser1
lamindb_instance_name=reference-instance
lamindb_instance_storage_root=/srv/reference-instance
lamindb_instance_storage_region=null
lamindb_instance_db=null
lamindb_instance_schema_str=bionty
lamindb_instance_id=null
"""
SECRET = "s3cr3t-pass"


@pytest.fixture(autouse=True)
def _settings(settings_dir: Path) -> None:
    """Every test has a settings folder of its own."""


def test_file_is_the_one_that_earlier_releases_wrote() -> None:
    """Reading and writing a file of release 0.54 gives the same bytes."""
    path = locations.instance_file("testuser1", "reference-instance")
    path.parent.mkdir()
    path.write_text(FIXTURE)
    instances.write_instance(instances.read_instance(path))
    assert path.read_text() == FIXTURE
    assert locations.current_instance_file().read_text() == FIXTURE


def test_bare_bucket_is_stored_with_a_slash() -> None:
    """The file has the spelling of earlier releases, the settings have none at the end."""
    instance = InstanceSettings("me", "x", "s3://bucket/", "eu-central-1", "postgresql://u:p@h/d", "")
    assert instance.storage.root_as_str == "s3://bucket"
    values = instances.to_values(instance)
    assert values["lamindb_instance_storage_root"] == "s3://bucket/"
    assert values["lamindb_instance_db"] == "postgresql://u:p@h/d"
    assert values["lamindb_instance_schema_str"] == ""


def test_repr_is_what_info_prints() -> None:
    """The instance is shown line by line, schemas in declared order, and the password as stars."""
    instance = InstanceSettings("me", "x", "/data/x/", None, f"postgresql://u:{SECRET}@h:5432/d", "bionty,lamin1")
    assert repr(instance) == (
        "Current instance: me/x\n- owner: me\n- name: x\n- storage root: /data/x\n- storage region: None\n"
        "- db: postgresql://u:***@h:5432/d\n- schema: {'bionty', 'lamin1'}"
    )
    assert instance.db == f"postgresql://u:{SECRET}@h:5432/d"
    assert repr(InstanceSettings("me", "x", "/data/x")).endswith("- schema: set()")


def test_schemas_keep_their_order_and_are_a_set_for_callers() -> None:
    """Names are trimmed, each is kept once, core is implied."""
    instance = InstanceSettings("me", "x", "/data", schema=" wetlab, bionty,,core,wetlab")
    assert instance.schemas == ("wetlab", "bionty")
    assert instance.schema == {"bionty", "wetlab"}
    assert instance.packages == ("lnschema_core", "lnschema_wetlab", "lnschema_bionty")


def test_sqlite_lies_in_the_storage(tmp_path: Path) -> None:
    """The url has four slashes, and the dialect follows from it."""
    instance = InstanceSettings("me", "x", str(tmp_path))
    assert instance.db == f"sqlite:///{tmp_path}/x.lndb"
    assert instance.sqlite_file == tmp_path / "x.lndb"
    assert instance.dialect == "sqlite"
    assert InstanceSettings("me", "x", "/d", db="postgresql://u@h/d").dialect == "postgresql"


@pytest.mark.parametrize(
    ("root", "db", "remote"),
    [
        ("/data", "postgresql://u@db.lab.org/d", False),
        ("s3://b", "postgresql://u@localhost:5432/d", False),
        ("s3://b", "postgresql://u@127.0.0.1:5432/d", False),
        ("s3://b", "postgresql://u@db.lab.org/d", True),
        ("gs://b", None, True),
    ],
)
def test_remote_means_that_others_reach_both(root: str, db: str | None, remote: bool) -> None:
    """Local storage is not remote, and cloud storage with a database on this machine isn't either."""
    assert InstanceSettings("me", "x", root, db=db).is_remote is remote


def test_settings_object_makes_no_folder(tmp_path: Path) -> None:
    """A mistyped storage root stays missing."""
    InstanceSettings("me", "x", str(tmp_path / "typo")).storage.root.joinpath("x")
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize("line", range(7))
def test_missing_key_is_named_with_the_way_out(line: int) -> None:
    """Each of the seven keys is needed."""
    path = locations.instance_file("testuser1", "reference-instance")
    path.parent.mkdir()
    lines = FIXTURE.splitlines(keepends=True)
    path.write_text("".join(lines[:line] + lines[line + 1 :]))
    with pytest.raises(InvalidSettings, match=r"is invalid, please delete .*\.env and init the instance again\."):
        instances.read_instance(path)


def test_instance_is_found_by_each_kind_of_identifier() -> None:
    """Own ones by name, all by owner and name or url, and the only one of a name by that name."""
    for owner, name in [("me", "x"), ("you", "x"), ("you", "y")]:
        instances.write_instance(InstanceSettings(owner, name, "/data"))
    found = {
        identifier: instances.find_instance(identifier, owner="me")[1].identifier
        for identifier in ["x", "you/x", "https://lamin.ai/you/x", "y"]
    }
    assert found == {"x": "me/x", "you/x": "you/x", "https://lamin.ai/you/x": "you/x", "y": "you/y"}


def test_an_instance_is_not_found_by_the_end_of_its_name() -> None:
    """Dashes are between owner and name in the name of its file, and may be in either of them."""
    for owner, name in (("me", "flow--test"), ("some--body", "atlas")):
        instances.write_instance(InstanceSettings(owner, name, "/data"))
    with pytest.raises(InstanceNotFound, match="Instance me/test neither"):
        instances.find_instance("test", owner="me")
    assert instances.find_instance("flow--test", owner="me")[1].identifier == "me/flow--test"
    assert instances.find_instance("atlas", owner="me")[1].identifier == "some--body/atlas"


def test_unknown_instance_is_told_with_those_that_are_known() -> None:
    """The error begins with the known words, and names what there is."""
    instances.write_instance(InstanceSettings("me", "x", "/data"))
    with pytest.raises(InstanceNotFound, match=r"^Instance me/z neither loadable from hub nor local cache\. .* me/x\."):
        instances.find_instance("z", owner="me")


def test_of_many_known_instances_the_most_similar_are_told() -> None:
    """A sentence stays one, however many instances there are."""
    for name in (*(f"project-{number}" for number in range(20)), "flow"):
        instances.write_instance(InstanceSettings("me", name, "/data"))
    with pytest.raises(
        InstanceNotFound, match=r"Known on this machine: me/flow, (me/project-\d+, ){3}me/project-\d+ and 16 others"
    ):
        instances.find_instance("flew", owner="me")


# -- which instance ---------------------------------------------------------------------------------------------------


def test_without_an_instance_the_error_says_what_to_run() -> None:
    """The words are those of earlier releases."""
    with pytest.raises(InstanceNotLoaded, match=r"^No instance is loaded! Call `lamin init` or `lamin load`$"):
        _ = current.settings.instance
    assert not current.settings._instance_exists


def test_shell_chooses_its_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    """``LAMIN_INSTANCE`` wins over what was loaded last, a flag over both."""
    monkeypatch.setenv("LAMIN_USER_HANDLE", "me")
    current.settings.forget_user()
    for name in ("a", "b", "c"):
        instances.write_instance(InstanceSettings("me", name, "/data"))
    assert current.settings.instance.name == "c"
    monkeypatch.setenv("LAMIN_INSTANCE", "me/a")
    assert current.settings.instance.name == "a"
    with layers.flags(instance="b"):
        assert current.settings.instance.name == "b"
    assert current.settings.instance.name == "a"


def test_project_file_chooses_for_its_folder_and_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``lamin.toml`` wins over what was loaded last, and loses to the environment; the user's file is for nothing loaded."""
    for name in ("a", "b"):
        instances.write_instance(InstanceSettings("me", name, "/data"))
    (tmp_path / "lamin.toml").write_text('instance = "me/a"\n')
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    assert current.choose_instance().origin == f"project ({tmp_path / 'lamin.toml'})"
    assert current.settings.instance.name == "a"
    monkeypatch.setenv("LAMIN_INSTANCE", "me/b")
    assert current.choose_instance().origin == "environment (LAMIN_INSTANCE)"


def test_user_file_chooses_when_nothing_is_loaded(settings_dir: Path) -> None:
    """What was loaded last wins over the user's default."""
    instances.write_instance(InstanceSettings("me", "a", "/data"), make_current=False)
    (settings_dir / "config.toml").write_text('instance = "me/a"\n')
    assert current.settings.instance.name == "a"
    instances.write_instance(InstanceSettings("me", "b", "/data"))
    assert current.settings.instance.name == "b"


def test_chosen_instance_that_is_not_known_is_named_with_its_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typo in the environment is told as that."""
    monkeypatch.setenv("LAMIN_INSTANCE", "me/typo")
    with pytest.raises(InstanceNotFound, match=r"'me/typo' from environment \(LAMIN_INSTANCE\) is not known"):
        _ = current.settings.instance


def test_environment_overrides_single_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """``LAMINDB_INSTANCE_*`` win over the file, and suffice alone."""
    monkeypatch.setenv("LAMINDB_INSTANCE_NAME", "other")
    monkeypatch.setenv("LAMINDB_INSTANCE_OWNER", "ci")
    monkeypatch.setenv("LAMINDB_INSTANCE_STORAGE_ROOT", "/ci")
    assert current.settings.instance.identifier == "ci/other"
    monkeypatch.delenv("LAMINDB_INSTANCE_OWNER")
    with pytest.raises(InstanceNotLoaded):
        _ = current.settings.instance
    instances.write_instance(InstanceSettings("me", "a", "/data"))
    assert current.settings.instance.identifier == "me/other"


# -- layers -----------------------------------------------------------------------------------------------------------


def test_every_choice_knows_its_origin(tmp_path: Path, settings_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flag, environment, project, user and default, in this order; a folder is relative to the file that has it."""
    assert layers.choose("verbosity") == layers.Choice("verbosity", None, "default")
    settings_dir.mkdir()
    (settings_dir / "config.toml").write_text('verbosity = "hint"\ncache_dir = "cc"\n')
    assert layers.choose("verbosity").origin == f"user ({settings_dir / 'config.toml'})"
    assert layers.cache_root() == settings_dir / "cc"
    (tmp_path / "lamin.toml").write_text("verbosity = 2\n")
    assert layers.choose("verbosity") == layers.Choice("verbosity", "2", f"project ({tmp_path / 'lamin.toml'})")
    monkeypatch.setenv("LAMIN_VERBOSITY", "3")
    assert layers.choose("verbosity") == layers.Choice("verbosity", "3", "environment (LAMIN_VERBOSITY)")
    with layers.flags(verbosity="4", instance=None):
        assert layers.choose("verbosity") == layers.Choice("verbosity", "4", "flag")
    assert {choice.key for choice in reporting.choices()} >= {*layers.KEYS, "user.handle"}


def test_listed_choices_have_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords of databases and users are stars."""
    monkeypatch.setenv("LAMIN_USER_PASSWORD", SECRET)
    current.settings.forget_user()
    instances.write_instance(InstanceSettings("me", "a", "/data", db=f"postgresql://u:{SECRET}@h/d"))
    listed = {choice.key: choice for choice in reporting.choices()}
    assert SECRET not in str(listed)
    assert listed["instance.db"].value == "postgresql://u:***@h/d"
    assert listed["user.password"].origin == "environment (LAMIN_USER_PASSWORD)"
    current.settings.forget_user()


@pytest.mark.parametrize("text", ["not toml", "verbosity = true", "instance = ['a']", "\xff\xfe"])
def test_broken_configuration_file_is_named(tmp_path: Path, text: str) -> None:
    """A file that can't be understood gives one sentence with its path."""
    (tmp_path / "lamin.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(InvalidSettings, match=r"lamin\.toml"):
        [layers.choose(key) for key in layers.KEYS]


# -- storage and cache ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("root", "text", "kind"),
    [
        ("/data/x/", "/data/x", "local"),
        ("/data/../data/x", "/data/x", "local"),
        ("file:///data/x", "/data/x", "local"),
        ("/", "/", "local"),
        ("s3://bucket/", "s3://bucket", "s3"),
        ("gs://bucket/a/b/", "gs://bucket/a/b", "gs"),
        ("memory://x", "memory://x", "memory"),
        ("sftp://ada:secret@host:99/x/", "sftp://host:99/x", "sftp"),
        ("s3://bucket/a@b", "s3://bucket/a@b", "s3"),
        ("github://org:repo@main/x", "github://org:repo@main/x", "github"),
    ],
)
def test_storage_root_is_stored_in_one_spelling(root: str, text: str, kind: str) -> None:
    """Local roots are absolute and resolved; none ends with a slash; the type is that of the protocol."""
    storage = StorageSettings(root)
    assert (storage.root_as_str, storage.type, storage.is_cloud) == (text, kind, kind != "local")


def test_region_is_that_of_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider is asked for the bucket, whatever follows its name; nobody answering, or no bucket, is None."""
    boto3 = pytest.importorskip("boto3")
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    for name, value in {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    server.start()
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*server.get_host_and_port()))
        region = {"LocationConstraint": "eu-central-1"}
        boto3.client("s3", region_name="eu-central-1").create_bucket(Bucket="bucket", CreateBucketConfiguration=region)
        assert StorageSettings("s3://bucket/a/b").find_region() == "eu-central-1"
        assert StorageSettings("s3://missing").find_region() is None
    finally:
        server.stop()
    assert StorageSettings("s3://bucket").find_region() is None
    assert StorageSettings("gs://bucket").find_region() is None


def test_relative_root_and_root_in_the_home_are_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tilde and a relative path mean what they mean in a shell."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert StorageSettings("~/x").root_as_str == str(tmp_path / "home" / "x")
    assert StorageSettings("x").root_as_str == str(tmp_path / "x")


def test_each_instance_has_a_cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is below the platform's cache for lamindb, or where the user wants it, and made when asked for."""
    instance = InstanceSettings("me", "x", "/data")
    other = InstanceSettings("me", "y", "/data")
    assert not (tmp_path / "cache").exists()
    assert instance.storage.cache_dir == tmp_path / "cache" / "lamindb" / "instances" / "me--x"
    assert instance.storage.cache_dir.is_dir()
    assert other.storage.cache_dir != instance.storage.cache_dir
    monkeypatch.setenv("LAMIN_CACHE_DIR", str(tmp_path / "cc"))
    assert instance.storage.cache_dir.is_relative_to(tmp_path / "cc")


def test_cached_objects_of_two_protocols_are_apart() -> None:
    """A bucket of the same name elsewhere has another place; a local file is its own copy."""
    storage = InstanceSettings("me", "x", "/data").storage
    local = storage.cloud_to_local_no_update("memory://bucket/a/b.txt")
    assert local.relative_to(storage.cache_dir).as_posix() == "memory/bucket/a/b.txt"
    assert storage.cloud_to_local("/data/a.txt") == Path("/data/a.txt")


# -- folders ----------------------------------------------------------------------------------------------------------


def test_without_a_home_the_error_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody knows a home folder, reading finds nothing and writing asks for a folder."""

    def unknown() -> Path:
        msg = "Could not determine home directory."
        raise RuntimeError(msg)

    monkeypatch.delenv("LAMIN_SETTINGS_DIR")
    monkeypatch.setattr(Path, "home", unknown)
    assert not current.settings._instance_exists
    with pytest.raises(SettingsNotWritable, match="LAMIN_SETTINGS_DIR"):
        locations.check_settings_dir()


def test_settings_folder_that_is_a_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in place of the folder is told before anything is written."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAMIN_SETTINGS_DIR", str(tmp_path / "file"))
    with pytest.raises(SettingsNotWritable, match="file can't be written"):
        locations.check_settings_dir()
