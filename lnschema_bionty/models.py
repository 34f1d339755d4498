"""The registries of biological entities: none yet. The module exists so that the schema mounts."""
