"""What a clip shows, in words.

Texts are those that came with it, else a description, else its content and style, said as an
annotator would.
"""

import re
from collections.abc import Mapping

TEXT = "text"
"""Label with the texts of a clip, one to a line."""

CONTENT_TEXTS: Mapping[str, tuple[str, ...]] = {
    "raise-up-left-hand": ("raise the left hand", "a person raises the left arm"),
    "raise-up-right-hand": ("raise the right hand", "a person raises the right arm"),
    "raise-up-both-hands": ("raise both hands", "a person raises both arms above the head"),
    "run": ("run", "a person runs", "jogging forward"),
    "dash": ("dash", "a person sprints", "run fast"),
    "walk": ("walk", "a person walks forward", "walking"),
    "walk-back": ("walk backwards", "a person steps back"),
    "walk-left": ("walk to the left", "a person steps sideways to the left"),
    "walk-right": ("walk to the right", "a person steps sideways to the right"),
    "walk-turn-left": ("walk and turn left", "a person walks and turns to the left"),
    "walk-turn-right": ("walk and turn right", "a person walks and turns to the right"),
    "wave-both-hands": ("wave both hands", "a person waves with both arms"),
    "wave-left-hand": ("wave the left hand", "a person waves with the left arm"),
    "wave-right-hand": ("wave the right hand", "a person waves with the right arm"),
    "bow": ("bow", "a person bows", "bend forward to greet"),
    "bye": ("wave goodbye", "a person says bye with a hand"),
    "byebye": ("wave goodbye with both hands", "a person waves bye bye"),
    "guide": ("show the way", "a person points the way with a hand"),
    "call": ("call somebody over", "a person beckons"),
    "respond": ("respond", "a person answers with a gesture"),
    "punch": ("punch", "a person boxes", "hit with the fist"),
    "kick": ("kick", "a person kicks with the leg"),
    "slash": ("slash", "a person strikes with a sword"),
    "dance-short": ("dance", "a person dances"),
    "dance": ("dance", "a person dances"),
}
"""Texts for the contents that data sets name by a word."""

STYLE_WORDS: Mapping[str, str] = {
    "old": "old",
    "elderly": "old",
    "childish": "like a child",
    "youthful": "young",
    "giant": "like a giant",
    "musical": "to music",
    "chimpira": "swaggering",
}
"""Styles that are no emotions but can be said."""

_OTHER_SIDE = {"left": "right", "right": "left"}


def texts_of(labels: Mapping[str, str]) -> list[str]:
    """Return the texts of a clip by its labels; none where nothing is known."""
    if TEXT in labels:
        return [line for line in labels[TEXT].splitlines() if line.strip()]
    if "description" in labels:
        return [" ".join(re.split(r"[\s/-]+", labels["description"].lower()))]
    texts = CONTENT_TEXTS.get(labels.get("content", ""), ())
    style = STYLE_WORDS.get(labels.get("style", ""))
    return [f"{text}, {style}" if style else text for text in texts]


def mirrored(text: str) -> str:
    """Return the text of a clip's mirror image: left and right change places."""
    return re.sub(r"\b(left|right)\b", lambda side: _OTHER_SIDE[side[0]], text)
