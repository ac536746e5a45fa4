"""How often Python looks for objects that refer to each other in a circle and that nothing else refers to.

Programs of this package import and make hundreds of thousands of objects and few circles. With Python's usual setting
a tenth of a build goes into looks that find nothing, and a fifth of a second into one more when it ends.
"""

import atexit
import functools
import gc

OBJECTS_APART = 100_000  # new objects from one look to the next; Python's own setting is 700 or 2,000


@functools.cache  # once is enough
def collect_rarely() -> None:
    """Have this process look for circles rarely, and not when it ends."""
    gc.set_threshold(OBJECTS_APART)
    atexit.register(gc.freeze)
