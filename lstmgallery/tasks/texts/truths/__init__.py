"""Ground truth of every character of a text: a module for each set of features, and one line here."""

from typing import TYPE_CHECKING, Literal

from lstmgallery.tasks.texts.truths import characters, python, tweets
from lstmgallery.tasks.texts.truths.feature_set import FeatureSet

FEATURE_SETS: dict[str, FeatureSet] = {module.SET.key: module.SET for module in (characters, tweets, python)}

if TYPE_CHECKING:
    SetKey = str
else:
    SetKey = Literal[*FEATURE_SETS]
