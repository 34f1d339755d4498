"""Buckets as a whole: whether a place in one can be written, and where it is."""

from __future__ import annotations

import secrets
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lamindb.errors import StorageError, StorageNotWritable
from lamindb.io.clients import require_client
from lamindb.io.listing import fresh_facts
from lamindb.io.paths import TEMPORARY_FOLDER, TEMPORARY_PREFIX, address_segments, protocol_of
from lamindb.io.placing import make_folders_above

if TYPE_CHECKING:
    from collections.abc import Mapping

    from upath import UPath

_PATIENCE = 3  # seconds to wait for a provider
_CREDENTIALS = {"key": "aws_access_key_id", "secret": "aws_secret_access_key", "token": "aws_session_token"}


def check_writable(root: UPath) -> None:
    """See that objects can be written and removed below a root, by doing it.

    Raises:
        StorageNotWritable: They can't, since that isn't allowed.
        StorageError: There is no such bucket, or it can't be reached.
        MissingExtra: What talks to the object store isn't installed.
    """
    require_client(protocol_of(root))
    probe = root / TEMPORARY_FOLDER / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    try:
        make_folders_above(probe)
        probe.fs.pipe_file(probe.path, b"lamindb")
        probe.fs.rm_file(probe.path)
    except PermissionError as error:
        msg = f"The storage location {root} can't be written ({error}): ask for the permission, or choose another one."
        raise StorageNotWritable(msg) from error
    except Exception as error:  # clients of object stores raise whatever they like
        msg = f"The storage location {root} can't be used ({error}): check its address and your credentials."
        raise StorageError(msg) from error


def facts_of(path: UPath) -> dict[str, Any]:
    """What an object store says of an object now, as ``fresh_facts``, and on S3 whether it is encrypted with a key of its own.

    The tag of such an object is no md5: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html

    Raises:
        FileNotFoundError: There is nothing at the path.
    """
    if protocol_of(path) != "s3":
        return {**fresh_facts(path), "has_own_key": False}
    bucket, key, _ = path.fs.split_path(path.path)
    try:
        told = path.fs.call_s3("head_object", Bucket=bucket, Key=key)
    except (OSError, ValueError):  # a folder, or something that `info` has a better error for
        return {**fresh_facts(path), "has_own_key": False}
    has_own_key = str(told.get("ServerSideEncryption", "")).startswith("aws:kms") or "SSECustomerAlgorithm" in told
    return {
        "name": f"{bucket}/{key}",
        "type": "file",
        "size": told["ContentLength"],
        "ETag": told.get("ETag", ""),
        "LastModified": told["LastModified"],
        "has_own_key": has_own_key,
    }


def region_of(path: UPath) -> str | None:
    """Ask S3 in which region the bucket of a path is; None elsewhere, or without an answer within seconds."""
    if protocol_of(path) != "s3" or find_spec("botocore") is None:
        return None
    from botocore import UNSIGNED
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    patience = Config(connect_timeout=_PATIENCE, read_timeout=_PATIENCE, retries={"total_max_attempts": 1})
    for config in (patience, patience.merge(Config(signature_version=UNSIGNED))):
        try:
            answer = _client(path, config).head_bucket(Bucket=address_segments(path.path)[0])
        except NoCredentialsError:
            continue
        except ClientError as error:  # a refusal names the region as well
            answer = error.response
        except BotoCoreError:
            return None
        headers: Mapping[str, str] = answer["ResponseMetadata"]["HTTPHeaders"]
        return headers.get("x-amz-bucket-region")
    return None


def _client(path: UPath, config: Any) -> Any:
    """A client that is reached as the file system of the path is."""
    from botocore.session import Session

    given = path.storage_options
    chosen = {name: given[option] for option, name in _CREDENTIALS.items() if given.get(option)}
    endpoint = given.get("endpoint_url") or given.get("client_kwargs", {}).get("endpoint_url")
    session = Session(profile=given.get("profile"))
    return session.create_client("s3", config=config, region_name="us-east-1", endpoint_url=endpoint, **chosen)
