"""Where data come from, in the forms of public standards.

=====================  ==========================================================================
:mod:`.history`        what led to a file or dataset, as a value that all forms are made from
:mod:`.w3c_prov`       W3C PROV (https://www.w3.org/TR/prov-overview)
:mod:`.ro_crate`       Workflow Run RO-Crate (https://www.researchobject.org/workflow-run-crate)
:mod:`.croissant`      Croissant (https://docs.mlcommons.org/croissant)
:mod:`.dcat`           catalogues of DCAT-AP (https://semiceu.github.io/DCAT-AP)
:mod:`.openlineage`    events of OpenLineage (https://openlineage.io/docs/spec), which :mod:`lamindb.provenance.events` sends
=====================  ==========================================================================
"""
