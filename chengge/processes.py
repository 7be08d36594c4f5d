"""Work shared out to several processes of the machine."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import django


def pool(processes: int) -> ProcessPoolExecutor:
    """Fresh processes with Django set up; the caller closes its own database connections before."""
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=django.setup)
