"""Where and with what a network was trained, as pins, records and results keep it."""

import platform
from typing import Self

import pydantic

from lstmgallery.machine import instruction_set, processor_name


class Origin(pydantic.BaseModel):
    """Where and with what a network was trained: enough to know whether training elsewhere gives the same weights."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)

    processor: str = pydantic.Field(max_length=200)
    architecture: str = pydantic.Field(max_length=40)
    instruction_set: str = pydantic.Field(max_length=40)
    python: str = pydantic.Field(max_length=40)
    libraries: dict[str, str]

    @classmethod
    def here(cls, libraries: dict[str, str]) -> Self:
        """Return the origin of networks trained on this machine with `libraries`, versions by name."""
        return cls(
            processor=processor_name(),
            architecture=platform.machine() or "unknown",
            instruction_set=instruction_set(),
            python=platform.python_version(),
            libraries=libraries,
        )
