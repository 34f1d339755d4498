"""Registries of biology of another package; breeds label files by a link table of their own, which has a feature."""

from django.db import models
from django.db.models import CASCADE, PROTECT

from lnschema_bionty import ids as bionty_ids
from lnschema_bionty.dev import BioRegistry
from lnschema_bionty.models import BiontySource, Gene, Species
from lnschema_core import ids
from lnschema_core.models import Feature, File, LinkORM, Registry, User
from lnschema_core.users import current_user_id


class Breed(BioRegistry):
    id = models.CharField(max_length=8, default=bionty_ids.ontology, primary_key=True)
    name = models.CharField(max_length=64, db_index=True, default=None)
    ontology_id = models.CharField(max_length=32, db_index=True, null=True, default=None)
    synonyms = models.TextField(null=True, default=None)
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
    species = models.ForeignKey(Species, PROTECT, related_name="breeds")
    bionty_source = models.ForeignKey(BiontySource, PROTECT, null=True, related_name="breeds")
    files = models.ManyToManyField(File, through="FileBreed", related_name="breeds")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    created_by = models.ForeignKey(User, PROTECT, default=current_user_id, related_name="created_breeds")


class FileBreed(Registry, LinkORM):
    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(File, on_delete=CASCADE)
    breed = models.ForeignKey(Breed, on_delete=CASCADE)
    feature = models.ForeignKey(Feature, CASCADE, null=True, default=None)


class Strain(BioRegistry):
    id = models.CharField(max_length=8, default=ids.base62_8, primary_key=True)
    name = models.CharField(max_length=64, db_index=True, default=None)
    genes = models.ManyToManyField(Gene, related_name="strains")


class Rank(BioRegistry):
    """Has ancestors, and no source that could tell them."""

    id = models.CharField(max_length=8, default=ids.base62_8, primary_key=True)
    name = models.CharField(max_length=64, db_index=True, default=None)
    ontology_id = models.CharField(max_length=32, db_index=True, null=True, default=None)
    synonyms = models.TextField(null=True, default=None)
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
