"""What every format has to keep to. A test class of a format inherits this one, and says how a file of it is made."""

from __future__ import annotations

import shutil

import pytest

from lamindb.errors import UnreadableFile, UnsupportedFormat
from lamindb.io import formats
from lamindb.io.hashing import digest_path
from lamindb.io.paths import suffix_of


class FormatContract:
    """Inherit, set the attributes, and override the functions that don't fit."""

    suffix = ""
    """The suffix under test."""

    def make(self, path):
        """Write a file of the format without our help."""
        raise NotImplementedError

    def example(self):
        """Make the object that is in the file."""
        raise NotImplementedError

    def assert_same(self, loaded, expected):
        """Compare a loaded object with an example."""
        assert loaded == expected

    # -- what holds for all -------------------------------------------------------------------------------------------

    @pytest.fixture
    def path(self, tmp_path):
        """A file of the format."""
        path = tmp_path / f"my data.v1{self.suffix}"
        self.make(path)
        return path

    def test_suffix_leads_to_the_format(self, path):
        """The suffix of a file is found and known, in any casing."""
        assert suffix_of(path).suffix.endswith(self.suffix)
        assert formats.format_of_suffix(self.suffix) is formats.format_of_suffix(self.suffix.upper())
        assert self.suffix in formats.format_of_suffix(self.suffix).suffixes

    def test_file_is_read_and_left_alone(self, path):
        """What is in the file is loaded, twice the same, and the file stays as it was."""
        before = digest_path(path)
        for _ in range(2):
            self.assert_same(formats.load(path), self.example())
        assert digest_path(path) == before

    def test_missing_file_is_named(self, tmp_path):
        """A file that isn't there is a FileNotFoundError and isn't made."""
        with pytest.raises(FileNotFoundError):
            formats.load(tmp_path / f"none{self.suffix}")
        assert list(tmp_path.iterdir()) == []


class WritableFormatContract(FormatContract):
    """For formats that are written, too."""

    def make(self, path):
        """Write the example."""
        formats.write(self.example(), path)

    def test_object_comes_back(self, tmp_path):
        """What is written is loaded, and the object in memory isn't touched."""
        value = self.example()
        formats.write(value, tmp_path / f"a{self.suffix}")
        self.assert_same(formats.load(tmp_path / f"a{self.suffix}"), value)
        self.assert_same(value, self.example())

    def test_equal_objects_give_equal_bytes(self, tmp_path):
        """Content is recognised by its digest."""
        for name in ("a", "b"):
            formats.write(self.example(), tmp_path / f"{name}{self.suffix}")
        assert digest_path(tmp_path / f"a{self.suffix}") == digest_path(tmp_path / f"b{self.suffix}")

    def test_file_that_is_there_is_replaced(self, tmp_path):
        """Writing twice leaves one whole object."""
        for _ in range(2):
            formats.write(self.example(), tmp_path / f"a{self.suffix}")
        self.assert_same(formats.load(tmp_path / f"a{self.suffix}"), self.example())

    def test_other_objects_are_refused(self, tmp_path):
        """An object of another type isn't written, and nothing is left."""
        with pytest.raises(UnsupportedFormat):
            formats.write(object(), tmp_path / f"a{self.suffix}")
        assert list(tmp_path.iterdir()) == []

    def test_object_knows_its_suffix(self, path):
        """The suffix is one of those that the object can have, and its accessor is the format's."""
        name = self.suffix.removeprefix(".")
        assert formats.suffix_of_object(self.example(), format=name, key=f"a/b{self.suffix}") == self.suffix
        assert formats.accessor_of(self.example()) == formats.format_of_suffix(self.suffix).accessor
        shutil.rmtree(path) if path.is_dir() else path.unlink()


class RecognisesDamage:
    """For formats that are single files with a structure of their own, beside one of the other classes."""

    @pytest.mark.parametrize("damage", ["empty", "nonsense", "truncated"])
    def test_damaged_file_is_one_sentence(self, path, damage):
        """A damaged file is named in one sentence, which keeps its cause."""
        content = path.read_bytes()
        path.write_bytes(
            {"empty": b"", "nonsense": b"no such format" * 9, "truncated": content[: len(content) // 2]}[damage]
        )
        with pytest.raises(UnreadableFile, match="my data") as caught:
            formats.load(path)
        assert "\n" not in str(caught.value)
        assert caught.value.__cause__ is not None
