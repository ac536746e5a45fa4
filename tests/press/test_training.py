"""What is said of a training's course is what its curve does."""

import pandas as pd
import pytest

from lstmgallery.press.pages.sections.training import course_of


@pytest.mark.parametrize(
    ("bits", "sentence"),
    [
        ([4.0, 2.5, 2.0], "They are 4.000 after 200 steps, 2.000 at their lowest, after 600."),
        ([2.6, 2.7, 3.2], "They are 2.600 after 200 steps, and 3.200 at the end, after 600."),
        (
            [4.0, 2.5, 3.0],
            "They are 4.000 after 200 steps, 2.500 at their lowest, after 400, and 3.000 at the end, after 600.",
        ),
        ([4.0], "They are 4.000 after 200 steps."),
    ],
)
def test_a_curve_that_rises_is_not_said_to_fall(bits: list[float], sentence: str) -> None:
    curve = pd.DataFrame({"step": [200 * at for at in range(1, len(bits) + 1)], "bits": bits})
    assert course_of(curve, "bits") == sentence
