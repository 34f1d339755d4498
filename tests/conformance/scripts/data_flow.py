"""A project: an upload by an app, a pipeline, an analysis; what came from what."""

from pathlib import Path

import pandas as pd

import lamindb as ln

# -- an app uploads what the sequencer wrote --

ln.track(ln.Transform(name="Chromium 10x upload", type="app"))
reads = ln.dev.datasets.dir_scrnaseq_cellranger("perturbseq", basedir="runs", output_only=False)
uploaded = ln.File.from_dir("runs/fastq")
ln.save(uploaded)
assert all(file.run == ln.run_context.run for file in uploaded)

# -- a pipeline works on it --

transform = ln.Transform(name="Cell Ranger", version="7.2.0", type="pipeline", reference="https://www.10xgenomics.com")
ln.track(transform, reference="run-17", reference_type="workflow id")
for file in ln.File.filter(key__endswith=".fastq.gz"):
    assert file.stage().exists()
outputs = ln.File.from_dir(reads, key="perturbseq")
ln.save(outputs)
run = ln.Run.filter(transform=transform).one()
assert (run.reference, run.reference_type) == ("run-17", "workflow id")
assert run.input_files.count() == 2
assert run.output_files.count() == 15
assert run.output_files.filter(key__contains="filtered_feature_bc_matrix/").count() == 3
assert transform.parents.list("name") == ["Chromium 10x upload"]

# -- an analysis, twice --

notebook = ln.Transform(name="Perturbseq analysis", type="notebook")
notebook.save()
for attempt in range(2):
    ln.track(notebook, new_run=True)
    metrics = ln.File.filter(key="perturbseq/metrics_summary.csv").one()
    text = Path(metrics.stage()).read_text()
    result = ln.Dataset(pd.DataFrame({"length": [len(text)], "attempt": [attempt]}), name=f"Result {attempt}")
    result.save()
assert notebook.runs.count() == 2
assert metrics.input_of.count() == 2
ln.track(notebook)
assert notebook.runs.count() == 2
assert ln.run_context.run == notebook.runs.order_by("-created_at").first()

graph = result.view_flow()
for text in ("Chromium 10x upload", "Cell Ranger", "Perturbseq analysis", "metrics_summary.csv", "Result 1"):
    assert text in graph.source, text
assert "Cell Ranger" in notebook.view_parents().source
result.describe()

# -- questions --

assert ln.File.filter(transform=transform).count() == 15
assert ln.File.filter(run=run, suffix=".h5").count() == 3
assert (
    ln.File.filter(transform__name__startswith="Chromium", created_by__handle=ln.setup.settings.user.handle).count()
    == 2
)
assert ln.Transform.filter(type="notebook").one() == notebook
assert ln.Transform.search("cell ranger").index[0] == "Cell Ranger"
assert ln.Run.filter(output_datasets__name="Result 0").one() in notebook.runs.list()
assert set(ln.Transform.filter().df()["name"]) == {"Chromium 10x upload", "Cell Ranger", "Perturbseq analysis"}
ln.run_context.run = None
