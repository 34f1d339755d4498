"""Rows are shown as pandas shows them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from lamindb.text.tables import as_text

TEXTS = st.text(alphabet="ab |\t\n\ré日", max_size=12)
SCORES = st.floats(90, 100) | st.sampled_from([90.0, 95.0, 91.66666666666667, 100.0])
NAMES = TEXTS.map(lambda text: text.lstrip(" "))  # pandas cuts blanks off that are in front of all
ROWS = st.lists(st.tuples(NAMES, TEXTS, TEXTS, st.integers(0, 10**12), SCORES), min_size=1, max_size=20)


@given(rows=ROWS)
@settings(deadline=None)  # the first frame takes longer than others
def test_rows_read_as_those_of_a_frame(rows):
    """Of any texts, in any number: names in front, other texts, numbers, scores."""
    names, ids, synonyms, numbers, scores = map(list, zip(*rows, strict=True))
    columns = {"id": ids, "synonyms": synonyms, "n": numbers, "__ratio__": scores}
    frame = pd.DataFrame(
        {
            name: np.array(values, dtype=object) if values and isinstance(values[0], str) else values
            for name, values in columns.items()
        },
        index=pd.Index(np.array(names, dtype=object), name="name"),
    )
    assert as_text(names, columns, index_name="name") == frame.to_string()


def test_a_row_is_below_the_names_of_columns():
    """Scores have the digits that tell them apart."""
    text = as_text(["My project 1", "b"], {"id": ["8UxpcjmA", "x"], "__ratio__": [91.6666666, 90.0]}, index_name="name")
    assert text.splitlines() == [
        "                    id  __ratio__",
        "name                             ",
        "My project 1  8UxpcjmA  91.666667",
        "b                    x  90.000000",
    ]
