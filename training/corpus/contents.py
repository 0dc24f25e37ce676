"""What is danced or done in a clip, apart from how: a few contents for the actions of data sets.

Emotion and content are two things. A style's running clips say how one runs, and little about
the emotion; so what they teach is content.
"""

import re
from collections.abc import Mapping

DANCE, WALK, RUN, GESTURE, MARTIAL = CONTENTS = ("dance", "walk", "run", "gesture", "martial")
"""Contents that clips can have; of others nothing is known."""

EMOTIONLESS = (RUN,)
"""Contents whose clips say nothing about an emotion, whatever their style."""

_PATTERNS = {
    DANCE: r"dance|dancing|ballet|salsa|pirouette|jete|arabesque|attitude|pli[eé]|glissade|"
    r"rond de jambe|michael jackson",
    RUN: r"\b(run|running|jog|dash|sprint)",
    WALK: r"\b(walk|march|stride|strut)",
    MARTIAL: r"karate|martial|punch|kick|slash|box|sword|strike|chop|fence",
    GESTURE: r"\b(bow|bye|byebye|guide|call|respond|raise|wave|gesture|point|beckon)\b",
}


def content_of(labels: Mapping[str, str]) -> str:
    """Return the content of a clip by its labels, empty where nothing is known.

    Args:
        labels: Labels of the clip; `content` names an action, in the words of its data set.
    """
    action = labels.get("content", "").lower()
    found = [content for content, pattern in _PATTERNS.items() if re.search(pattern, action)]
    return found[0] if found else ""


def emotion_of(labels: Mapping[str, str]) -> str:
    """Return the emotion that a clip teaches, empty where it teaches none; see `EMOTIONLESS`."""
    return "" if content_of(labels) in EMOTIONLESS else labels.get("emotion", "")
