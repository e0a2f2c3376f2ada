"""One BLAS thread while small matrices are worked on, whatever the process allows elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from threading import RLock

from threadpoolctl import ThreadpoolController


@lru_cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


_ONE_AT_A_TIME = RLock()


@contextmanager
def one_thread():
    """Hold BLAS to one thread inside: faster for small matrices, and the same bits on every machine.

    The setting belongs to the whole process. So one thread of Python at a time may be inside, or each would put back
    what it found, which may be another's.
    """
    with _ONE_AT_A_TIME, _controller().limit(limits=1, user_api="blas"):
        yield
