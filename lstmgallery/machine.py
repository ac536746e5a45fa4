"""This machine's processor, and the instruction set that training compiles for.

XLA compiles for the processor it runs on, and processors differ: with fused multiply-adds (AVX2 and later) or wider
vectors the same training rounds differently and ends with different weights. So by default everything is compiled for
AVX: every x86-64 processor that runs TensorFlow has it, and it has no fused multiply-adds. The cells do their part
(`lstmgallery.cells.layer.product`). Nothing here imports TensorFlow.
"""

import os
import platform
import re
from collections.abc import MutableMapping
from pathlib import Path

INSTRUCTION_SET = "AVX"
_FLAG = "--xla_cpu_max_isa"
_CHOSEN = re.compile(rf"{_FLAG}=(\S+)")


def fix_instruction_set(environment: MutableMapping[str, str] = os.environ, *, machine: str | None = None) -> None:
    """Make XLA compile for `INSTRUCTION_SET`, in this process and its children.

    Call it before importing TensorFlow. It keeps an instruction set already named in `XLA_FLAGS`, and changes nothing
    on machines (`machine`, this one if None) other than x86-64.
    """
    if is_x86_64(machine) and not _CHOSEN.search(flags := environment.get("XLA_FLAGS", "")):
        environment["XLA_FLAGS"] = f"{flags} {_FLAG}={INSTRUCTION_SET}".strip()


def instruction_set(environment: MutableMapping[str, str] = os.environ, *, machine: str | None = None) -> str:
    """Return the instruction set that training compiles for: the one in `XLA_FLAGS`, else `INSTRUCTION_SET`.

    On machines other than x86-64 it is the name of the machine.
    """
    chosen = _CHOSEN.findall(environment.get("XLA_FLAGS", ""))
    if chosen:
        return str(chosen[-1]).upper()
    return INSTRUCTION_SET if is_x86_64(machine) else machine or platform.machine()


def is_x86_64(machine: str | None = None) -> bool:
    """Return whether a machine (this one if None) has an x86-64 processor."""
    return (machine or platform.machine()).lower() in ("x86_64", "amd64")


def processor_name() -> str:
    """Return the name of this machine's processor, or its architecture if it has no name."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except (OSError, ValueError):
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine() or "unknown"
