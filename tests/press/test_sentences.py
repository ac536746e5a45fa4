"""Sentences say what was measured, and no more."""

from types import SimpleNamespace

import pytest

from lstmgallery.press.sentences import feature_words, no_role_sentence, role_sentence
from lstmgallery.tasks import END
from tests.desk.planted import counting_network


def role(**changes: object) -> SimpleNamespace:
    given = {"signal": "cell", "feature": "remaining", "phase": "all", "measure": "r2", "score": 0.99, "direction": 1}
    return SimpleNamespace(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Its cell state counts the b’s still owed."),
        ({"score": 0.9, "direction": -1}, "Its cell state follows the b’s still owed, downwards."),
        ({"score": 0.6}, "Its cell state leans with the b’s still owed."),
        ({"phase": "after"}, "Its cell state counts the b’s still owed after the delimiter."),
        (
            {"feature": "next_token=b", "measure": "auc", "score": 1.0, "signal": "hidden"},
            "Its hidden state is high exactly where the next token is b.",
        ),
        (
            {"feature": f"next_token={END}", "measure": "auc", "score": 0.96, "direction": -1, "phase": "after"},
            "Its cell state is low nearly always where the next token is the end token, after the delimiter.",
        ),
    ],
)
def test_a_role_is_said_as_strongly_as_it_was_measured(changes: dict[str, object], sentence: str) -> None:
    assert role_sentence(counting_network(), role(**changes)) == sentence


def test_a_neuron_without_a_role_is_said_to_have_none() -> None:
    sentence = no_role_sentence(counting_network(), role(score=0.41))
    assert sentence.startswith("No role found")
    assert "R² 0.410" in sentence


def test_every_feature_of_a_task_has_words() -> None:
    network = counting_network()
    for feature in network.task.features:
        key = feature.key if feature.kind == "count" else f"{feature.key}=value"
        assert feature_words(network, key)
