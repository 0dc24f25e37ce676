"""A ledger of the looks that the second judge has had at models.

A judge that looks often selects, and whoever selects by a judge overfits it. So the looks are
counted, where everybody sees it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from motion.errors import BhavaError
from motion.model.contract import CONTRACT_FILE, GRAPH_FILE


@dataclass(frozen=True)
class Look:
    """The looks at one model.

    Attributes:
        model: Name of the model.
        fingerprint: Changes with its weights and its contract.
        looks: How often it was looked at.
    """

    model: str
    fingerprint: str
    looks: int


def fingerprint_of(folder: Path) -> str:
    """Return sixteen hexadecimal digits that tell a model folder from any other."""
    digest = hashlib.sha256()
    for name in (GRAPH_FILE, CONTRACT_FILE):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]


def read_looks(ledger: Path) -> list[Look]:
    """Return all looks so far; none if the ledger has not been begun.

    Raises:
        BhavaError: If the file is no ledger.
    """
    if not ledger.exists():
        return []
    try:
        return [Look(**entry) for entry in json.loads(ledger.read_text("utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise BhavaError(f"{ledger}: expected a ledger of looks, got {error!r}") from error


def count_look(ledger: Path, model: str, fingerprint: str) -> Look:
    """Count one more look at a model in a ledger, which is begun if absent; return the model's.

    Raises:
        BhavaError: If the file is no ledger.
    """
    looks = read_looks(ledger)
    before = sum(one.looks for one in looks if one.fingerprint == fingerprint)
    counted = Look(model, fingerprint, before + 1)
    _write(ledger, [*(one for one in looks if one.fingerprint != fingerprint), counted])
    return counted


def _write(ledger: Path, looks: Sequence[Look]) -> None:
    ledger.parent.mkdir(parents=True, exist_ok=True)
    draft = ledger.with_suffix(".tmp")
    draft.write_text(json.dumps([asdict(look) for look in looks], indent=1) + "\n", "utf-8")
    draft.replace(ledger)
