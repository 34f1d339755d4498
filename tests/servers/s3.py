"""An S3 server on the loopback interface, in this process or beside it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CREDENTIALS = {"key": "test", "secret": "test"}


@contextmanager
def running_behind(middleware: Callable[[Any], Any]) -> Iterator[str]:
    """Start a server behind something that sees every request, and yield its address."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    application = middleware(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    _empty(endpoint)
    try:
        yield endpoint
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def running() -> Iterator[str]:
    """Start a server, and yield its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    _empty(f"http://{host}:{port}")
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def running_apart() -> Iterator[str]:
    """Start a server in a process of its own, and yield its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def _wait_for(endpoint: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            _empty(endpoint)
        except urllib.error.URLError:
            if server.poll() is not None:
                break
            time.sleep(0.05)
        else:
            return
    msg = f"the S3 server at {endpoint} does not answer"
    raise RuntimeError(msg)


def _empty(endpoint: str) -> None:
    """Forget what servers of this process had before, since they share their content."""
    with urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")):
        pass


def environment(endpoint: str) -> dict[str, str]:
    """What makes processes use the server: the variables that clients of S3 read."""
    return {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def make_bucket(endpoint: str, name: str, *, region: str | None = None) -> None:
    """Make an empty bucket."""
    constraint = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region else {}
    _client("s3", endpoint).create_bucket(Bucket=name, **constraint)


def remove_bucket(endpoint: str, name: str) -> None:
    """Remove a bucket with all that is in it."""
    client = _client("s3", endpoint)
    for entry in client.list_objects_v2(Bucket=name).get("Contents", ()):
        client.delete_object(Bucket=name, Key=entry["Key"])
    client.delete_bucket(Bucket=name)


@contextmanager
def enforcing_permissions(endpoint: str) -> Iterator[None]:
    """Refuse, within the block, what nobody has allowed; else every key may do everything."""
    _decide_after(endpoint, 0)
    try:
        yield
    finally:
        _decide_after(endpoint, float("inf"))


def make_user(endpoint: str, name: str, actions: list[str]) -> dict[str, str]:
    """Make a user who may do some actions only, and return their credentials as options of the file system."""
    client = _client("iam", endpoint)
    client.create_user(UserName=name)
    allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    client.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=policy)
    key = client.create_access_key(UserName=name)["AccessKey"]
    return {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


def _client(service: str, endpoint: str) -> Any:
    import boto3

    return boto3.client(
        service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )


def _decide_after(endpoint: str, requests: float) -> None:
    # https://docs.getmoto.org/en/latest/docs/iam.html
    url = f"{endpoint}/moto-api/reset-auth"
    headers = {"Content-Type": "text/plain"}
    with urllib.request.urlopen(urllib.request.Request(url, data=str(requests).encode(), headers=headers)):
        pass
