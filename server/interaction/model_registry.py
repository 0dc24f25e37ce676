"""The models that a server can choose from, loaded when they are first asked for."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from motion.errors import BhavaError, ModelContractError
from motion.model.contract import CONTRACT_FILE
from motion.model.engine import Device, Engine
from motion.model.text import encoder
from server.sentence import Sentence, sentence_of
from server.telemetry.faults import Faults


class ModelRegistry:
    """Engines by name; one that is not there yet is loaded beside the show.

    Attributes:
        names: Names of all models, in the order of the alphabet.
        faults: Counts what nobody foresaw.
    """

    def __init__(
        self, load: Callable[[str], Engine], names: tuple[str, ...], faults: Faults
    ) -> None:
        """Begin with nothing loaded.

        Args:
            load: Reads a model of a name.
            names: Names of the models.
            faults: Counts unforeseen errors; others are told to who asks for the model.
        """
        self.names, self.faults = names, faults
        self._load = load
        self._loading: dict[str, Future[Engine]] = {}
        self._loader = ThreadPoolExecutor(1, "models")

    @staticmethod
    def from_folder(folder: Path, device: Device, faults: Faults) -> "ModelRegistry":
        """Return the models in a folder, a folder for each."""
        names = tuple(sorted(path.parent.name for path in folder.glob(f"*/{CONTRACT_FILE}")))

        def load(name: str) -> Engine:
            try:
                engine = Engine.load(folder / name, device)
                engine.contract.require_canonical()
            except ModelContractError as error:  # all who watch may read it, but no paths
                raise ModelContractError(str(error).replace(f"{folder}{os.sep}", "")) from error
            return engine

        return ModelRegistry(load, names, faults)

    def engine(self, name: str) -> Engine:
        """Return the engine of a model; waits while it is loaded.

        Raises:
            ModelContractError: If it cannot be loaded.
        """
        return self._future(name).result()

    def ready(self, name: str) -> bool:
        """Tell whether a model can be used at once; if not, it will be soon, or has failed."""
        future = self._future(name)
        return future.done() and future.exception() is None

    def failed(self, name: str) -> Sentence | None:
        """Return why a model cannot be loaded; None while nothing is known against it."""
        future = self._future(name)
        error = future.exception() if future.done() else None
        if error is None:
            return None
        return Sentence.of("unusable_model", model=name, reason=sentence_of(error))

    def forget(self, name: str) -> None:
        """Load a model that failed once more when it is next asked for."""
        self._loading.pop(name, None)

    def _future(self, name: str) -> Future[Engine]:
        if name not in self._loading:
            self._loading[name] = self._loader.submit(self._loaded, name)
        return self._loading[name]

    def _loaded(self, name: str) -> Engine:
        try:
            engine = self._load(name)
            if engine.contract.text_width:
                encoder(engine.contract.text_encoder)  # takes a while, and is then at hand
            return engine
        except BhavaError:
            raise
        except Exception as error:
            self.faults.count(f"model {name}", error)
            raise
