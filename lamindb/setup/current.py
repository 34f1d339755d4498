"""The current user and the current instance of this process.

A process that has connected keeps its instance, whatever other processes load or close meanwhile. Before that, the instance
is chosen by flag, environment or project file, else it is the one that was loaded last.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamindb.errors import InstanceNotFound, InstanceNotLoaded
from lamindb.setup import instances, layers, locations, users

if TYPE_CHECKING:
    from lamindb.setup.instances import InstanceSettings
    from lamindb.setup.storages import StorageSettings
    from lamindb.setup.users import UserSettings

NOT_LOADED = "No instance is loaded! Call `lamin init` or `lamin load`"
NOT_SET_UP = "You haven't yet setup an instance: Please call `ln.setup.init()` or `ln.setup.load()`"


class Settings:
    """The current user, instance and storage."""

    def __init__(self) -> None:
        self._user: tuple[tuple[str | None, ...], UserSettings] | None = None
        self._pinned: InstanceSettings | None = None

    @property
    def user(self) -> UserSettings:
        """The user who is logged in, else the local user who stands in; a process keeps its user with its instance."""
        if self._user is None or (self._pinned is None and self._user[0] != _user_key()):
            self._user = (_user_key(), users.current_user())
        return self._user[1]

    @property
    def instance(self) -> InstanceSettings:
        """The instance of this process.

        Raises:
            InstanceNotLoaded: There is none.
            InvalidSettings: Its settings file can't be understood.
        """
        return self._pinned or choose_instance().instance

    @property
    def storage(self) -> StorageSettings:
        """The default storage location of the instance."""
        return self.instance.storage

    @property
    def _instance_exists(self) -> bool:
        try:
            return bool(self.instance)
        except RuntimeError:
            return False

    @property
    def owner(self) -> str:
        """The handle under which the current user owns instances on this machine."""
        return users.current_user().handle or ""

    def pin(self, instance: InstanceSettings | None) -> None:
        """Keep an instance for this process; None to choose again."""
        self._pinned = instance
        self.forget_user()

    def stand_for(self, user: UserSettings) -> None:
        """Use another id or handle for the current user, as the connected instance knows them."""
        self._user = (_user_key(), user)

    def forget_user(self) -> None:
        """Read the user again when next asked."""
        self._user = None

    def __repr__(self) -> str:
        words = repr(self.instance) if self._instance_exists else "No instance loaded: lamin load <instance>"
        return f"{self.user}\n{words}"


def _user_key() -> tuple[str | None, ...]:
    return (os.environ.get("LAMIN_ENV"), os.environ.get("LAMIN_SETTINGS_DIR"))


@dataclass(frozen=True)
class ChosenInstance:
    """An instance and where the choice comes from."""

    instance: InstanceSettings
    origin: str


def choose_instance() -> ChosenInstance:
    """The instance that a fresh process of this shell works with.

    Raises:
        InstanceNotLoaded: There is none.
        InstanceNotFound: The one that was chosen isn't known on this machine.
        InvalidSettings: Its settings file can't be understood.
    """
    above = layers.choose_above_user("instance")
    if above.value is not None:
        return _named(above)
    if locations.find_settings_dir() is not None:
        path = locations.current_instance_file()
        if os.path.exists(path):  # noqa: PTH110 - False also if the folder may not be read
            return ChosenInstance(instances.read_instance(path, overridable=True), f"loaded ({path})")
    own = layers.choose("instance")
    if own.value is not None:
        return _named(own)
    from_environment = instances.from_environment()
    if from_environment is not None:
        return ChosenInstance(from_environment, "environment (LAMINDB_INSTANCE_*)")
    raise InstanceNotLoaded(NOT_LOADED)


def _named(choice: layers.Choice) -> ChosenInstance:
    assert choice.value is not None
    try:
        _, instance = instances.find_instance(choice.value, owner=settings.owner)
    except InstanceNotFound as error:
        msg = f"The instance {choice.value!r} from {choice.origin} is not known: {error}"
        raise InstanceNotFound(msg) from None
    return ChosenInstance(instance, choice.origin)


settings = Settings()
"""The current user, instance and storage of this process."""
