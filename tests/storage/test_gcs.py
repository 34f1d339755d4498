"""Files and datasets on GCS, through gcsfs."""

from __future__ import annotations

import uuid

import pytest

from lamindb.io.paths import to_path
from lamindb.io.storage import StorageRoot
from tests.contracts.storage import CloudStorageContract
from tests.servers import gcs


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
