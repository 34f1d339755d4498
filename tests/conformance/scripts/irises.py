"""Images in a folder, tables of measures, labels with a hierarchy: the tutorial."""

from pathlib import Path

import lamindb as ln

ln.settings.verbosity = "hint"
ln.track()

# -- files and a dataset from a folder --

folder = Path("iris_studies/study0_raw_images")
folder.mkdir(parents=True)
species = ["setosa", "versicolor", "virginica"]
rows = []
for number in range(6):
    (folder / f"iris-{number}.jpg").write_bytes(f"image {number}".encode())
    rows.append(f"iris-{number}.jpg,{species[number % 3]}")
(folder / "meta.csv").write_text("file,species\n" + "\n".join(rows) + "\n")

files = ln.File.from_dir(folder, key="iris_studies/study0_raw_images")
ln.save(files)
ln.File.view_tree()
assert ln.File.filter(suffix=".jpg").count() == 6

dataset = ln.Dataset(files, name="Iris study 1", description="6 image files and metadata")
dataset.save()
dataset.describe()
assert dataset.files.df()["key"].tolist() == [file.key for file in files]
assert set(dataset.files.df()["suffix"]) == {".jpg", ".csv"}

# -- labels and their hierarchy --

meta_file = ln.File.filter(key__endswith="meta.csv").one()
meta = meta_file.load()
assert meta_file.run == ln.run_context.run

labels = [ln.ULabel(name=name) for name in meta["species"].unique()]
ln.save(labels)
is_species = ln.ULabel(name="is_species")
is_species.save()
is_species.children.set(labels)
is_species.view_parents(with_children=True)
assert set(ln.ULabel.filter(parents__name="is_species").df()["name"]) == set(species)
assert set(ln.ULabel.filter().df(include="children__name").loc[is_species.id, "children__name"]) == set(species)

study0 = ln.ULabel(name="study0", description="Plant lab 1, September 2023")
study0.save()
ln.Feature(name="species", type="category").save()
ln.Feature(name="study", type="category").save()
features, names = ln.Feature.lookup(), ln.ULabel.lookup()

for file in ln.File.filter(key__startswith="iris_studies/study0", suffix=".jpg"):
    file.labels.add(names.study0, features.study)
    name = meta.loc[meta["file"] == Path(file.key).name, "species"].item()
    file.labels.add(getattr(names, name), feature=features.species)
meta_file.labels.add(ln.ULabel.from_values(meta["species"]), features.species)

assert ln.File.filter(ulabels=study0).count() == 6
assert ln.File.filter(ulabels=names.setosa).filter(ulabels=study0).count() == 2
assert ln.File.filter(ulabels__in=[names.setosa, names.virginica]).distinct().count() == 5
assert set(meta_file.labels.get(features.species).list("name")) == set(species)
assert ln.ULabel.filter(fileulabel__feature__name="study").distinct().one() == study0
meta_file.describe()

# -- measures and their features --

df = ln.dev.datasets.df_iris_in_meter_study1()
assert not ln.Feature.validate(df.columns).any()
ln.save(ln.Feature.from_df(df))
assert ln.Feature.validate(df.columns).all()
assert ln.Feature.filter(name="sepal_length").one().type == "number"
assert ln.Feature.filter(name="iris_species_name").one().type == "category"

file = ln.File.from_df(df, description="Iris study 1 - after measuring sepal & petal metrics")
file.save()
file.labels.add(ln.ULabel.from_values(df["iris_species_name"]), ln.Feature.lookup().iris_species_name)
assert [slot for slot in ("columns", "external") if file.feature_sets[slot]] == ["columns"]
assert file.features["columns"].df().index.name == "id"
assert "    🔗 iris_species_name (2, core.ULabel): " in repr(file.features)
assert "ulabels (2, core.ULabel)" in repr(file.labels)

study2 = ln.Dataset.from_df(ln.dev.datasets.df_iris_in_meter_study2(), name="Iris study 2")
study2.save()
measured = ln.FeatureSet.filter(features__name="sepal_length").one()
assert ln.File.filter(feature_sets=measured).count() == 2
assert ln.Dataset.filter(feature_sets=measured).one() == study2
assert study2.load().equals(ln.dev.datasets.df_iris_in_meter_study2())
ln.view()
