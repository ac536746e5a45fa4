"""Documents side by side: every one is read once, whole and in order, whatever the windows."""

from collections.abc import Iterable
from itertools import islice

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from lstmgallery.lab.tracks import cut_windows, shuffled


def documents_of(lengths: Iterable[int]) -> list[np.ndarray]:
    """Return documents of so many tokens between start and end, no two alike."""
    return [np.array([0, *(100 * number + np.arange(2, length + 2)), 1]) for number, length in enumerate(lengths, 1)]


def test_a_few_documents_are_laid_out_as_written_by_hand() -> None:
    documents = [np.array(each) for each in ([0, 2, 3, 4, 5, 1], [0, 6, 1], [0, 7, 8, 1], [0, 1])]
    first, second, *more = cut_windows(documents, tracks=2, steps=4)
    assert more == []
    assert first.reads.T.tolist() == [[0, 2, 3, 4], [0, 6, 0, 7]]
    assert first.following.T.tolist() == [[2, 3, 4, 5], [6, 1, 7, 8]]
    assert first.is_start.T.astype(int).tolist() == [[1, 0, 0, 0], [1, 0, 1, 0]]
    assert first.is_step.all()
    assert second.is_step.T.astype(int).tolist() == [[1, 1, 0, 0], [1, 0, 0, 0]]
    assert second.reads.T[0, :2].tolist() == [5, 0]
    assert second.following.T[0, :2].tolist() == [1, 1]
    assert second.is_start.T.astype(int).tolist() == [[0, 1, 0, 0], [0, 0, 0, 0]]
    assert (second.reads[0, 1], second.following[0, 1]) == (8, 1)


@given(
    lengths=st.lists(st.integers(0, 40), max_size=20),
    tracks=st.integers(1, 5),
    steps=st.integers(1, 12),
)
def test_every_document_is_read_once_and_whole_by_one_track(lengths: list[int], tracks: int, steps: int) -> None:
    documents = documents_of(lengths)
    windows = list(cut_windows(documents, tracks=tracks, steps=steps))
    found: list[list[int]] = []
    for track in range(tracks):
        rest: list[int] = []  # one step after the other
        for window in windows:
            assert window.reads.shape == (steps, tracks)
            for at in range(steps):
                if not window.is_step[at, track]:
                    continue
                read, following = int(window.reads[at, track]), int(window.following[at, track])
                if window.is_start[at, track]:
                    assert rest in ([], [1])  # the document before is over
                    rest = [read]
                    found.append(rest.copy())
                assert read == rest[-1]
                rest = [following]
                found[-1].append(following)
        assert rest in ([], [1])
    assert sorted(found) == sorted(document.tolist() for document in documents)


def test_while_documents_last_every_step_is_used() -> None:
    documents = documents_of([3, 0, 25, 7])
    windows = list(islice(cut_windows(shuffled(documents, seed=4), tracks=3, steps=5), 100))
    assert len(windows) == 100
    assert all(window.is_step.all() for window in windows)


def test_every_epoch_has_each_document_once_in_an_order_of_its_own() -> None:
    documents = documents_of([1] * 50)
    drawn = [int(document[1]) for document in islice(shuffled(documents, seed=4), 150)]
    epochs = [drawn[:50], drawn[50:100], drawn[100:]]
    expected = [int(document[1]) for document in documents]
    assert [sorted(epoch) for epoch in epochs] == [expected] * 3
    assert len({tuple(order) for order in (expected, *epochs)}) == 4


def test_a_seed_gives_the_same_order_again_and_another_seed_another() -> None:
    documents = documents_of(range(30))
    orders = [[len(document) for document in islice(shuffled(documents, seed=seed), 60)] for seed in (4, 4, 5)]
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize("documents", [[], documents_of([])])
def test_without_documents_there_is_no_window(documents: list[np.ndarray]) -> None:
    assert list(cut_windows(shuffled(documents, seed=1), tracks=2, steps=3)) == []
