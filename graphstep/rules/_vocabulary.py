"""The functions that formulas use: what each computes, and how it is written."""

from __future__ import annotations

from graphstep.rules._words import Word
from graphstep.rules._words_of_arrays import ARRAY_WORDS
from graphstep.rules._words_of_elements import ELEMENT_WORDS
from graphstep.rules._words_of_matrices import MATRIX_WORDS

WORDS: dict[str, Word] = {**ELEMENT_WORDS, **ARRAY_WORDS, **MATRIX_WORDS}
