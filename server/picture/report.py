"""Says how a picture fares: its rate each second, and every trouble once."""

from collections.abc import Callable

from server.picture.player import Player


class Report:
    """Words for people at a terminal."""

    def __init__(
        self, player: Player, show: Callable[[str], None], tell: Callable[[str], None]
    ) -> None:
        """Begin before the first picture.

        Args:
            player: Player of the pictures.
            show: Function that takes the line of each second, in place of the one before.
            tell: Function that takes lines of their own.
        """
        self._player, self._show, self._tell = player, show, tell
        self._shown, self._trouble = 0, ""

    def each_second(self) -> None:
        """Say how the last second was."""
        player = self._player
        rate, self._shown = player.shown - self._shown, player.shown
        self._show(f"{rate} pictures a second to {player.title}, {player.skipped} skipped")
        if self._trouble != (trouble := player.trouble):
            self._trouble = trouble
            self._tell(trouble or f"{player.title} takes pictures again")
