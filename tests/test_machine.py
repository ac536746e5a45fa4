"""Everything is compiled for one instruction set unless another is requested; a network says where it was trained."""

import re

import pydantic
import pytest

from lstmgallery.machine import INSTRUCTION_SET, fix_instruction_set, instruction_set, is_x86_64, processor_name
from lstmgallery.origin import Origin

FIXED = f"--xla_cpu_max_isa={INSTRUCTION_SET}"


@pytest.mark.parametrize("machine", ["x86_64", "AMD64", "amd64"])
def test_on_x86_64_everything_is_compiled_for_one_instruction_set(machine: str) -> None:
    environment: dict[str, str] = {}
    fix_instruction_set(environment, machine=machine)
    assert environment == {"XLA_FLAGS": FIXED}


@pytest.mark.parametrize("machine", ["aarch64", "arm64", "riscv64", "i686"])
def test_on_other_machines_nothing_is_changed(machine: str) -> None:
    environment = {"HOME": "/"}
    fix_instruction_set(environment, machine=machine)
    assert environment == {"HOME": "/"}


def test_an_instruction_set_that_was_chosen_is_kept() -> None:
    environment = {"XLA_FLAGS": "--xla_dump_to=/tmp --xla_cpu_max_isa=sse4_2"}
    fix_instruction_set(environment, machine="x86_64")
    assert environment == {"XLA_FLAGS": "--xla_dump_to=/tmp --xla_cpu_max_isa=sse4_2"}


def test_other_flags_are_kept_before_it() -> None:
    environment = {"XLA_FLAGS": "--xla_dump_to=/tmp"}
    fix_instruction_set(environment, machine="x86_64")
    assert environment == {"XLA_FLAGS": f"--xla_dump_to=/tmp {FIXED}"}


def test_asking_twice_adds_nothing() -> None:
    environment: dict[str, str] = {}
    for _ in range(2):
        fix_instruction_set(environment, machine="x86_64")
    assert environment == {"XLA_FLAGS": FIXED}


def test_the_instruction_set_is_the_same_before_and_after_it_is_fixed() -> None:
    environment: dict[str, str] = {}
    before = instruction_set(environment, machine="x86_64")
    fix_instruction_set(environment, machine="x86_64")
    assert before == instruction_set(environment, machine="x86_64") == INSTRUCTION_SET


def test_the_last_of_several_instruction_sets_counts_as_in_xla() -> None:
    environment = {"XLA_FLAGS": "--xla_cpu_max_isa=AVX512 --xla_cpu_max_isa=sse4_2"}
    assert instruction_set(environment, machine="x86_64") == "SSE4_2"


def test_elsewhere_the_instruction_set_is_the_machine_s_own() -> None:
    assert instruction_set({}, machine="aarch64") == "aarch64"


def test_this_machine_is_asked_where_none_is_named() -> None:
    assert is_x86_64() == is_x86_64(Origin.here({}).architecture)


def test_the_processor_has_a_name_of_one_line() -> None:
    assert re.fullmatch(r"\S.*\S", processor_name())


def test_an_origin_reads_the_same_again() -> None:
    origin = Origin.here({"numpy": "2.1.0", "keras": "3.12"})
    assert origin.libraries == {"numpy": "2.1.0", "keras": "3.12"}
    assert Origin.model_validate_json(origin.model_dump_json()) == origin


@pytest.mark.parametrize("change", [{"processor": "x" * 201}, {"user": "me"}, {"python": 3}])
def test_an_origin_holds_nothing_else(change: dict[str, object]) -> None:
    described = Origin.here({}).model_dump()
    with pytest.raises(pydantic.ValidationError):
        Origin.model_validate({**described, **change})
