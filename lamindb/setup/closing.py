"""``close``: no instance is the current one any more."""

from __future__ import annotations

from lamindb import log
from lamindb.errors import InstanceNotLoaded, InvalidSettings
from lamindb.setup import connection, current, envfile, instances, layers, locations


def close(mute: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature in the public API
    """Close the current instance. Works also if its settings file is broken.

    An instance that another process loaded meanwhile stays the current one of new processes.

    Args:
        mute: Don't say so.
    """
    with log.silent_if(mute):
        try:
            identifier = current.settings.instance.identifier
        except InstanceNotLoaded:
            identifier = None
        except RuntimeError as error:
            log.warning(str(error))
            identifier = "the current instance"
        connection.disconnect()
        was_loaded = _clear_marker(identifier)
        if identifier is None and not was_loaded:
            log.info("no instance loaded")
            return
        log.success(f"closed instance: {identifier}")
        choice = layers.choose_above_user("instance")
        if choice.value is not None:
            log.warning(f"{choice.value} remains the instance of this shell, as {choice.origin} says")


def _clear_marker(identifier: str | None) -> bool:
    """Remove the file that says which instance is loaded, unless it says another one."""
    if locations.find_settings_dir() is None:
        return False
    path = locations.current_instance_file()
    try:
        loaded = instances.read_instance(path, overridable=True).identifier
    except FileNotFoundError:
        return False
    except InvalidSettings:
        loaded = None
    if loaded is not None and identifier not in {None, loaded}:
        return False
    envfile.remove(path)
    return True
