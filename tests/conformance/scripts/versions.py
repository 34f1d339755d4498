"""Versions, replacements, equal content, deletion."""

import pandas as pd

import lamindb as ln

transform = ln.Transform(name="Version my data", type="pipeline", version="0.1")
transform.save()
ln.track(transform)

# -- versions of a dataset --

df = pd.DataFrame({"CD8A": [1, 2, 3], "CD4": [3, 4, 5]}, index=["observation1", "observation2", "observation3"])
dataset = ln.Dataset(df, name="My versioned dataset", version="1")
dataset.save()
df.loc["observation4"] = [9, 9]
dataset_v2 = ln.Dataset(df, is_new_version_of=dataset)
dataset_v2.save()
assert (dataset_v2.version, dataset_v2.name) == ("2", "My versioned dataset")
assert dataset_v2.id[:18] == dataset.id[:18]
assert ln.Dataset.filter(initial_version=dataset).one() == dataset_v2
assert ln.Dataset.filter(name="My versioned dataset", version="1").one().load().shape == (3, 2)
assert ln.Dataset.filter(name="My versioned dataset").order_by("-version").first().load().shape == (4, 2)

# -- versions of a file that had none --

file = ln.File(df.iloc[:2], description="Two observations")
file.save()
assert file.version is None
file_v2 = ln.File(df.iloc[1:3], is_new_version_of=file)
assert (file.version, file_v2.version, file_v2.description) == ("1", "2", "Two observations")
file_v2.save()
file_v3 = ln.File(df.iloc[2:4], is_new_version_of=file_v2, version="3.0")
file_v3.save()
family = ln.File.filter(id__startswith=file.id[:18])
assert sorted(family.list("version")) == ["1", "2", "3.0"]
assert file_v3.initial_version == file

# -- versions of a transform --

new = ln.Transform(name="Version my data", type="pipeline", version="0.2", is_new_version_of=transform)
new.save()
assert new.id[:12] == transform.id[:12]
ln.track(ln.Transform(name="Version my data", version="0.1"))
assert ln.run_context.transform == transform

# -- equal content --

again = ln.File(df.iloc[:2], description="The same two observations")
assert again.id == file.id
assert again.description == "Two observations"
ln.settings.upon_file_create_if_hash_exists = "error"
message = ""
try:
    ln.File(df.iloc[:2], description="The same two observations")
except RuntimeError as error:
    message = str(error)
assert message.startswith("file with same hash exists: File(")
ln.settings.upon_file_create_if_hash_exists = "warn_return_existing"

# -- replace and delete --

table = ln.File(df, key="tables/mine.parquet")
assert table == dataset_v2.file
df["CD14"] = 0
table = ln.File(df, key="tables/mine.parquet")
table.save()
df.to_csv("mine.csv")
table.replace("mine.csv")
table.save()
assert table.key == "tables/mine.csv"
assert table.path.name == "mine.csv"
assert not (ln.settings.storage / "tables/mine.parquet").exists()
assert ln.File.filter(key="tables/mine.csv").one().load(index_col=0).equals(df)
path = table.path
table.delete(storage=True)
assert not path.exists()
assert not ln.File.filter(key="tables/mine.csv").exists()
dataset_v2.delete(storage=True)
dataset.delete(storage=True)
assert not ln.Dataset.filter().exists()
