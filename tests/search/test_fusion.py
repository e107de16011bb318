from qa.search.fusion import fuse


def test_the_weighted_sum_of_normalised_scores_worked_by_hand() -> None:
    lexical = [("a", 10.0), ("b", 6.0), ("c", 2.0)]  # normalised: 1, 0.5, 0
    dense = [("b", 0.8), ("d", 0.6)]  # normalised: 1, 0
    assert fuse(lexical, dense, dense_weight=0.4) == [("b", 0.7), ("a", 0.6), ("c", 0.0), ("d", 0.0)]


def test_either_list_alone_and_none_at_all() -> None:
    assert fuse([("a", 3.0)], []) == [("a", 0.6)]
    assert fuse([], [("a", 0.3)], dense_weight=0.4) == [("a", 0.4)]
    assert fuse([], []) == []


def test_ties_are_broken_by_id() -> None:
    assert [passage for passage, _ in fuse([("b", 1.0), ("a", 1.0)], [])] == ["a", "b"]
