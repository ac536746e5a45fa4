"""The lab: all code that needs TensorFlow.

Importing this package starts TensorFlow, once and without its start-up messages, which mean nothing to the person
building a gallery. The networks are small, so the CPU is used even if there is a GPU, and everything is compiled for
one instruction set: equal networks give bit-equal weights on every x86-64 processor.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from lstmgallery.interrupts import interrupts_held
from lstmgallery.machine import fix_instruction_set


@contextmanager
def _stderr_kept_unless_failed() -> Iterator[None]:
    """Hold back output to file descriptor 2 (C++ logs included); show it if the block fails."""
    sys.stderr.flush()
    original = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            held.seek(0)
            os.write(original, held.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)


fix_instruction_set()
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

with interrupts_held(), _stderr_kept_unless_failed():
    import keras  # noqa: F401  with all that it imports
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")
    tf.config.list_logical_devices()  # starts the runtime here, where its messages are held back
    tf.get_logger().setLevel("ERROR")
    tf.config.experimental.enable_op_determinism()
