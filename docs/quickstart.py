# %% [markdown]
# # Quickstart
#
# Make an instance, register real data, find it again, and see where it came from. Nothing is needed but Python: metadata
# go into an embedded SQLite database, data into a local folder. Everything below also works on Postgres and in a bucket.

# %%
import importlib.util
import warnings
from pathlib import Path

import anndata as ad
import pandas as pd

import lamindb as ln
import lnschema_bionty as lb

# %% [markdown]
# ## Make an instance
#
# An instance is a database for metadata and a place for data. The schema `bionty` adds registries of genes, cell types, tissues
# and more, which know the terms of public ontologies. On the command line, the same is
# `lamin init --storage lamin-quickstart --schema bionty`.

# %%
print("1/9 make an instance")
ln.settings.verbosity = "success"
ln.setup.init(storage="lamin-quickstart", schema="bionty")
lb.settings.species = "human"

# %% [markdown]
# ## Track this script
#
# From here on, everything that is loaded is an input of this run, and everything that is saved an output.

# %%
print("\n2/9 track this script")
ln.track()

# %% [markdown]
# ## Register a data frame
#
# A column is known if a feature of its name is registered. Before that, it's not validated:

# %%
print("\n3/9 validate the columns of a data frame")
df = pd.DataFrame({"CD8": [1, 2, 3], "CD45": [3, 4, 5], "perturbation": ["DMSO", "IFNG", "DMSO"]})
ln.Feature.validate(df.columns)

# %% [markdown]
# The columns are as they should be, so they get registered, and the data frame with them:

# %%
ln.save(ln.Feature.from_df(df))
assert ln.Feature.validate(df.columns).all()

print("\n4/9 register the data frame")
dataset = ln.Dataset.from_df(df, name="Immune phenotyping 1")
dataset.save()
dataset.features

# %% [markdown]
# Labels say what the data is about. Each label is added under the feature that it is a value of:

# %%
ln.save([ln.ULabel(name="DMSO"), ln.ULabel(name="IFNG")])
perturbations = ln.ULabel.from_values(df["perturbation"])
dataset.labels.add(perturbations, feature=ln.Feature.filter(name="perturbation").one())
dataset.describe()

# %% [markdown]
# ## Register a real single-cell data set
#
# 700 peripheral blood cells, 765 genes, with the annotations of their authors. The file comes with the scanpy package.

# %%
print("\n5/9 register a real single-cell data set")
scanpy = importlib.util.find_spec("scanpy")
if scanpy is None:
    raise SystemExit("the sample data is a file in scanpy: pip install --no-deps scanpy")
warnings.filterwarnings("ignore", category=FutureWarning, module="anndata")  # the file is from an early anndata
adata = ad.read_h5ad(Path(scanpy.origin).parent / "datasets" / "10x_pbmc68k_reduced.h5ad")
adata

# %% [markdown]
# Its genes are those of the public reference, but for names that are no longer in use, and some that are none:

# %%
lb.Gene.inspect(adata.var_names, field="symbol")

# %% [markdown]
# Genes that the reference knows are registered with all of their identifiers, and the columns of the cell annotations as
# features. The data is registered with all of its genes; the others are reported as not validated.

# %%
ln.save(lb.Gene.from_values(adata.var_names, field="symbol"))
ln.save(ln.Feature.from_df(adata.obs))
cells = ln.File.from_anndata(
    adata, field=lb.Gene.symbol, key="pbmc68k/reduced.h5ad", description="10x PBMC 68k, 700 cells"
)
cells.save()

# %% [markdown]
# The names that its authors gave to the types of its cells become labels; where the cells are from is a term of an ontology,
# which is found with all that it is part of:

# %%
print("\n6/9 label the cells' metadata")
ln.save([ln.ULabel(name=name) for name in adata.obs["bulk_labels"].cat.categories])
cell_types = ln.ULabel.from_values(adata.obs["bulk_labels"])
cells.labels.add(cell_types, feature=ln.Feature.filter(name="bulk_labels").one())

ln.Feature(name="tissue", type="category", registries=[lb.Tissue]).save()
blood = lb.Tissue.from_bionty(name="blood")
blood.save()
cells.labels.add(blood, feature=ln.Feature.filter(name="tissue").one())

# %% [markdown]
# ## Find it again
#
# By words, also misspelt ones; by label; by what it measures:

# %%
print("\n7/9 search and query")
print(ln.ULabel.search("dendritc").head(3))
print(ln.Dataset.search("immune"))
print(ln.File.filter(ulabels__name="Dendritic").df()[["key", "description", "size"]])
assert ln.File.filter(feature_sets__genes__symbol="CD79A").distinct().one() == cells
assert ln.File.filter(tissues=blood).one() == cells

# %% [markdown]
# ## Load it back
#
# What comes back is what went in.

# %%
print("\n8/9 load back and compare")
found = ln.Dataset.filter(name="Immune phenotyping 1").one()
pd.testing.assert_frame_equal(found.load(), df)

again = ln.File.filter(key="pbmc68k/reduced.h5ad").one().load()
pd.testing.assert_frame_equal(again.obs, adata.obs)
assert (again.X == adata.X).all()
print("equal to what was registered")

# %% [markdown]
# ## See where it came from
#
# A next step, say a pipeline, loads what it needs and saves what it makes. Both get linked to it.

# %%
print("\n9/9 describe and draw the data flow")
ln.track(ln.Transform(name="Keep the monocytes", type="pipeline"))
loaded = cells.load()
monocytes = ln.File(loaded[loaded.obs["bulk_labels"] == "CD14+ Monocyte"].copy(), description="Monocytes of PBMC 68k")
monocytes.save()
monocytes.describe()
cells.describe()

# %%
flow = monocytes.view_flow()
flow

# %% [markdown]
# Outside a notebook, write the picture to a file:

# %%
picture = Path("lamin-quickstart") / "data-flow.svg"
picture.write_bytes(flow.pipe(format="svg"))
print(f"the data flow is drawn in {picture}")
