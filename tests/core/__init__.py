"""The registries, as users meet them."""
