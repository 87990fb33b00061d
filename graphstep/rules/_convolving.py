"""Convolution of any kind that JAX knows, in NumPy, and its two transposes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphstep.rules._places import window_places


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """One convolution: `z` of the picture `x` and the kernel `w`.

    Attributes:
        places: For each place of the result, its window in the picture.
        lhs: Axes of batch, channels and space in the picture.
        rhs: Axes of output and input channels and space in the kernel.
        out: Axes of batch, channels and space in the result.
        x_shape: Shape of the picture.
        w_shape: Shape of the kernel.
        z_shape: Shape of the result.
        groups: How many groups the channels are in.
        batches: How many groups the batch is in.
    """

    places: Any
    lhs: tuple[int, ...]
    rhs: tuple[int, ...]
    out: tuple[int, ...]
    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    z_shape: tuple[int, ...]
    groups: int
    batches: int

    def value(self, x: Any, w: Any) -> Any:
        """Return `z`."""
        z = np.einsum("gnipk,goik->gnop", self._windows(x), self._kernel(w))
        return self._unpicked(z)

    def by_x(self, z: Any, w: Any) -> Any:
        """Return what `x` receives for the cotangent `z`."""
        each = np.einsum("gnop,goik->gnipk", self._picked(z), self._kernel(w))
        flat = np.zeros((*each.shape[:3], self._n_places + 1), each.dtype)
        add: Any = np.add
        add.at(flat, (..., self._places), each)
        return self._unpictured(flat[..., :-1])

    def by_w(self, x: Any, z: Any) -> Any:
        """Return what `w` receives for the cotangent `z`."""
        w = np.einsum("gnipk,gnop->goik", self._windows(x), self._picked(z))
        shape = [self.w_shape[axis] for axis in self.rhs]
        return np.transpose(w.reshape(shape), np.argsort(self.rhs))

    @property
    def _places(self) -> Any:
        return self.places.reshape(-1, self.places.shape[-1])

    @property
    def _n_places(self) -> int:
        return math.prod(self.x_shape[axis] for axis in self.lhs[2:])

    def _windows(self, x: Any) -> Any:
        """Return axes group, batch, channel, place, position in the window."""
        n, c = (self.x_shape[axis] for axis in self.lhs[:2])
        flat = np.transpose(x, self.lhs).reshape(n, c, -1)
        # The last element is what lies outside.
        flat = np.concatenate([flat, np.zeros((n, c, 1), flat.dtype)], -1)
        return self._grouped(flat)[..., self._places]

    def _grouped(self, flat: Any) -> Any:
        n, c = flat.shape[:2]
        if self.batches > 1:
            return flat.reshape(self.batches, n // self.batches, c, -1)
        apart = flat.reshape(n, self.groups, c // self.groups, -1)
        return np.moveaxis(apart, 1, 0)

    def _unpictured(self, flat: Any) -> Any:
        n, c = (self.x_shape[axis] for axis in self.lhs[:2])
        if self.batches == 1:
            flat = np.moveaxis(flat, 0, 1)
        shape = [self.x_shape[axis] for axis in self.lhs]
        whole = flat.reshape(n, c, -1).reshape(shape)
        return np.transpose(whole, np.argsort(self.lhs))

    def _kernel(self, w: Any) -> Any:
        """Return axes group, output channel, input channel, position in the window."""
        o, i = (self.w_shape[axis] for axis in self.rhs[:2])
        n_groups = max(self.groups, self.batches)
        return np.transpose(w, self.rhs).reshape(n_groups, o // n_groups, i, -1)

    def _picked(self, z: Any) -> Any:
        """Return axes group, batch, output channel, place."""
        n, o = (self.z_shape[axis] for axis in self.out[:2])
        n_groups = max(self.groups, self.batches)
        flat = np.transpose(z, self.out).reshape(n, n_groups, o // n_groups, -1)
        return np.moveaxis(flat, 1, 0)

    def _unpicked(self, z: Any) -> Any:
        shape = [self.z_shape[axis] for axis in self.out]
        return np.transpose(np.moveaxis(z, 0, 1).reshape(shape), np.argsort(self.out))


def convolution(params: Any, shapes: Sequence[tuple[int, ...]]) -> Convolution:
    """Return the convolution that an equation's parameters describe.

    Args:
        params: Those of `conv_general_dilated`.
        shapes: Of the picture, the kernel and the result.
    """
    lhs, rhs, out = params["dimension_numbers"]
    x_shape, w_shape, z_shape = shapes
    places = window_places(
        [x_shape[axis] for axis in lhs[2:]],
        [w_shape[axis] for axis in rhs[2:]],
        params["window_strides"],
        params["padding"],
        params["lhs_dilation"],
        params["rhs_dilation"],
    )
    groups, batches = params["feature_group_count"], params["batch_group_count"]
    return Convolution(
        places, lhs, rhs, out, x_shape, w_shape, z_shape, groups, batches
    )
