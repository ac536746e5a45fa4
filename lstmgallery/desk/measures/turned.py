"""`turned by exchange`; of a network: `with 3 neurons`. The share of sequences that turn to the twin's answer."""

from typing import ClassVar

from lstmgallery.desk.experiments.exchanges import Exchanges
from lstmgallery.desk.measures.changed import Changed


class Turned(Changed):
    """The share of sequences for which the network writes the twin's answer after an exchange of memories."""

    begins = ("turned",)
    phrase: ClassVar = "turned by exchange"
    experiment: ClassVar = Exchanges
    unit: ClassVar = "share"
