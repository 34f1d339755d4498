"""Files and datasets on S3, through s3fs."""

from __future__ import annotations

import uuid

import pytest
from upath import UPath

import lamindb as ln
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
