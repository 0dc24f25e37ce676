import dataclasses

import numpy as np

from server.bench.siege import as_document, besiege
from server.bench.siege_attacks import TORN
from server.bench.siege_mishaps import SERVER
from server.bench.siege_outcome import Outcome, Span
from server.paths import MODELS

CALM = Span(2.0, 5.0, 40.0, 300.0, 60)


def test_what_a_viewer_saw_is_summed_up() -> None:
    made = np.arange(100) / 30
    age = np.where(np.arange(100) == 50, 0.5, 0.01)
    span = Span.from_frames(np.column_stack([made, age, 0 * made]), 3.0, 300.0, 60)
    assert (round(span.p50), round(span.gap)) == (10, 67)
    assert 10 < span.p99 < 500
    assert Span.from_frames(np.empty((0, 3)), 3.0, 300.0, 60).gap == 3000


def test_an_attack_that_costs_too_much_is_no_success() -> None:
    held = Outcome("calm", CALM, dataclasses.replace(CALM, p99=19.0, memory=319.0), CALM)
    late = Outcome("late", CALM, dataclasses.replace(CALM, p99=21.0), CALM)
    large = Outcome("large", CALM, dataclasses.replace(CALM, memory=321.0), CALM)
    ended = dataclasses.replace(held, complete=False)
    outcomes = (held, late, large, ended)
    assert [outcome.held for outcome in outcomes] == [True, False, False, False]
    assert [outcome.cells[-1] for outcome in outcomes] == ["yes", "no", "no", "ended early"]
    text = as_document([held, late, large], "a machine")
    assert "1 of 3 were held, on a machine." in text
    assert "| late | 2.0 / 2.0 / 2.0 | 5.0 / 21.0 / 5.0 | 40 / 40 / 40 |" in text


def test_a_server_is_attacked_and_lets_go_of_it_and_comes_back_when_it_is_killed() -> None:
    attacked, killed = besiege("default", ("idle connections", SERVER), share=0.2)
    assert attacked.under.files > attacked.before.files + 10
    assert attacked.after.files <= attacked.before.files + 2
    assert attacked.after.p50 < 1000
    assert killed.under.gap > 10 * killed.before.p50
    assert killed.after.files <= killed.before.files + 2
    assert not (MODELS / TORN).exists()
