"""How the data of a dataset gets into the hands of other libraries, without loading it before they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.errors import UnsupportedFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import pyarrow as pa

    from lamindb.io.accessors import MappedCollection, TableAccessor
    from lnschema_core.models import Dataset


class HandsOverData:
    """The ``to_…`` methods of datasets, each of which records the dataset as an input of the current run."""

    def to_arrow(self, columns: Sequence[str] | None = None, filter: Any = None) -> pa.Table:  # noqa: A002 - the word of Arrow
        """Read the rows of all files into a table of Arrow; labels of files are columns, too.

        Args:
            columns: The columns that are read; by default all.
            filter: An expression of ``pyarrow.compute``, or a list of conditions such as ``[("donor", "==", "D1")]``.
        """
        return _table_of(self).to_arrow(columns, filter)

    def to_arrow_batch_reader(self, columns: Sequence[str] | None = None, filter: Any = None) -> pa.RecordBatchReader:  # noqa: A002 - as above
        """Read the rows of all files a number at a time; see :meth:`to_arrow`."""
        return _table_of(self).to_arrow_batch_reader(columns, filter)

    def to_pandas(self, columns: Sequence[str] | None = None, filter: Any = None) -> pd.DataFrame:  # noqa: A002 - as above
        """Read the rows of all files into a data frame; see :meth:`to_arrow`."""
        return _table_of(self).to_pandas(columns, filter)

    def to_polars(self) -> Any:
        """A ``polars.LazyFrame`` of the rows of all files, which are read as far as its filters and selections need them."""
        return _table_of(self).to_polars()

    def to_duckdb(self, connection: Any = None) -> Any:
        """A relation of DuckDB of the rows of all files, which are read as far as its query needs them.

        Args:
            connection: A connection; by default one to a database in memory.
        """
        return _table_of(self).to_duckdb(connection)

    def to_ibis(self) -> Any:
        """A table expression of Ibis of the rows of all files, evaluated by DuckDB."""
        return _table_of(self).to_ibis()

    def to_daft(self) -> Any:
        """A data frame of Daft of the rows of all files, of which the columns are read that its query needs."""
        return _table_of(self).to_daft()

    def to_ray(self) -> Any:
        """A ``ray.data.Dataset`` of the rows of all files, whose tasks read a file each and need no instance."""
        return _table_of(self).to_ray()

    def to_dask(self) -> Any:
        """The data in partitions that workers read: a data frame of Dask, or for ``AnnData`` a dense array, the matrix ``X``.

        Workers read from storage and need no instance; what they return is saved here.
        """
        return _opened(self).to_dask()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows of all files as a stream that other libraries take."""
        return _table_of(self).__arrow_c_stream__(requested_schema)

    def mapped(
        self,
        obs_keys: str | Sequence[str] = (),
        *,
        layers: str | Sequence[str] = "X",
        join: str = "inner",
        encode_labels: bool | Sequence[str] = True,
        unknown_label: Any = None,
        dtype: Any = None,
        is_run_input: bool | None = None,
    ) -> MappedCollection:
        """The cells of all files by position, for training loaders: a map-style dataset as torch takes it.

        Args:
            obs_keys: Columns of ``obs`` and features of labels of files that each cell comes with.
            layers: The matrices that each cell comes with: ``X`` or names of layers.
            join: ``"inner"`` keeps the variables of all files, ``"outer"`` those of any, with zeros.
            encode_labels: Whether ``obs_keys`` are given as codes, or which of them.
            unknown_label: A value that counts as missing, whose code is -1.
            dtype: The type of values; by default that of the files.
            is_run_input: Whether to record the dataset as an input of the current run.

        Raises:
            UnsupportedFormat: The files don't have ``AnnData``.
        """
        from lnschema_core.files.datasets import map_dataset

        dataset: Any = self
        return map_dataset(
            dataset,
            is_run_input=is_run_input,
            obs_keys=obs_keys,
            layers=layers,
            join=join,
            encode_labels=encode_labels,
            unknown_label=unknown_label,
            dtype=dtype,
        )


def _opened(host: Any) -> Any:
    from lnschema_core.files.datasets import parts_of_dataset

    dataset: Dataset = host
    return parts_of_dataset(dataset)


def _table_of(host: Any) -> TableAccessor:
    from lamindb.io.accessors import TableAccessor

    opened = _opened(host)
    if isinstance(opened, TableAccessor):
        return opened
    msg = f"The files of {host} are no tables: use backed(), to_dask(), mapped() or load()"
    raise UnsupportedFormat(msg)
