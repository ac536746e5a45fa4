"""`slope of dose-response`; of a network: `with 3 neurons`. In tokens written for each count added."""

from typing import ClassVar

from lstmgallery.desk.experiments.doses import Doses
from lstmgallery.desk.measures.changed import Changed


class Slope(Changed):
    """The slope of the tokens written over the counts added at the delimiter."""

    begins = ("slope",)
    phrase: ClassVar = "slope of dose-response"
    experiment: ClassVar = Doses
    unit: ClassVar = "number"
