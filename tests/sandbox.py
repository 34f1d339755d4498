"""A user's account in a temporary folder, in which commands and scripts run as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent


def isolated_environment(home: Path, **changes: str) -> dict[str, str]:
    """Environment variables of a user whose home is ``home``, and who has none of this user's settings."""
    inherited = {name: value for name, value in os.environ.items() if not _is_personal(name)}
    python_path = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "lamindb" / "_shims")])
    return inherited | {
        "HOME": str(home),
        "LAMIN_SETTINGS_DIR": str(home / ".lamin"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "PYTHONPATH": python_path,
        "PYTHONDONTWRITEBYTECODE": "",
        **changes,
    }


def _is_personal(name: str) -> bool:
    return name.startswith(("LAMIN", "AWS_", "GOOGLE_", "DJANGO_", "PYTEST_")) or name == "DATABASE_URL"


@dataclass
class Sandbox:
    """A user with a home of their own.

    ``python`` and ``lamin`` run to the end and return the completed process, its output as text.
    """

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.environment = isolated_environment(self.home, **self.environment)

    def python(self, code: str, *, check: bool = True, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run Python code in a new process in the user's home."""
        return self._run([sys.executable, "-c", code], check=check, timeout=timeout)

    def lamin(
        self, *arguments: str, answers: str = "", check: bool = True, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a ``lamin`` command in a new process in the user's home; ``answers`` are its standard input."""
        start = "import sys; from lamindb.cli import main; sys.exit(main())"
        return self._run([sys.executable, "-c", start, *arguments], answers=answers, check=check, timeout=timeout)

    def _run(
        self, command: list[str], *, check: bool, timeout: float, answers: str = ""
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            cwd=self.home,
            env=self.environment,
            input=answers,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode:
            msg = f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
            raise AssertionError(msg)
        return done
