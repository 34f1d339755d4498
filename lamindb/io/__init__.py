"""Bytes, places and formats. Knows neither Django nor an instance.

======================  ================================================================================
:mod:`.paths`           path to key and key to path; a key can never leave its root
:mod:`.storage`         where a storage location starts, and which location a path belongs to
:mod:`.listing`         what lies in a folder
:mod:`.hashing`         digests that cover every byte
:mod:`.transfer`        store, fetch, move, remove: temporary object, digest check, then the final name
:mod:`.cache`           where a cloud object lives locally
:mod:`.formats`         which suffix is read and written by what
:mod:`.trees`           directory trees as text
======================  ================================================================================
"""
