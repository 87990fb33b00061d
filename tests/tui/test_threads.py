"""A process knows of the threads that are still at work when it ends."""

from __future__ import annotations

import subprocess
import sys
import threading

from graphstep.tui import job, threads

# Ends while a thread is inside of JAX, which an interpreter must not kill.
_LEAVES = """
import jax, jax.numpy as jnp
from graphstep.tui import threads

def work():
    print(float(jnp.linalg.slogdet(jnp.eye(300))[1]), flush=True)

threads.begin("graphstep-test", work)
"""


def test_a_thread_at_work_is_known() -> None:
    """Until it has ended, the process is to be ended at once."""
    may_end, has_ended = threading.Event(), threading.Event()

    def work(number: int) -> None:
        assert may_end.wait(timeout=60)
        assert number == 3
        has_ended.set()

    threads.begin("graphstep-test", work, 3)

    assert threads.is_working()
    assert job.is_working()
    may_end.set()
    assert has_ended.wait(timeout=60)


def test_an_interpreter_waits_for_it() -> None:
    """A script that ends in the midst of it is not aborted."""
    ended = subprocess.run(
        [sys.executable, "-c", _LEAVES], capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout) == (0, "0.0\n"), ended.stderr
