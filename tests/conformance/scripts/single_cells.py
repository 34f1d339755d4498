"""Annotated matrices: features of variables and observations, lazy reading, several batches."""

import numpy as np

import lamindb as ln

ln.track(ln.Transform(name="scRNA-seq", type="notebook"))
adata = ln.dev.datasets.anndata_with_obs()
adata.X = np.arange(adata.n_obs * adata.n_vars, dtype="float32").reshape(adata.shape)

# -- features of variables and observations --

ln.save([ln.Feature(name=name, type="number") for name in adata.var_names[:20]])
ln.save(ln.Feature.from_df(adata.obs))
file = ln.File.from_anndata(adata, field=ln.Feature.name, key="cells/all.h5ad")
file.save()
assert file.accessor == "AnnData"
assert file.features["var"].count() == 20
assert set(file.features["obs"].list("name")) == set(adata.obs.columns)
assert file.feature_sets["obs"].modality.name == "meta"

# -- labels --

features = ln.Feature.lookup()
for name in ("cell_type", "tissue", "disease"):
    ln.save([ln.ULabel(name=value) for value in adata.obs[name].unique()])
    file.labels.add(ln.ULabel.from_values(adata.obs[name]), getattr(features, name))
assert set(file.labels.get(features.tissue).list("name")) == {"kidney", "liver", "heart", "brain"}
assert ln.File.filter(ulabels__name="heart").one() == file
file.describe()

# -- lazy reading --

backed = ln.File.filter(key="cells/all.h5ad").one().backed()
assert "obs: ['_index', 'cell_type'" in repr(backed)
hearts = backed[backed.obs["tissue"] == "heart", :5]
assert hearts.shape == (10, 5)
assert hearts.to_memory().X.tolist() == adata[adata.obs["tissue"] == "heart", :5].X.tolist()
assert backed.obs_names.tolist() == adata.obs_names.tolist()

# -- stores --

store = ln.File(adata, key="cells/all.zarr")
store.save()
assert store.path.is_dir()
assert (ln.File.filter(key="cells/all.zarr").one().load().X == adata.X).all()
assert ln.File.filter(key="cells/all.zarr").one().backed()["obs3"].shape == (1, 100)

# -- several batches as one dataset --

batches = []
for number, tissue in enumerate(["kidney", "liver"]):
    batch = ln.File.from_anndata(
        adata[adata.obs["tissue"] == tissue].copy(), ln.Feature.name, description=f"Batch {number}"
    )
    batch.save()
    batches.append(batch)
dataset = ln.Dataset(batches[::-1], name="Two batches", version="1")
dataset.save()
assert dataset.files.list("description") == ["Batch 1", "Batch 0"]
loaded = dataset.load()
assert loaded.shape == (20, 100)
assert loaded.obs["file_id"].unique().tolist() == [batches[1].id, batches[0].id]
assert dataset.features["var"].count() == 20
dataset.labels.add(ln.ULabel.from_values(["liver", "kidney"]), features.tissue)
assert dataset.labels.get(features.tissue, flat_names=True)
whole = ln.Dataset.from_anndata(file, ln.Feature.name, name="All cells")
whole.save()
assert whole.file == file
assert whole.backed().shape == adata.shape
assert ln.Dataset.filter(file=file).one() == whole
