"""How many threads linear algebra may use in this process.

The matrices of the built-in encoder are small: a second BLAS thread makes it slower, and takes
a core from everything else. OpenBLAS and MKL read their limit once, when numpy is imported.
"""

from __future__ import annotations

import os
import sys

_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


def use_one_blas_thread() -> bool:
    """Limit BLAS to one thread in this process and those it starts from now on.

    Returns False, and changes nothing, where numpy has been imported already.
    """
    if "numpy" in sys.modules:
        return False
    for variable in _VARIABLES:
        os.putenv(variable, "1")
    return True
