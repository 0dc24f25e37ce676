import pytest

from training.corpus.labels import labels_of, parse_descriptions

DESCRIPTIONS = {(5, 2): "dance - expressive arms, pirouette", (7, 1): "walk"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "some/data/dataset-1_walk-left_not-confident_001.bvh",
            {
                "dataset": "bandai-namco-1",
                "content": "walk-left",
                "style": "not-confident",
                "emotion": "afraid",
                "group": "dataset-1_walk-left_not-confident_001",
            },
        ),
        (
            "dataset-2_raise-up-both-hands_elderly_057.bvh",
            {
                "dataset": "bandai-namco-2",
                "content": "raise-up-both-hands",
                "style": "elderly",
                "group": "dataset-2_raise-up-both-hands_elderly_057",
            },
        ),
        (
            "cmu/005/005_02.bvh",
            {
                "dataset": "cmu",
                "content": "dance",
                "description": "dance - expressive arms, pirouette",
                "group": "cmu_005_02",
            },
        ),
        (
            "waltzes/spring_dancer-A.bvh",
            {
                "dataset": "waltzes",
                "content": "dance",
                "piece": "spring",
                "dancer": "A",
                "group": "spring",
            },
        ),
        (
            "07_01.bvh",
            {"dataset": "cmu", "content": "walk", "description": "walk", "group": "cmu_007_01"},
        ),
        ("cmu/131/131_99.bvh", {"dataset": "cmu", "group": "cmu_131_99"}),
        (
            "a/perfume/B.bvh",
            {
                "dataset": "perfume",
                "content": "dance",
                "piece": "perfume",
                "dancer": "B",
                "group": "perfume",
            },
        ),
        ("mine/take 3.bvh", {"dataset": "mine", "group": "take 3"}),
        ("take.bvh", {"dataset": "unknown", "group": "take"}),
    ],
)
def test_paths_tell_labels(path, expected):
    assert labels_of(path, "bvh", DESCRIPTIONS) == expected


@pytest.mark.parametrize(
    ("style", "emotion"),
    [
        ("normal", "neutral"), ("happy", "happy"), ("sad", "sad"), ("angry", "angry"),
        ("proud", "proud"), ("not-confident", "afraid"), ("tired", "tired"),
        ("exhausted", "tired"), ("active", "excited"), ("musical", None), ("giant", None),
    ],
)  # fmt: skip
def test_styles_give_the_eight_emotions(style, emotion):
    labels = labels_of(f"dataset-1_walk_{style}_001.bvh", "bvh", {})
    assert labels.get("emotion") == emotion
    assert labels["style"] == style


def test_descriptions_are_read_from_the_cmu_index():
    text = '"Subject","Trial #","Motion Description"\n5,2,"dance - arms, turn"\n,,\n6,x,"no"\n7,1\n'
    assert parse_descriptions(text) == {(5, 2): "dance - arms, turn"}


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "Subject\n5\n", "\0\0"])
def test_another_csv_has_none(text):
    assert parse_descriptions(text) == {}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("g1-moves/J_Dance4_Broadway.bvh", {"content": "dance", "description": "broadway dance"}),
        ("g1-moves/M_Move10.bvh", {"content": "karate", "description": "karate"}),
        ("g1-moves/B_Fence1.bvh", {"content": "fence"}),
        (
            "cmu-indian-martial/indian_04.bvh",
            {"content": "dance", "description": "Indian classical dance"},
        ),
        ("cmu-indian-martial/martial_05.bvh", {"content": "martial arts"}),
        (
            "style100-emotions/elated.bvh",
            {"content": "walk", "style": "elated", "emotion": "happy"},
        ),
        ("style100-emotions/rushed.bvh", {"content": "walk", "style": "rushed"}),
    ],
)
def test_sets_that_name_files_in_their_own_way_tell_contents(path, expected):
    told = labels_of(path, "bvh", {})
    assert {key: told[key] for key in told if key not in ("dataset", "group")} == expected


def test_couples_of_salsa_share_a_piece_and_dance():
    a, b = (labels_of(f"cmu-salsa-duets/salsa01_dancer{name}.bvh", "bvh", {}) for name in "AB")
    assert a["piece"] == b["piece"] == "salsa01"
    assert (a["content"], a["description"]) == ("dance", "salsa")
