"""A sentence as it travels to the pages."""

from typing import Union

from pydantic import BaseModel

from server.sentence import Sentence


class Told(BaseModel):
    """A sentence, which a page words by its key.

    Attributes:
        key: Names the sentence.
        values: What it tells of, by name.
        text: The sentence in English.
    """

    key: str
    values: dict[str, Union[str, int, float, "Told"]]
    text: str

    @staticmethod
    def of(sentence: Sentence) -> "Told":
        """Return a sentence as it travels."""
        values = {
            name: Told.of(value) if isinstance(value, Sentence) else value
            for name, value in sentence.values.items()
        }
        return Told(key=sentence.key, values=values, text=str(sentence))

    @staticmethod
    def of_any(sentence: Sentence | None) -> "Told | None":
        """Return a sentence as it travels; None if there is none."""
        return None if sentence is None else Told.of(sentence)

    @property
    def sentence(self) -> Sentence:
        """The sentence that travelled."""
        values = {
            name: value.sentence if isinstance(value, Told) else value
            for name, value in self.values.items()
        }
        return Sentence(self.key, values)
