"""Creating records twice, finding them, and holding values against them."""

import pandas as pd

import lamindb as ln

# -- the same name is the same record --

label = ln.ULabel(name="My project 1", reference="https://example.com", reference_type="url")
label.save()
assert ln.ULabel(name="My project 1").id == label.id
ln.ULabel(name="My project 1a").save()
assert ln.ULabel.filter().count() == 2
ln.settings.upon_create_search_names = False
ln.save([ln.ULabel(name=f"Project {number}") for number in range(30)])
ln.settings.upon_create_search_names = True
assert ln.ULabel.filter().count() == 32

# -- search, look up, query --

assert ln.ULabel.search("my project").index[0].startswith("My project 1")
assert ln.ULabel.search("project 7", return_queryset=True).first().name == "Project 7"
assert len(ln.ULabel.search("project")) == 20
projects = ln.ULabel.lookup()
assert projects.my_project_1 == label
assert ln.ULabel.lookup("name", return_field="id").project_3 == projects.project_3.id
assert ln.ULabel.filter(name__endswith=" 1").order_by("name").list("name") == ["My project 1", "Project 1"]
assert ln.ULabel.filter(name__in=["Project 1", "Project 2"]).df().shape == (2, 6)
assert ln.ULabel.filter(name="nothing").one_or_none() is None
assert ln.User.filter(handle=ln.setup.settings.user.handle).one().created_ulabels.count() == 32

# -- values --

ln.Feature(name="cell type", type="category", synonyms="celltype|cell_type", registries=[ln.ULabel]).save()
ln.Feature(name="donor age", type="number", unit="year").save()
table = pd.DataFrame({"celltype": ["T cell", "B cell", "T cell"], "donor age": [30, 41, 52], "remark": ["", "", "x"]})
assert ln.Feature.validate(table.columns).tolist() == [False, True, False]
result = ln.Feature.inspect(table.columns)
assert result.synonyms_mapper == {"celltype": "cell type"}
table.columns = ln.Feature.standardize(table.columns)
assert table.columns.tolist() == ["cell type", "donor age", "remark"]

assert ln.ULabel.from_values(table["cell type"]) == []
ln.save([ln.ULabel(name=name) for name in table["cell type"].unique()])
records = ln.ULabel.from_values(table["cell type"])
assert [record.name for record in records] == ["T cell", "B cell"]

dataset = ln.Dataset.from_df(table, name="Donors")
dataset.save()
dataset.labels.add(table["cell type"].tolist(), ln.Feature.lookup().cell_type)
assert set(dataset.features["columns"].list("name")) == {"cell type", "donor age"}
assert set(dataset.ulabels.list("name")) == {"T cell", "B cell"}
assert ln.Dataset.filter(ulabels__name="B cell").one() == dataset
dataset.describe()

# -- synonyms and abbreviations --

feature = ln.Feature.filter(name="donor age").one()
feature.add_synonym(["age", "donor_age"])
feature.remove_synonym("age")
assert ln.Feature.filter(name="donor age").one().synonyms == "donor_age"
code = None
try:
    feature.add_synonym("celltype")
except SystemExit as conflict:
    code = conflict.code
assert code is AssertionError
modality = ln.Modality(name="rna")
modality.save()
modality.set_abbr("R")
assert ln.Modality.standardize(["R", "rna", "protein"]) == ["rna", "rna", "protein"]

# -- deleting --

ln.ULabel.filter(name__startswith="Project ").delete()
ln.delete(label)
assert set(ln.ULabel.filter().list("name")) == {"My project 1a", "T cell", "B cell"}
