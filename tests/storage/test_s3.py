"""Files and datasets on S3, through s3fs."""

from __future__ import annotations

import json
import textwrap
import uuid

import pytest
from upath import UPath

import lamindb as ln
from lamindb.errors import StorageError, StorageNotWritable
from tests.contracts.storage import CloudStorageContract
from tests.servers import s3


@pytest.fixture(scope="module")
def endpoint():
    """The address of an S3 server with a bucket."""
    with s3.running() as address:
        s3.make_bucket(address, "lab")
        yield address


@pytest.fixture
def new_bucket(endpoint):
    """A bucket in Europe that is no storage location."""
    name = f"public-{uuid.uuid4().hex[:8]}"
    s3.make_bucket(endpoint, name, region="eu-central-1")
    return UPath(f"s3://{name}", endpoint_url=endpoint, **s3.CREDENTIALS)


class TestS3(CloudStorageContract):
    """A place in a bucket, with a prefix."""

    @pytest.fixture
    def root(self, endpoint):
        """An empty place in the bucket and its options."""
        return f"s3://lab/{uuid.uuid4().hex}/prefix", {"endpoint_url": endpoint, **s3.CREDENTIALS}

    @pytest.fixture
    def new_bucket(self, new_bucket):
        """A bucket that is no storage location."""
        return new_bucket


# -- what S3 alone has ------------------------------------------------------------------------------------------------


@pytest.fixture
def options(endpoint):
    """What reaches the server."""
    return {"endpoint_url": endpoint, **s3.CREDENTIALS}


@pytest.fixture
def default(instance):
    """Restores the default storage location."""
    before = instance.storage.root_as_str
    yield before
    ln.settings.storage = before


@pytest.fixture
def requests(monkeypatch):
    """The operations that the server is asked for."""
    from aiobotocore.client import AioBaseClient

    asked = []
    original = AioBaseClient._make_api_call

    async def listening(self, operation, arguments):
        asked.append(operation)
        return await original(self, operation, arguments)

    monkeypatch.setattr(AioBaseClient, "_make_api_call", listening)
    return asked


@pytest.fixture
def fetched(monkeypatch):
    """The sizes of the ranges that the server is asked for."""
    from aiobotocore.client import AioBaseClient

    sizes = []
    original = AioBaseClient._make_api_call

    async def listening(self, operation, arguments):
        if "Range" in arguments:
            first, last = arguments["Range"].removeprefix("bytes=").split("-")
            sizes.append(int(last) - int(first) + 1)
        return await original(self, operation, arguments)

    monkeypatch.setattr(AioBaseClient, "_make_api_call", listening)
    return sizes


def test_of_an_object_only_the_columns_are_fetched(instance, options, fetched, tmp_path):
    """Of 16 MB those pieces in which the columns are that have criteria."""
    import anndata as ad
    import numpy as np
    import pandas as pd

    values = np.random.default_rng(0).random((20_000, 200), dtype="float32")
    obs = pd.DataFrame({"phase": ["G1", "S"] * 10_000}, index=[f"cell {n}" for n in range(20_000)])
    ad.AnnData(values, obs=obs).write_h5ad(tmp_path / "cells.h5ad")
    path = UPath(f"s3://lab/{uuid.uuid4().hex}/cells.h5ad", **options)
    path.fs.put(str(tmp_path / "cells.h5ad"), path.path)
    fetched.clear()
    assert ln.Criteria(obs={"phase": {"allowed": ["G1", "S"]}}).inspect(path).ok
    assert 0 < sum(fetched) < 15_000_000
    fetched.clear()
    assert ln.Criteria(obs={"phase": {"allowed": ["G1", "S"]}}, x_finite=True).inspect(path).ok
    assert sum(fetched) > 16_000_000


def test_tables_in_buckets_are_mended(instance, options, tmp_path):
    """Into objects and into local files; what is in the bucket stays."""
    import pandas as pd

    path = UPath(f"s3://lab/{uuid.uuid4().hex}/table.parquet", **options)
    path.write_bytes(pd.DataFrame({"phase": ["g1", "S"]}).to_parquet())
    criteria = ln.Criteria({"phase": {"allowed": ["G1", "S"]}})
    assert criteria.standardize(path)["phase"].tolist() == ["G1", "S"]
    assert criteria.inspect(criteria.standardize(path, to=tmp_path / "mended.parquet")).ok
    assert not criteria.inspect(path).ok
    with pytest.raises(ValueError, match="written to a local path"):
        criteria.standardize(path, to=path.parent / "mended.parquet")


@pytest.mark.commits
def test_region_of_a_location(default, new_bucket):
    """The region is that of the bucket, of the default location with a prefix as of one met by the way."""
    (new_bucket / "x.txt").write_text("x")
    ln.File(new_bucket / "x.txt", description="x").save()
    ln.settings.storage = new_bucket / "a/b"
    regions = dict(ln.Storage.filter(root__startswith=str(new_bucket).rstrip("/")).values_list("root", "region"))
    assert regions == dict.fromkeys([str(new_bucket).rstrip("/"), str(new_bucket / "a/b")], "eu-central-1")


@pytest.mark.commits
@pytest.mark.parametrize("actions", [["s3:GetObject", "s3:ListBucket"], ["iam:GetUser"]], ids=["reader", "nobody"])
def test_location_that_refuses(default, endpoint, actions):
    """Without the permission to write nothing changes, and one sentence says so."""
    name = f"user-{uuid.uuid4().hex[:8]}"
    user = s3.make_user(endpoint, name, actions)
    with s3.enforcing_permissions(endpoint), pytest.raises(StorageNotWritable, match="can't be written") as caught:
        ln.settings.storage = (f"s3://lab/{name}", {"endpoint_url": endpoint, **user})
    assert "\n" not in str(caught.value)
    assert str(ln.settings.storage) == default
    assert not ln.Storage.filter(root__endswith=name).exists()


@pytest.mark.commits
def test_unknown_credentials(default, endpoint):
    """Credentials that nobody knows are one sentence, for a location and for a file."""
    options = {"endpoint_url": endpoint, "key": "nobody", "secret": "nothing"}
    with s3.enforcing_permissions(endpoint):
        with pytest.raises(StorageError, match="s3://lab/nobody"):
            ln.settings.storage = ("s3://lab/nobody", options)
        with pytest.raises(StorageError, match=r"x\.csv"):
            ln.File(UPath("s3://lab/nobody/x.csv", **options), description="x")
    assert str(ln.settings.storage) == default


@pytest.mark.commits
def test_location_that_refuses_later(default, endpoint, options, tmp_path):
    """A location that can't be written any more is one sentence on save; there is no record and no object."""
    name = f"user-{uuid.uuid4().hex[:8]}"
    reader = {"endpoint_url": endpoint, **s3.make_user(endpoint, name, ["s3:GetObject", "s3:ListBucket"])}
    ln.settings.storage = (f"s3://lab/{name}", reader)
    (tmp_path / "x.csv").write_text(name)
    file = ln.File(tmp_path / "x.csv", key="x.csv")
    with s3.enforcing_permissions(endpoint), pytest.raises(StorageNotWritable, match="can't be written"):
        file.save()
    assert not ln.File.filter(key="x.csv").exists()
    left = UPath(f"s3://lab/{name}", **options).fs.find(f"lab/{name}")
    assert [path for path in left if "/.lamindb/instances/" not in path] == []


@pytest.mark.commits
def test_object_of_several_parts(default, new_bucket, tmp_path):
    """An object that was sent in parts has the digest that S3 has of it, and is found by it."""
    bucket = new_bucket.fs
    with bucket.open(f"{new_bucket.path.rstrip('/')}/large.bin", "wb", block_size=5 * 2**20) as target:
        for part in (5, 5, 1):
            target.write(bytes(part * 2**20))
            target.flush()
    file = ln.File(new_bucket / "large.bin", description="large")
    assert (file.hash_type, file.hash[-2:], file.size) == ("md5-n", "-3", 11 * 2**20)
    file.save()
    assert ln.File(new_bucket / "large.bin", description="again") == file
    assert file.stage().stat().st_size == 11 * 2**20


@pytest.mark.commits
@pytest.mark.parametrize("encryption", ["aws:kms", "AES256"])
def test_tag_of_an_encrypted_object_is_compared_with_no_content(default, new_bucket, encryption):
    """With SSE-KMS it is no md5: the server's is replaced by another one, as AWS has it."""
    path = new_bucket / "folder" / "x.txt"
    bucket, key, _ = path.fs.split_path(path.path)
    path.fs.call_s3("put_object", Bucket=bucket, Key=key, Body=b"content", ServerSideEncryption=encryption)
    one = ln.File(path, description="x")
    (many,) = ln.File.from_dir(new_bucket / "folder")
    expected = "etag" if encryption == "aws:kms" else "md5"
    assert one.hash_type == many.hash_type == expected
    if encryption == "aws:kms":
        one.hash = many.hash = "A" * 22
    one.save()
    assert one.stage().read_text() == "content"
    assert one.load().read_text() == "content"
    if encryption != "aws:kms":
        assert ln.fsck(read_data=True, storage=one.storage, progress=False, resume=False).is_clean


@pytest.mark.commits
def test_repairing_leaves_what_lies_below_the_name_of_a_lost_object(default, options):
    """A prefix of the same name has objects of others: the lost one comes back from its copy, and these stay."""
    ln.settings.storage = UPath(f"s3://lab/{uuid.uuid4().hex}", **options)
    path, below = ln.settings.storage / "x.txt", ln.settings.storage / "x.txt/below.txt"
    path.write_text("content")
    file = ln.File(path)
    file.save()
    file.stage()
    path.unlink()
    below.write_text("of somebody else")
    ln.fsck(repair=True, storage=file.storage, progress=False, resume=False)
    assert (path.read_text(), below.read_text()) == ("content", "of somebody else")


def test_requests(default, new_bucket, requests, tmp_path):
    """Registering a folder takes a listing and a question, a file one question, and neither is read; storing takes no listing."""
    for number in range(30):
        (new_bucket / f"folder/{number % 3}/{number}.txt").write_text(str(number))
    requests.clear()
    ln.save(ln.File.from_dir(new_bucket / "folder"))
    assert requests == ["ListObjectsV2", "HeadObject"]
    requests.clear()
    (new_bucket / "x.txt").write_text("x")
    requests.clear()
    ln.File(new_bucket / "x.txt", description="x").save()
    assert requests == ["HeadObject"]
    ln.settings.storage = new_bucket / "project"
    (tmp_path / "y.txt").write_text("y")
    file = ln.File(tmp_path / "y.txt", description="y")
    requests.clear()
    file.save()
    assert requests == ["PutObject", "HeadObject"]
    file.stage()
    requests.clear()
    file.stage()
    assert requests == []
    (tmp_path / "z.txt").write_text("z")
    keyed = ln.File(tmp_path / "z.txt", key="folder/z.txt")
    requests.clear()
    keyed.save()
    stored, looked_for, moved = requests[:2], requests[2:3], requests[3:]
    assert (stored, looked_for) == (["PutObject", "HeadObject"], ["HeadObject"])
    assert moved == ["HeadObject", "CopyObject", "DeleteObject"]


@pytest.mark.sqlite
def test_other_processes_take_options_from_the_environment(fresh_instance, endpoint):
    """An instance whose default location is a bucket is used by processes that have endpoint and credentials."""
    user = fresh_instance()
    user.environment |= s3.environment(endpoint)
    user.lamin("set", "--storage", "s3://lab/processes")
    user.python("import lamindb as ln, pandas as pd; ln.File(pd.DataFrame({'a': [1]}), key='a.parquet').save()")
    code = "import lamindb as ln; file = ln.File.filter().one(); print(file.path, file.load()['a'].sum())"
    assert "s3://lab/processes/a.parquet 1" in user.python(code).stdout
    user.environment |= {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "FSSPEC_S3": json.dumps({"endpoint_url": endpoint})}
    assert "s3://lab/processes/a.parquet 1" in user.python(code).stdout


@pytest.mark.sqlite
def test_client_that_is_not_installed(fresh_instance):
    """The line that installs it is in the message, for locations and for files; local files need no client."""
    code = """
        import sys
        sys.modules["s3fs"] = sys.modules["gcsfs"] = None
        import lamindb as ln
        from pathlib import Path
        for act, extra in (
            (lambda: setattr(ln.settings, "storage", "s3://lab/x"), "aws"),
            (lambda: ln.File("s3://lab/x.csv", description="x"), "aws"),
            (lambda: ln.File.from_dir("gs://lab/x"), "gcp"),
        ):
            try:
                act()
            except ImportError as error:
                assert f"pip install 'lamindb[{extra}]'" in str(error), error
            else:
                raise AssertionError(extra)
        ln.Storage(root="s3://lab", type="s3").save()
        Path("x.csv").write_text("a")
        ln.File("x.csv", description="x").save()
    """
    fresh_instance().python(textwrap.dedent(code))
