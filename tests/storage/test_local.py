"""Files and datasets in local folders."""

from __future__ import annotations

import pytest

from tests.contracts.storage import StorageContract


class TestLocal(StorageContract):
    """A folder beside the one that the instance was made with."""

    @pytest.fixture
    def root(self, tmp_path):
        """An empty folder."""
        return tmp_path / "storage"
