"""Set up JAX and Hypothesis for every test."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

# All of this must be set before anything imports JAX. Eight devices let the tests
# of shard_map and of sharded inputs run on any machine.
_DEVICES = "--xla_force_host_platform_device_count=8"
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {_DEVICES}".strip()
os.environ["JAX_PLATFORMS"] = "cpu"
# What is compiled is part of what is tested: no test may find it ready on disk.
os.environ["JAX_ENABLE_COMPILATION_CACHE"] = "false"
os.environ.pop("JAX_COMPILATION_CACHE_DIR", None)
# Nor may a test find, or change, what the person who runs it has set.
_SETTINGS = tempfile.TemporaryDirectory(prefix="graphstep-settings-")
os.environ["GRAPHSTEP_CONFIG_DIR"] = _SETTINGS.name

import hypothesis  # noqa: E402
import jax  # noqa: E402
import pytest  # noqa: E402

# Compiling makes the time of an example vary a hundredfold, and a run in CI must
# fail for a change in the code only: no deadline, the same examples every time.
hypothesis.settings.register_profile(
    "ci",
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=25,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "long",
    hypothesis.settings.get_profile("ci"),
    derandomize=False,
    max_examples=1000,
    print_blob=True,
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="module", autouse=True)
def _fresh_jax_caches() -> Iterator[None]:
    """Forget compiled programs after each file, so that memory stays bounded."""
    yield
    jax.clear_caches()
