"""Schema packages that others wrote for 0.54 mount unmodified, and their registries work like those of core."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass

import pytest

from tests.conformance import laboratory
from tests.sandbox import Sandbox
from tests.servers import postgres
from tests.setup.plugins import add_plugin


def add_laboratory(sandbox, init=laboratory.INIT):
    """Put the package of a lab where Python finds it."""
    add_plugin(sandbox, "lab", init=init, models=laboratory.MODELS, migrations=laboratory.MIGRATIONS)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A user with an instance that mounts the package of a lab; tests share it, and use names of their own."""
    user = Sandbox(tmp_path_factory.mktemp("lab") / "home")
    add_laboratory(user)
    user.lamin("init", "--storage", "storage", "--schema", "lab")
    return user


@dataclass(frozen=True)
class Lazy:
    """A user with a package that loads its registries at first use, and what was said when its instance was made."""

    user: Sandbox
    said: str


@pytest.fixture(scope="module")
def lazy(tmp_path_factory):
    """A package that was imported before there was an instance, in the process that made the instance."""
    user = Sandbox(tmp_path_factory.mktemp("lazy") / "home")
    add_laboratory(user, laboratory.LAZY_INIT)
    done = user.python(
        "import lnschema_lab\n"
        "try:\n    lnschema_lab.Experiment\nexcept (KeyError, AttributeError) as error:\n    print(repr(error))\n"
        "import lamindb as ln; ln.setup.init(storage='storage', schema='lab')\n"
        "print(lnschema_lab.Experiment(name='x').name)"
    )
    return Lazy(user, done.stdout)


def run(sandbox, code):
    """Run a script; what it prints."""
    return sandbox.python("import lamindb as ln\n" + textwrap.dedent(code)).stdout


# -- mounting ---------------------------------------------------------------------------------------------------------


def test_package_is_mounted_with_all_its_migrations(lab):
    """Ten of them, on top of core's; models, migrations and database agree, and tables have their names."""
    assert lab.lamin("migrate", "check").stdout.splitlines()[-1] == "✅ models, migrations and database agree"
    assert "- schema: {'lab'}" in lab.lamin("info").stdout.splitlines()
    run(
        lab,
        """
        ln.File
        from django.db import connection
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM django_migrations WHERE app = 'lnschema_lab' ORDER BY name")
            names = [name for name, in cursor.fetchall()]
        assert len(names) == 10 and names[0] == "0001_initial" and names[-1] == "0010_rename_platewell_well", names
        tables = {name for name in connection.introspection.table_names() if name.startswith("lnschema_lab_")}
        assert tables == {f"lnschema_lab_{name}" for name in (
            "experimenttype experiment experiment_files experiment_datasets well well_files well_datasets treatmenttarget "
            "treatmenttarget_files treatment treatment_targets treatment_files treatment_datasets biosample biosample_files "
            "biosample_datasets techsample techsample_biosamples").split()}, tables
        assert ln.setup.migrate.check() is True
        assert ln.setup.settings.instance.schema == {"lab"}
        """,
    )


def test_package_imported_without_an_instance_says_so_and_gets_its_names_later(lazy):
    """It is importable, warns when a registry is asked for, and has its registries once an instance mounts it."""
    assert "You haven't yet setup an instance: Please call `ln.setup.init()` or `ln.setup.load()`" in lazy.said
    assert lazy.said.splitlines()[-1] == "x"


@pytest.mark.parametrize(
    "first",
    [
        "import lnschema_lab as l1; Experiment = l1.Experiment",
        "import lamindb as ln; import lnschema_lab as l1; ln.File; Experiment = l1.Experiment",
        "from lnschema_lab import Experiment",
        "from lnschema_lab.models import Experiment",
        "from lnschema_core.models import File; import lnschema_lab; Experiment = lnschema_lab.models.Experiment",
    ],
)
def test_package_with_a_lazy_gate_is_entered_by_any_door(lazy, first):
    """A package that defines ``__getattr__``, connects through the gate and deletes it when its registries are there."""
    code = f"{first}\nExperiment(name={first!r}).save(); print(Experiment.filter(name={first!r}).count())"
    assert lazy.user.python(code).stdout.splitlines()[-1] == "1"


def test_database_of_the_earlier_release_is_up_to_date(sandbox):
    """Its migrations are recorded under their old names; nothing is missing, and deploying changes nothing."""
    add_laboratory(sandbox)
    sandbox.lamin("init", "--storage", "storage", "--schema", "lab")
    run(
        sandbox,
        """
        ln.File
        from django.db import connection
        from django.db.migrations.loader import MigrationLoader
        loader = MigrationLoader(connection)
        (squashed,) = [one for key, one in loader.disk_migrations.items() if one.replaces and key[0] == "lnschema_core"
                       and key[1].startswith("0001")]
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'lnschema_core' AND name = %s", [squashed.name])
            assert ("lnschema_core", "0019_dataset_reference_dataset_reference_type_and_more") in squashed.replaces
            for app, name in squashed.replaces:
                cursor.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", [app, name])
                cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, '2023-09-18')", [app, name])
        """,
    )
    out = run(sandbox, "import lnschema_lab; lnschema_lab.Experiment(name='x').save(); print(ln.setup.migrate.check())")
    assert out.splitlines()[-1] == "True"
    assert "misses the following migrations" not in out
    assert sandbox.lamin("migrate", "deploy").stdout == "✅ database already up-to-date with migrations!\n"


# -- registries -------------------------------------------------------------------------------------------------------


def test_registries_follow_the_rules_of_core(lab):
    """Constructors, required fields, choices, defaults, representation, queries, protection."""
    run(
        lab,
        """
        import pytest
        from django.db import IntegrityError
        from django.db.models import ProtectedError
        from lnschema_lab import Biosample, Experiment, ExperimentType, Techsample, Treatment, TreatmentTarget, Well
        from lnschema_lab.models import TreatmentSystem

        kind = ExperimentType(name="rules kind")
        kind.save()
        experiment = Experiment(name="rules", experiment_type=kind)
        experiment.save()
        assert (len(kind.id), len(experiment.id)) == (4, 8)
        assert experiment.created_by.handle == ln.setup.settings.user.handle
        assert experiment in ln.User.filter().one().created_experiments.all()
        assert repr(experiment).startswith(f"Experiment(id='{experiment.id}', name='rules', updated_at="), experiment
        assert repr(experiment).endswith(f", experiment_type_id='{kind.id}', created_by_id='{experiment.created_by_id}')")
        assert Experiment.__get_schema_name__() == "lab"
        assert Experiment.__get_name_with_schema__() == "lab.Experiment"
        assert isinstance(Experiment.name, ln.dev.fields.FieldAttr) and repr(Experiment.name) == "FieldAttr(Experiment.name)"
        assert Experiment(name="rules") == experiment
        for wrong, text in (
            (lambda: Treatment(name="x"), r"\\['system'\\] are required\\."),
            (lambda: Experiment(name="x", bogus=1), r"Experiment\\(\\) got unexpected keyword arguments: 'bogus'"),
        ):
            with pytest.raises(TypeError, match=text):
                wrong()
        with pytest.raises(ValueError, match="please provide keyword arguments, not plain arguments"):
            Experiment("x")
        assert [choice for choice, _ in Treatment._meta.get_field("system").choices] == ["CRISPR Cas9", "CRISPRi", "siRNA"]
        treatment = Treatment(name="rules", type="genetic", system=TreatmentSystem.siRNA.value)
        target = TreatmentTarget(name="rules")
        ln.save([treatment, target])
        treatment.targets.add(target)
        assert target.treatments.list("name") == treatment.targets.list("name") == ["rules"]
        Well(row="A", column=1).save()
        assert repr(Well.filter(row="A").one()).endswith("row='A', column=1)")
        from django.db import transaction
        with pytest.raises(IntegrityError), transaction.atomic():
            Well(row="A", column=1).save()
        sample = Biosample(name="rules", batch="b1")
        technical = Techsample(name="rules", batch="b2")
        ln.save([sample, technical])
        technical.biosamples.add(sample)

        assert Experiment.filter(experiment_type__name="rules kind").one() == experiment
        assert Biosample.filter(techsamples__name="rules").one() == sample
        assert Experiment.select(name="rules").one() == experiment
        assert Experiment.lookup().rules == experiment
        assert Experiment.search("rule").loc["rules", "id"] == experiment.id
        frame = Treatment.filter(name="rules").df(include="targets__name")
        assert frame["targets__name"].tolist() == [["rules"]] and frame.index.name == "id"
        assert Experiment.from_values(["rules", "nobody"]) == [experiment]
        for verb in ("validate", "inspect", "standardize", "add_synonym", "view_parents"):
            assert not hasattr(Experiment, verb), verb
        with pytest.raises(ProtectedError):
            kind.delete()
        """,
    )


def test_records_annotate_files_and_datasets(lab):
    """Through their accessors and as labels under features; queries and descriptions find them."""
    out = run(
        lab,
        """
        import pandas as pd
        import pytest
        from lnschema_lab import Biosample, Experiment, Well

        experiment, sample = Experiment(name="E1"), Biosample(name="B1")
        ln.save([experiment, sample])
        well = Well(row="H", column=12)
        well.save()
        feature = ln.Feature(name="of lab", type="category", registries=[Experiment])
        feature.save()
        assert feature.registries == "lab.Experiment"
        file = ln.File(pd.DataFrame({"x": [1]}), description="labelled")
        file.save()
        dataset = ln.Dataset(file, name="labelled")
        dataset.save()
        file.wells.add(well)
        assert ln.File.filter(wells__row="H").one() == well.files.one() == file
        file.labels.add(["E1"], feature)
        assert file.experiments.one() == experiment and experiment.files.one() == file
        file.labels.add(sample, feature)
        assert feature.registries == "lab.Experiment|lab.Biosample"
        found = file.labels.get(feature)
        assert {name: list(labels) for name, labels in found.items()} == {"lab.Experiment": [experiment], "lab.Biosample": [sample]}
        assert sorted(file.labels.get(feature, flat_names=True)) == ["B1", "E1"]
        dataset.labels.add(experiment, feature)
        assert dataset.experiments.one() == experiment and experiment.datasets.one() == dataset
        assert ln.File.filter(experiments=experiment).one() == file
        assert ln.Dataset.filter(experiments__name="E1").one() == dataset
        for name, accessor in (("Experiment", "experiments"), ("Well", "wells"), ("Treatment", "treatments"),
                               ("Biosample", "biosamples")):
            for host in (file, dataset):
                assert host.features._accessor_by_orm[f"lab.{name}"] == accessor
        assert file.features._accessor_by_orm["lab.TreatmentTarget"] == "treatment_targets"
        with pytest.raises(ValueError, match="Can't create feature sets from Experiment because it's not related to it!"):
            ln.FeatureSet([experiment])
        file.describe()
        """,
    )
    lines = out.splitlines()
    assert lines.count("❗ labels come from multiple registries!") == 1
    assert "    🔗 of lab (lab.Experiment|lab.Biosample)" in lines
    assert "        (1, lab.Experiment): 'E1'" in lines
    assert "  🏷️ biosamples (1, lab.Biosample): 'B1'" in lines


def test_registries_are_viewed_and_listed(lab):
    """In Python and on the command line."""
    out = run(
        lab,
        """
        from lnschema_lab import Techsample
        Techsample(name="listed", batch="b").save()
        ln.view(schema="lab", registries=["Techsample"])
        ln.view(registries=["Techsample", "User"])
        source = ln.schema.graph().source
        names = "Biosample Experiment ExperimentType Techsample Treatment TreatmentTarget Well"
        assert all(f"lab.{name}" in source for name in names.split())
        """,
    )
    assert out.count("listed") == 2
    assert "* module: core *" in out
    assert "* module: lab *" in out
    listed = json.loads(lab.lamin("list", "lab.Techsample", "--filter", "name=listed", "--json").stdout)
    assert [record["batch"] for record in listed["records"]] == ["b"]


# -- other shapes -----------------------------------------------------------------------------------------------------

MODERN = '''
"""Registries with all that core offers, defined through the public door of lamindb."""
from django.db import models

import lamindb as ln
from lnschema_core.models import CanValidate, HasParents, Registry


class Probe(Registry, HasParents, CanValidate):
    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=64, default=None, db_index=True, unique=True)
    synonyms = models.TextField(null=True, default=None)
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
    feature_sets = models.ManyToManyField("lnschema_core.FeatureSet", related_name="probes")
    files = models.ManyToManyField(ln.File, related_name="probes")
'''

MODERN_MIGRATION = """
import lnschema_core.models
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("lnschema_core", "0019_dataset_reference_dataset_reference_type_and_more")]
    operations = [
        migrations.CreateModel(
            name="Probe",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(db_index=True, default=None, max_length=64, unique=True)),
                ("synonyms", models.TextField(default=None, null=True)),
                ("feature_sets", models.ManyToManyField(related_name="probes", to="lnschema_core.featureset")),
                ("files", models.ManyToManyField(related_name="probes", to="lnschema_core.file")),
                ("parents", models.ManyToManyField(related_name="children", to="lnschema_my_demo.probe")),
            ],
            bases=(models.Model, lnschema_core.models.HasParents, lnschema_core.models.CanValidate),
        ),
    ]
"""

APPS = """
from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "lnschema_my_demo"
    verbose_name = "Probes"
"""


def test_package_with_an_app_and_an_empty_door_has_features_and_vocabulary(sandbox):
    """Mounted by its name with a dash: validation, hierarchy, feature sets and labels of its registry work."""
    package = add_plugin(sandbox, "my_demo", init="", models=MODERN, migrations={"0001_initial": MODERN_MIGRATION})
    (package / "apps.py").write_text(APPS)
    sandbox.lamin("init", "--storage", "storage", "--schema", "my-demo")
    out = run(
        sandbox,
        """
        import numpy as np, pandas as pd, anndata as ad
        from lnschema_my_demo.models import Probe
        assert ln.setup.migrate.check()
        probes = [Probe(name=f"p{number}", synonyms=f"s{number}") for number in range(3)]
        ln.save(probes)
        probes = Probe.filter().list()
        assert Probe.validate(["p0", "s0"]).tolist() == [True, False]
        assert Probe.standardize(["s1", "p2"]) == ["p1", "p2"]
        assert Probe.inspect(["p0", "s1", "x"], mute=True).synonyms_mapper == {"s1": "p1"}
        assert Probe.from_values(["s2"]) == [probes[2]]
        probes[0].add_synonym("more")
        assert Probe.standardize("more") == "p0"
        probes[0].parents.add(probes[1])
        assert probes[1].children.one() == probes[0] and probes[0].view_parents() is not None
        adata = ad.AnnData(np.ones((2, 2), dtype="float32"), var=pd.DataFrame(index=["p0", "p1"]))
        file = ln.File.from_anndata(adata, Probe.name, description="probed")
        file.save()
        var = file.feature_sets["var"]
        assert (var.registry, var.type, var.n) == ("my_demo.Probe", "number", 2)
        assert set(file.features["var"].list("name")) == set(var.probes.list("name")) == {"p0", "p1"}
        assert ln.FeatureSet.from_values(["p2"], Probe.name, type=int).type == "number"
        assert ln.File.filter(feature_sets__probes__name="p0").one() == file
        feature = ln.Feature(name="probe", type="category")
        feature.save()
        file.labels.add(probes[2], feature)
        assert file.labels.get(feature).one() == probes[2]
        ln.view(schema="my-demo")
        print(ln.setup.settings.instance.schema, Probe.__get_schema_name__())
        """,
    )
    assert out.splitlines()[-1] == "{'my-demo'} my_demo"
    assert "Probe" in out.splitlines()


@pytest.mark.postgres
def test_package_is_mounted_on_postgres(sandbox, postgres_server):
    """With its ten migrations; its records label files."""
    add_laboratory(sandbox)
    url = postgres.create_database(postgres_server, "laboratory")
    sandbox.lamin("init", "--storage", "storage", "--db", url, "--schema", "lab")
    out = run(
        sandbox,
        """
        import pandas as pd
        from lnschema_lab import Experiment, Well
        assert ln.setup.migrate.check()
        experiment = Experiment(name="E1")
        experiment.save()
        Well(row="A", column=1).save()
        feature = ln.Feature(name="of lab", type="category")
        feature.save()
        file = ln.File(pd.DataFrame({"x": [1]}), description="labelled")
        file.save()
        file.labels.add(experiment, feature)
        file.describe()
        print(ln.setup.settings.instance.name, file.labels.get(feature).one().name)
        """,
    )
    assert out.splitlines()[-1] == "laboratory E1"
    assert "  🏷️ experiments (1, lab.Experiment): 'E1'" in out.splitlines()


UNUSUAL = """
import uuid

from django.db import models
from lnschema_core.models import Dataset, File, LinkORM, Registry, ULabel


class Recorded(Registry):
    class Meta:
        abstract = True

    created_at = models.DateTimeField(auto_now_add=True)


class Measurement(Recorded):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    file = models.ForeignKey(File, models.PROTECT, related_name="measurements")
    label = models.ForeignKey(ULabel, models.CASCADE, null=True, default=None)
    values = models.JSONField(default=dict)


class Run(Recorded):
    name = models.CharField(max_length=20, default=None)
    files = models.ManyToManyField(File, through="FileRun", related_name="lab_runs")


class FileRun(Registry, LinkORM):
    file = models.ForeignKey(File, models.CASCADE)
    run = models.ForeignKey(Run, models.CASCADE)


class Position(Registry):
    number = models.IntegerField(default=None)
    files = models.ManyToManyField(File, related_name="positions")


class Hidden(Registry):
    name = models.CharField(max_length=20, default=None)
    files = models.ManyToManyField(File, related_name="+")


class NoRegistry(models.Model):
    files = models.ManyToManyField(File, related_name="no_registries")


class Open(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(is_open=True)


class Job(Registry):
    name = models.CharField(max_length=20, default=None)
    is_open = models.BooleanField(default=True)
    scope = models.CharField(max_length=20, null=True, default=None)
    follows = models.ForeignKey("self", models.CASCADE, null=True, default=None, related_name="followers")
    open = Open()
    objects = models.Manager()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.was_open = self.is_open
"""


WRITTEN = """
from django.db import models
from django.db.models.signals import m2m_changed, post_init
from django.dispatch import receiver
from lnschema_core.models import CanValidate, File, Registry


class LivingQuerySet(models.QuerySet):
    def living(self):
        return self.filter(is_alive=True)

    def delete(self):
        return self.update(is_alive=False)


class LivingManager(models.Manager.from_queryset(LivingQuerySet)):
    use_in_migrations = True

    def __init__(self, country=None):
        super().__init__()
        self.country = country

    def get_queryset(self):
        queryset = super().get_queryset().living()
        return queryset.filter(country=self.country) if self.country else queryset


class PlainManager(models.Manager):
    use_in_migrations = True


class MadeManager(models.Manager):
    def get_queryset(self):
        return LivingQuerySet(self.model, using=self._db)


class Animal(Registry, CanValidate):
    class Meta:
        default_manager_name = "objects"

    name = models.CharField(max_length=20, default=None)
    synonyms = models.TextField(null=True, default=None)
    is_alive = models.BooleanField(default=True)
    country = models.CharField(max_length=2, null=True, default=None)
    files = models.ManyToManyField(File, related_name="animals")
    objects = LivingQuerySet.as_manager()
    norwegian = LivingManager("no")
    plain = PlainManager()
    made = MadeManager()


class Visit(Registry):
    animal = models.ForeignKey(Animal, models.CASCADE, related_name="visits")
    is_alive = models.BooleanField(default=True)
    objects = LivingManager()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.was_made = True

    @classmethod
    def from_db(cls, db, field_names, values):
        record = super().from_db(db, field_names, values)
        record.loaded = dict(zip(field_names, values))
        return record


class Paper(File):
    class Meta:
        proxy = True

    def title(self):
        return self.description.upper()


@receiver(post_init)
def remember(sender, instance, **kwargs):
    if issubclass(sender, (Animal, File)):
        instance.first_seen = getattr(instance, "name", instance.__dict__.get("description"))


@receiver(m2m_changed, sender=Animal.files.through)
def remember_link(sender, instance, action, reverse, model, pk_set, **kwargs):
    LINKED.append((action, instance.description, reverse, model.__name__, len(pk_set or ())))


LINKED = []
"""


FILL = """
from django.db import migrations


def fill(apps, schema_editor):
    user = apps.get_model("lnschema_core", "User").objects.get()
    apps.get_model("lnschema_core", "ULabel").objects.create(name="of a migration", created_by=user)
    apps.get_model("lnschema_odd", "Hidden").objects.create(name="of a migration")


class Migration(migrations.Migration):
    dependencies = [
        ("lnschema_odd", "0001_initial"),
        ("lnschema_core", "0019_dataset_reference_dataset_reference_type_and_more"),
    ]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
"""


def test_package_under_development_gets_its_migrations(sandbox):
    """It is mounted without any, which are then created and deployed; whatever its models are, files can be described.

    One that is written by hand makes records of core, too. Managers have the verbs of registries, which look at all records
    whatever the first manager leaves out; a constructor of a package is asked for loaded records, too.
    """
    package = add_plugin(sandbox, "odd", init="", models=UNUSUAL, migrations={})
    (package / "migrations").mkdir()
    (package / "migrations" / "__init__.py").touch()
    sandbox.lamin("init", "--storage", "storage", "--schema", "odd")
    assert sandbox.lamin("migrate", "check", check=False).returncode == 1
    assert "0001_initial.py" in sandbox.lamin("migrate", "create").stdout
    (package / "migrations" / "0002_fill.py").write_text(FILL)
    assert sandbox.lamin("migrate", "deploy").stdout.splitlines()[-1] == "✅ deployed 2 migrations"
    assert "No changes detected" in sandbox.lamin("migrate", "create").stdout
    out = run(
        sandbox,
        """
        import pandas as pd
        from django.db.models import ProtectedError
        from lnschema_odd.models import Hidden, Measurement, NoRegistry, Position, Run
        assert ln.setup.migrate.check()
        label = ln.ULabel.filter(name="of a migration").one()
        assert len(label.id) == 8 and Hidden.filter().one().name == label.name
        file = ln.File(pd.DataFrame({"x": [1]}), description="x")
        file.save()
        measured, ran, position, hidden = Measurement(file=file), Run(name="r"), Position(number=3), Hidden(name="h")
        ln.save([measured, ran, position, hidden])
        other = NoRegistry.objects.create()
        for record in (ran, position, hidden, other):
            record.files.add(file)
        feature = ln.Feature(name="f", type="category")
        feature.save()
        file.labels.add(ran, feature)
        file.labels.add(position, feature)
        assert feature.registries == "odd.Run|odd.Position" and ln.Run.__get_name_with_schema__() == "core.Run"
        file.describe()
        assert file.measurements.one() == measured
        try:
            file.delete(storage=False)
        except ProtectedError:
            print("protected")
        ln.view(schema="odd")

        from lnschema_odd.models import Job

        first = Job(name="first job", is_open=False)
        ln.save([first])
        ln.save([Job(name="second job", follows=first), first])
        assert Job.filter().count() == len(Job.objects.all().df()) == 2
        assert Job.open.list("name") == first.followers.list("name") == ["second job"]
        assert Job.open.all().one().follows == Job(name="first job") == first
        assert Job.search("first job").index[0] == "first job"
        assert Job.from_values(["second job", "first job"], scope=None) == [*Job.open.all(), first]
        assert [job.was_open for job in Job.filter().order_by("name")] == [False, True]
        """,
    )
    lines = out.splitlines()
    assert "        (1, odd.Run): 'r'" in lines
    assert "  🏷️ positions (1, odd.Position): '1'" in lines
    assert "no_registries" not in out
    assert "protected" in lines


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A user with a package that writes managers, query sets, constructors and signals as Django has them; tests share it."""
    user = Sandbox(tmp_path_factory.mktemp("written") / "home")
    package = add_plugin(user, "written", init="", models=WRITTEN, migrations={})
    (package / "migrations").mkdir()
    (package / "migrations" / "__init__.py").touch()
    user.lamin("init", "--storage", "storage", "--schema", "written")
    user.lamin("migrate", "create")
    user.lamin("migrate", "deploy")
    return user


def test_managers_and_query_sets_of_a_package_have_the_verbs_of_registries(written):
    """They do what is written, whichever way they are made, and the same through relations; migrations know them again."""
    assert "No changes detected" in written.lamin("migrate", "create").stdout
    run(
        written,
        """
        import pickle
        import pandas as pd
        from lnschema_written.models import Animal, LivingManager, LivingQuerySet, Visit
        ln.save([
            Animal(name="moose", country="no"), Animal(name="elk", country="no", is_alive=False),
            Animal(name="panda", country="cn", synonyms="bear"),
        ])
        living = Animal.objects.living()
        assert isinstance(living, LivingQuerySet) and set(living.list("name")) == {"moose", "panda"}
        assert Animal.objects.filter(name="elk").one().country == "no" and Animal.objects["slot"] is None
        assert len(Animal.objects.df()) == len(Animal.plain.df()) == len(Animal.made.all().df()) == 3
        assert Animal.objects.standardize(["bear"]) == ["panda"] and Animal.made.lookup().elk.name == "elk"
        assert Animal.objects.search("moose").index[0] == "moose"
        assert isinstance(Animal.norwegian, LivingManager) and Animal.norwegian.country == "no"
        assert Animal.norwegian.list("name") == ["moose"]
        assert set(pickle.loads(pickle.dumps(living)).list("name")) == {"moose", "panda"}

        moose = Animal.norwegian.one()
        ln.save([Visit(animal=moose), Visit(animal=moose, is_alive=False)])
        assert len(moose.visits.df()) == 1
        file = ln.File(pd.DataFrame({"x": [1]}), description="of animals")
        file.save()
        feature = ln.Feature(name="animal", type="category")
        feature.save()
        file.labels.add(Animal.objects.all(), feature)
        assert set(file.animals.living().list("name")) == {"moose", "panda"} and len(file.animals.df()) == 3
        assert Animal.objects.filter(name="panda").delete() == 1
        assert not Animal.filter(name="panda").one().is_alive
        """,
    )


def test_loaded_records_are_told_to_a_package_like_new_ones(written):
    """By its constructor, by what it says of rows, and by signals, of records of core, too."""
    run(
        written,
        """
        import pandas as pd
        from lnschema_written.models import Animal, Visit
        Animal(name="wolf").save()
        wolf = Animal.filter(name="wolf").only("name").one()
        assert wolf.first_seen == "wolf" and wolf.get_deferred_fields() and wolf.is_alive
        assert Animal.lookup().wolf.first_seen == Animal.from_values(["wolf"])[0].first_seen == "wolf"
        visit = Visit(animal=wolf)
        visit.save()
        loaded = Visit.filter(pk=visit.pk).one()
        assert visit.was_made and loaded.was_made and loaded.loaded["animal_id"] == wolf.pk and loaded == visit
        file = ln.File(pd.DataFrame({"x": [2]}), description="of a wolf")
        file.save()
        assert file.first_seen == ln.File.filter(pk=file.pk).one().first_seen == "of a wolf"
        """,
    )


def test_labels_are_told_to_a_package_like_other_links(written):
    """Its receivers hear what ``file.labels.add`` links, once, as they hear of ``file.animals.add``."""
    run(
        written,
        """
        import pandas as pd
        from lnschema_written.models import LINKED, Animal
        cat = Animal(name="cat")
        cat.save()
        file = ln.File(pd.DataFrame({"x": [4]}), description="of a cat")
        file.save()
        feature = ln.Feature(name="pet", type="category")
        feature.save()
        file.labels.add(cat, feature)
        told = [*LINKED]
        assert told == [("pre_add", "of a cat", True, "Animal", 1), ("post_add", "of a cat", True, "Animal", 1)]
        file.labels.add(cat, feature)
        assert told == LINKED
        file.animals.clear()
        LINKED.clear()
        file.animals.add(cat)
        assert told == LINKED
        """,
    )


def test_proxy_of_files_works_like_files(written):
    """Its records are labelled, described, used by runs and found upstream; the class stays that of the package."""
    out = run(
        written,
        """
        import pandas as pd
        from lnschema_written.models import Animal, Paper
        paper = Paper(pd.DataFrame({"x": [3]}), description="of a fox")
        paper.save()
        fox = Animal(name="fox")
        fox.save()
        features = [ln.Feature(name=name, type="category") for name in ("subject", "author")]
        ln.save(features)
        for feature in features:
            paper.labels.add(fox, feature)
        assert paper.labels.get(features[1]).one() == fox
        paper.describe()
        ln.track(ln.Transform(name="reads papers", type="pipeline"))
        paper = Paper.filter(description="of a fox").one()
        assert paper.title() == "OF A FOX" and len(paper.load(is_run_input=True)) == 1
        assert ln.dev.run_context.run.input_files.one() == ln.File.filter(pk=paper.pk).one() == paper
        assert paper.pk in paper.view_flow().source
        """,
    )
    assert "    🔗 author (1, written.Animal): 'fox'" in out.splitlines()


CODES = """
from django.db import models
from lnschema_core.models import Registry


def next_code():
    return "c1"


class Coded(Registry):
    code = models.CharField(max_length=20, default=next_code)
"""


def test_package_is_entered_by_its_registries_when_its_database_is_behind(sandbox):
    """Its migrations name what is beside the registries; the database is said to be behind, and brought up to date."""
    package = add_plugin(sandbox, "codes", init="", models=CODES, migrations={})
    (package / "migrations").mkdir()
    (package / "migrations" / "__init__.py").touch()
    sandbox.lamin("init", "--storage", "storage", "--schema", "codes")
    sandbox.lamin("migrate", "create")
    out = run(
        sandbox,
        """
        from lnschema_codes.models import Coded
        assert Coded().code == "c1"
        ln.setup.migrate.deploy()
        Coded().save()
        assert Coded.filter().one().code == "c1"
        """,
    )
    assert "[<Migration lnschema_codes.0001_initial>]" in out.splitlines()


DEVICES = """
import uuid

from django.db import models
from lnschema_core.models import CanValidate, Registry


class Device(Registry, CanValidate):
    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=20, default=None)
    synonyms = models.TextField(null=True, default=None)
    bought = models.DateField(null=True, default=None)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True, default=None)
"""

USE_DEVICES = """
import datetime, decimal
from lnschema_devices.models import Device
ln.save([Device(name=f"device {n}", synonyms=f"d{n}", price=decimal.Decimal("9.50") + n) for n in range(3)])
first = Device.search("device 1", return_queryset=True)[0]
assert first.name == Device.search("d1").index[0] == "device 1" and Device.lookup().device_1 == first
first.bought = datetime.date(2023, 9, 1)
ln.save([first, Device(name="device 9")])
assert Device.filter(bought__year=2023).one() == first == Device.from_values([first.key], Device.key)[0]
assert Device.from_values([str(first.key)], Device.key) == Device.from_values(["2023-09-01"], "bought") == []
assert Device.inspect([str(first.key), first.key], "key").validated == [first.key]
assert Device.standardize(["2023-09-01"], field="bought") == ["2023-09-01"]
assert Device.validate([decimal.Decimal("9.50"), decimal.Decimal("9.51")], "price").tolist() == [True, False]
assert Device.standardize(["D2"]) == ["device 2"]
"""


def add_devices(sandbox, *arguments):
    """Make an instance that mounts a package whose keys are no texts."""
    package = add_plugin(sandbox, "devices", init="", models=DEVICES, migrations={})
    (package / "migrations").mkdir()
    (package / "migrations" / "__init__.py").touch()
    sandbox.lamin("init", "--storage", "storage", "--schema", "devices", *arguments)
    sandbox.lamin("migrate", "create")
    sandbox.lamin("migrate", "deploy")


def test_registry_with_keys_dates_and_prices(sandbox):
    """Its records are found, saved again and validated by values of any type; a text is none of them."""
    add_devices(sandbox)
    run(sandbox, USE_DEVICES)


@pytest.mark.postgres
def test_registry_with_keys_dates_and_prices_on_postgres(sandbox, postgres_server):
    """The same."""
    add_devices(sandbox, "--db", postgres.create_database(postgres_server, "devices"))
    run(sandbox, USE_DEVICES)
