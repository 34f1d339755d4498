"""Registries of packages keep their rules of deletion, however many records are deleted at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.plugins.test_mounted import run

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

RULES = """
from django.db import connection, models, transaction
from lnschema_core.models import Registry

def first():
    return Shelf.filter(name="first").one().pk

def registry(label, /, **fields):
    meta = type("Meta", (), {"app_label": "lnschema_assays"})
    made = type(label, (Registry,), {"__module__": "lnschema_assays.models", "Meta": meta, **fields})
    with connection.schema_editor() as editor:
        editor.create_model(made)
    return made

def name():
    return models.CharField(max_length=64, unique=True)

Shelf = registry("Shelf", name=name())
"""


def test_rules_of_foreign_keys(lab: Sandbox) -> None:
    """Keys of texts; what refers to deleted records goes along, is emptied, gets the default or another value, or refuses."""
    out = run(
        lab,
        RULES
        + """
Vial = registry("Vial", id=models.CharField(max_length=8, primary_key=True), name=name(),
    shelf=models.ForeignKey(Shelf, models.CASCADE), spare=models.ForeignKey(Shelf, models.SET_NULL, null=True, related_name="+"))
Drop = registry("Drop", name=name(), vial=models.ForeignKey(Vial, models.CASCADE, to_field="name", null=True))
Stain = registry("Stain", name=name(), vial=models.ForeignKey(Vial, models.SET_DEFAULT, default="kept", related_name="+"),
    shelf=models.ForeignKey(Shelf, models.SET(first), related_name="+"), drop=models.ForeignKey(Drop, models.RESTRICT, null=True))
Note = registry("Note", name=name(), vial=models.ForeignKey(Vial, models.DO_NOTHING, null=True, db_constraint=False))

def fill():
    ln.save([Shelf(name=word) for word in ("first", "second")])
    first, second = Shelf.filter().order_by("name")
    ln.save([Vial(id="kept", name="kept", shelf=first, spare=second)])
    ln.save([Vial(id=f"v{n}", name=f"vial {n}", shelf=second, spare=first) for n in range(130)])
    vials = Vial.filter(shelf=second)
    ln.save([Drop(name=f"drop {n}", vial=vial) for n, vial in enumerate(vials)])
    ln.save([Stain(name=f"stain {n}", vial=vial, shelf=second) for n, vial in enumerate(vials)])
    ln.save([Note(name=f"note {n}", vial=vial) for n, vial in enumerate(vials)])

def outcome(delete, registry, **which):
    with transaction.atomic():
        try:
            gone = delete(registry.filter(**which))
        except models.RestrictedError as error:
            gone = (error.args[0], {one.name for one in error.restricted_objects})
        left = [sorted(map(str, each.filter().values_list())) for each in (Shelf, Vial, Drop, Stain, Note)]
        transaction.set_rollback(True)
    return gone, left

def check(registry, **which):
    expected = outcome(models.QuerySet.delete, registry, **which)
    assert outcome(lambda records: records.delete(), registry, **which) == expected
    return expected[0]

fill()
assert check(Vial, name__startswith="vial") == (260, {"lnschema_assays.Drop": 130, "lnschema_assays.Vial": 130})
assert check(Shelf, name="second") == (261, {"lnschema_assays.Drop": 130, "lnschema_assays.Vial": 130, "lnschema_assays.Shelf": 1})
assert Stain.filter(vial_id="kept").count() == 0
Stain.filter().update(drop=Drop.filter(name="drop 7").one())
refusal, restricted = check(Vial, name__startswith="vial")
assert "restricted foreign keys: 'Stain.drop'" in refusal and len(restricted) == 130
print(Vial.filter(name__startswith="vial").count())
for each in (Note, Stain, Drop, Vial, Shelf):
    with connection.schema_editor() as editor:
        editor.delete_model(each)
""",
    )
    assert out.splitlines()[-1] == "130"


def test_registry_that_extends_another_one(lab: Sandbox) -> None:
    """The rows of both tables go."""
    run(
        lab,
        """
        from lnschema_assays.models import Assay, Screen
        for number in range(120):
            Screen(name=f"deleted {number}", library="Brunello").save()
        total, gone = Screen.filter(library="Brunello", name__startswith="deleted").delete()
        assert (total, gone["lnschema_assays.Screen"], gone["lnschema_assays.Assay"]) == (240, 120, 120), gone
        assert not Assay.filter(name__startswith="deleted").exists()
        """,
    )
