"""Objects that are written only if nobody else has changed them: what two clients of a bucket need to not overwrite each other.

S3 compares entity tags (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html), GCS generations
(https://cloud.google.com/storage/docs/request-preconditions).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any

from lamindb.errors import ObjectChanged, StorageError
from lamindb.io.listing import fresh_facts
from lamindb.io.paths import protocol_of
from lamindb.io.placing import explaining

if TYPE_CHECKING:
    from upath import UPath


def version_of(path: UPath) -> str | None:
    """What changes whenever an object is written, ``None`` if there is no object.

    Raises:
        StorageError: It can't be told.
    """
    with explaining(path, "read"):
        try:
            facts = fresh_facts(path)
        except FileNotFoundError:
            return None
    return None if facts["type"] == "directory" else str(facts["ETag" if protocol_of(path) == "s3" else "generation"])


def read(path: UPath) -> tuple[bytes, str] | None:
    """The content of an object with its version, ``None`` if there is no object.

    Raises:
        StorageError: It can't be read.
    """
    with explaining(path, "read"):
        while True:
            version = version_of(path)
            if version is None:
                return None
            try:
                content: bytes = path.fs.cat_file(path.path)
            except FileNotFoundError:
                continue
            if version_of(path) == version:
                return content, version


def write(path: UPath, content: bytes, *, version: str | None) -> str:
    """Write an object if it is still the one that is known.

    Args:
        path: Where it is.
        content: The content.
        version: Its version, ``None`` if there must be none yet.

    Returns:
        The new version.

    Raises:
        ObjectChanged: Somebody else has written or removed it.
        StorageError: It can't be written, or the store compares nothing.
    """
    put = {"s3": _put_s3, "gs": _put_gs}.get(protocol_of(path))
    if put is None:
        msg = f"{path} is in a store that can't compare before it writes: use S3 or GCS"
        raise StorageError(msg)
    try:
        with explaining(path):
            return put(path, content, version)
    except StorageError as error:
        now = read(path)
        if now is not None and now[0] == content:  # it arrived, but the answer was lost
            return now[1]
        if (None if now is None else now[1]) == version:
            raise
        msg = f"{path} was changed by somebody else"
        raise ObjectChanged(msg) from error


def _put_s3(path: UPath, content: bytes, version: str | None) -> str:
    bucket, key, _ = path.fs.split_path(path.path)
    condition = {"IfNoneMatch": "*"} if version is None else {"IfMatch": version}
    answer = path.fs.call_s3("put_object", Bucket=bucket, Key=key, Body=content, **condition)
    path.fs.invalidate_cache(path.path)
    return str(answer["ETag"])


def _put_gs(path: UPath, content: bytes, version: str | None) -> str:
    fs = path.fs
    bucket, key, _ = fs.split_path(path.path)
    boundary = secrets.token_hex(16)  # which no content contains
    parts = [
        f"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{json.dumps({'name': key})}\r\n",
        f"--{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n",
    ]
    answer: Any = fs.call(
        "POST",
        f"{fs._location}/upload/storage/v1/b/{bucket}/o",  # noqa: SLF001 - gcsfs has no upload with conditions
        uploadType="multipart",
        ifGenerationMatch=version or "0",
        headers={"Content-Type": f'multipart/related; boundary="{boundary}"'},
        data="".join(parts).encode() + content + f"\r\n--{boundary}--".encode(),
        json_out=True,
    )
    fs.invalidate_cache(path.path)
    return str(answer["generation"])


def digest(content: bytes) -> str:
    """A short digest of content, for telling whether it changed."""
    return hashlib.blake2b(content, digest_size=20).hexdigest()
