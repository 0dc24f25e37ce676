"""Values kept in a JSON file that is whole at any time."""

import os
import shutil
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

Content = TypeVar("Content", bound=BaseModel)

DAMAGED = ".damaged"
"""Is added to the name of a file that cannot be read, when another takes its place."""

BEFORE = ".before"
"""Is added to the name of a file that is kept beside one that takes its place."""


class KeptFile(Generic[Content]):
    """One file and its content.

    Attributes:
        path: The file, which is made with the first save.
        content: As it was saved last.
        damage: Why the file could not be read; empty if it could.
    """

    def __init__(self, path: Path, empty: Content, name: str) -> None:
        """Read the file.

        Args:
            path: The file.
            empty: Content where there is no file, or a damaged one.
            name: What is kept there, for people.
        """
        self.path = path
        self.damage = ""
        self.content = self._read(empty, name)

    def save(self, content: Content) -> None:
        """Put a content in the place of the one before; a damaged file is kept beside it.

        Raises:
            OSError: If it cannot be written; all stays as it was.
        """
        unfinished = self.path.with_suffix(".part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("w", encoding="utf-8") as file:
                file.write(content.model_dump_json(indent=1))
                file.flush()
                os.fsync(file.fileno())
            if self.damage and self.path.exists():
                self.path.replace(self.path.with_suffix(self.path.suffix + DAMAGED))
            unfinished.replace(self.path)
        except OSError as error:
            reason = error.strerror or error
            raise OSError(f"{self.path}: cannot be written: {reason}") from error
        self.content, self.damage = content, ""

    def copy_aside(self) -> None:
        """Keep the file of now under another name as well, if there is one.

        Raises:
            OSError: If that cannot be written.
        """
        if self.path.exists():
            shutil.copyfile(self.path, self.path.with_suffix(self.path.suffix + BEFORE))

    def _read(self, empty: Content, name: str) -> Content:
        try:
            return type(empty).model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return empty
        except OSError as error:
            reason = str(error.strerror or error)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            reason = ".".join(str(part) for part in (*first["loc"], "")) + f" {first['msg']}"
        self.damage = f"{self.path}: expected {name}, got: {reason.strip()}"
        return empty
