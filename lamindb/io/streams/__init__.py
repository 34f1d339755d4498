"""Tables and matrices read piece by piece: columns of frames, parquet, CSV and AnnData files. Knows no registry.

Files may be larger than memory: what isn't asked for is not read, and what is asked for is read in parts.
"""
