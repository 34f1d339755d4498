"""Files and datasets on GCS, through gcsfs."""

from __future__ import annotations

import json
import uuid

import pytest

from lamindb.io.paths import to_path
from lamindb.io.storage import StorageRoot
from tests.contracts.storage import CloudStorageContract
from tests.servers import gcs

_EXPERIMENTAL = "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"


@pytest.fixture(scope="module")
def endpoint():
    """The address of a GCS server with a bucket."""
    with gcs.running() as address:
        gcs.make_bucket(address, "lab")
        yield address


class TestGCS(CloudStorageContract):
    """A place in a bucket, with a prefix."""

    @pytest.fixture
    def root(self, endpoint):
        """An empty place in the bucket and its options."""
        return f"gs://lab/{uuid.uuid4().hex}/prefix", {"endpoint_url": endpoint, **gcs.OPTIONS}

    @pytest.fixture
    def new_bucket(self, endpoint):
        """A bucket that is no storage location."""
        name = f"public-{uuid.uuid4().hex[:8]}"
        gcs.make_bucket(endpoint, name)
        return StorageRoot.of(to_path(f"gs://{name}"), endpoint_url=endpoint, **gcs.OPTIONS).path


@pytest.mark.sqlite
@pytest.mark.parametrize("chosen", [None, "true"])
def test_first_access_waits_for_nothing(fresh_instance, endpoint, chosen):
    """The experimental interface of gcsfs is not asked, unless the user wants it."""
    user = fresh_instance()
    user.environment.pop(_EXPERIMENTAL, None)  # other tests of this process may have set it
    user.environment |= {"STORAGE_EMULATOR_HOST": endpoint} | ({_EXPERIMENTAL: chosen} if chosen else {})
    code = (
        "import os, sys; import lamindb as ln; from lamindb.io.paths import to_path; "
        f"ln.settings.storage; print(os.environ.get('{_EXPERIMENTAL}')); to_path('gs://lab/x'); "
        f"print(os.environ['{_EXPERIMENTAL}'], 'gcsfs' in sys.modules)"
    )
    assert user.python(code).stdout.split()[-3:] == [str(chosen), chosen or "false", "False"]


@pytest.mark.sqlite
def test_other_processes_take_the_endpoint_from_the_environment(fresh_instance, endpoint):
    """An instance whose default location is a bucket is used by processes that have the endpoint."""
    user = fresh_instance()
    user.environment |= {"STORAGE_EMULATOR_HOST": endpoint, "FSSPEC_GS": json.dumps(gcs.OPTIONS)}
    user.lamin("set", "--storage", "gs://lab/processes", timeout=50)
    user.python("import lamindb as ln, pandas as pd; ln.File(pd.DataFrame({'a': [1]}), key='a.parquet').save()")
    code = "import lamindb as ln; file = ln.File.filter().one(); print(file.path, file.load()['a'].sum())"
    assert "gs://lab/processes/a.parquet 1" in user.python(code).stdout
