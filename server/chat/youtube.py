"""The live chat of YouTube, as its official interface tells it. No socket lives here.

References:
    https://developers.google.com/youtube/v3/live/docs/liveChatMessages/list,
    https://developers.google.com/youtube/v3/docs/videos/list. A list of messages costs 5 units, of
    which an account has 10,000 a day.
"""

import json
from typing import Any, NamedTuple
from urllib.parse import urlencode

from motion.errors import SourceError
from server.chat.chat_line import ChatLine

ADDRESS = "https://www.googleapis.com/youtube/v3"

LEAST_WAIT = 6.0
"""Seconds between two lists: 2,000 a day, which lasts for more than three hours."""

LONGEST_WAIT = 60.0
"""Seconds that the server may ask to wait for."""


class ChatPage(NamedTuple):
    """What one list of messages tells.

    Attributes:
        lines: New lines, in order.
        next_page: Where the next list begins.
        wait: Seconds until it should be asked for.
    """

    lines: list[ChatLine]
    next_page: str
    wait: float


def chat_query(video: str, key: str) -> str:
    """Return the path that asks for the chat of a video."""
    return "videos?" + urlencode({"part": "liveStreamingDetails", "id": video, "key": key})


def read_chat(answer: str) -> str:
    """Return the id of the chat of a video.

    Raises:
        SourceError: If the video is not live, or the answer is none of the interface.
    """
    try:
        details = _json(answer)["items"][0]["liveStreamingDetails"]
        return str(details["activeLiveChatId"])
    except (KeyError, IndexError, TypeError) as error:
        raise SourceError(
            "expected a video that is live with a chat, got another or none"
        ) from error


def page_query(chat: str, page: str, key: str) -> str:
    """Return the path that asks for the messages of a chat, without their authors' names."""
    # The snippet holds the author's channel: no names and pictures need to come.
    asked = {"liveChatId": chat, "part": "snippet", "maxResults": "2000", "key": key}
    return "liveChat/messages?" + urlencode(asked | ({"pageToken": page} if page else {}))


def read_page(answer: str) -> ChatPage:
    """Return what a list of messages tells; items of other kinds are passed over.

    Raises:
        SourceError: If the chat is over, or the answer is none of the interface.
    """
    page = _json(answer)
    if "offlineAt" in page:
        raise SourceError("expected a live chat, got one that is over")
    try:
        snippets = [item["snippet"] for item in page["items"]]
        lines = [
            ChatLine(str(each["authorChannelId"]), str(each["displayMessage"]))
            for each in snippets
            if each.get("type") == "textMessageEvent" and each.get("hasDisplayContent", True)
        ]
        wait = float(page["pollingIntervalMillis"]) / 1000
        return ChatPage(lines, str(page["nextPageToken"]), _within(wait))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise SourceError(f"expected a list of messages, got one without {error}") from error


def read_error(answer: str, status: int) -> str:
    """Return why the interface refused, as it names the reason itself."""
    try:
        error = json.loads(answer)["error"]
        reason = error["errors"][0]["reason"] if error.get("errors") else error["status"]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        reason = "no reason"
    return f"expected an answer of YouTube, got {status}: {str(reason)[:60]}"


def _within(wait: float) -> float:
    return min(max(wait, LEAST_WAIT), LONGEST_WAIT) if wait == wait else LEAST_WAIT


def _json(answer: str) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except ValueError as error:
        raise SourceError(f"expected JSON of YouTube, got {answer[:60]!r}") from error
    if not isinstance(found, dict):
        raise SourceError(f"expected an object of YouTube, got {answer[:60]!r}")
    return found
