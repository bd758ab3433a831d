"""Every code has its sentence."""

import re

from hmi.station.codes import Code
from resources.words.station import TEXTS

WORDS_A_SENTENCE = 12


def test_every_code_of_the_core_has_a_sentence_and_no_sentence_is_left_over():
    assert set(TEXTS) == {code.value for code in Code}


def test_no_sentence_is_longer_than_twelve_words():
    too_long = [
        sentence
        for text in TEXTS.values()
        for sentence in re.split(r"(?<=[.:?!]) ", text)
        if len(sentence.split()) > WORDS_A_SENTENCE
    ]
    assert too_long == []
