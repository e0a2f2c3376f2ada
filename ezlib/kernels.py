"""One kernel that runs the notebooks of a month, each in an empty namespace."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path

# Small models are slower, not faster, on many BLAS threads; and a run should leave the other cores to others.
KERNEL_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONUTF8": "1",
    "MPLBACKEND": "agg",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
FORGET = "%reset -f\nget_ipython().execution_count = 1"


class Kernel:
    """One kernel for all notebooks of a run; each begins with an empty namespace."""

    def __init__(self, manager):
        self.manager = manager

    def forget(self) -> None:
        from jupyter_core.utils import run_sync

        client = self.manager.client()
        client.start_channels()
        try:
            run_sync(client.wait_for_ready)(timeout=60)
            run_sync(client.execute_interactive)(FORGET, silent=False, store_history=False)
        finally:
            client.stop_channels()


@contextmanager
def started_kernel(root: Path, log: Path):
    """Start a kernel of this Python, whatever kernels are installed, and stop it at the end."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_core.utils import run_sync

    manager = AsyncKernelManager(kernel_name="python3")
    manager._kernel_spec = KernelSpec(
        # Without its history, a file that several kernels at once would write into.
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--HistoryManager.enabled=False"],
        display_name="ezlib",
        language="python",
    )
    environment = os.environ | KERNEL_ENVIRONMENT | {"EZLIB_ROOT": str(root)}
    with log.open("w", encoding="utf-8") as stream:
        run_sync(manager.start_kernel)(env=environment, stdout=stream, stderr=stream)
        try:
            yield Kernel(manager)
        finally:
            run_sync(manager.shutdown_kernel)(now=True)
