"""What a Vietnamese syllable can look like: onset, rhyme and tone of chữ quốc ngữ.

Source: the orthography itself, as school grammars give it (Đoàn Thiện Thuật, Ngữ âm tiếng Việt, 1977): 26 written
onsets, about 160 rhymes, the tone on the main vowel (both "hoà" and "hòa"), and after c, ch, p and t only the tones
sắc and nặng. It is a little wider than the language:
"nge" and "ngang" are both let through, for names of places are spelt in older ways, too.
"""

import re
import unicodedata
from functools import lru_cache

WRITTEN_ONSETS = 'b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x'
WRITTEN_RHYMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot
ô ôc ôi ôm ôn ông ôông ôp ôt ơ ơi ơm ơn ơp ơt
u ua uân uâng uât uây uc uê uêch uên uênh uêu ui um un ung uôc uôi uôm uôn uông uôt uơ up ut
uy uya uych uyên uyêt uynh uyt uyu
ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
y yê yêm yên yêng yêt yêu ych ynh yt
"""
ONSETS, RHYMES = WRITTEN_ONSETS.split(), WRITTEN_RHYMES.split()
GRAVE, ACUTE, TILDE, HOOK, DOT = '\u0300\u0301\u0303\u0309\u0323'
TONE = re.compile(f'[{GRAVE}{ACUTE}{TILDE}{HOOK}{DOT}]')
MARKED = re.compile('[ăâêôơư]')
# Where two ways of writing live side by side.
EITHER = frozenset({'oa', 'oe', 'uy', 'oong', 'ooc'})
STOPPED = re.compile('(c|ch|p|t)$')
SYLLABLE = re.compile(f'({"|".join(sorted(ONSETS, key=len, reverse=True))})?({"|".join(RHYMES)})')
# Letters of TCVN3 that have no capital there: "NAM ĐịNH" is what typing in capitals leaves.
WITHOUT_CAPITAL = frozenset('àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ')


@lru_cache(maxsize=100_000)
def is_syllable(word: str) -> bool:
    """Whether `word`, composed or not, is spelt as a Vietnamese syllable: lower case, Capitalised or CAPITALS.

    In capitals the letters with a tone may be small. A word of two syllables is not one.
    """
    composed = unicodedata.normalize('NFC', word)
    if TONE.search(composed) or not _is_cased(composed):  # a tone that no letter took
        return False
    bare, tones = _without_tones(composed.lower())
    match = SYLLABLE.fullmatch(bare)
    if not match or len(tones) > 1:
        return False
    return all(_may_stand(tone, at - match.start(2), match[2]) for at, tone in tones)


def _without_tones(word: str) -> tuple[str, list[tuple[int, str]]]:
    """The letters with their circumflex, breve or horn, and each tone with the position of its letter."""
    letters = [unicodedata.normalize('NFD', letter) for letter in word]
    tones = [(at, tone) for at, letter in enumerate(letters) for tone in TONE.findall(letter)]
    return ''.join(unicodedata.normalize('NFC', TONE.sub('', letter)) for letter in letters), tones


def _may_stand(tone: str, at: int, rhyme: str) -> bool:
    """Whether the letter number `at` of `rhyme` may carry `tone`."""
    return at in _main_vowels(rhyme) and (tone in (ACUTE, DOT) or not STOPPED.search(rhyme))


@lru_cache
def _main_vowels(rhyme: str) -> tuple[int, ...]:
    """The positions at which the tone of `rhyme` is written."""
    marked = [match.start() for match in MARKED.finditer(rhyme)]
    vowels = len(rhyme) - len(rhyme.lstrip('aeiouyăâêôơư'))
    if rhyme in EITHER:
        return 0, 1
    if marked:
        return (marked[-1],)
    if vowels == len(rhyme):
        return (1,) if vowels == 3 else (0,)
    return (vowels - 1,)


def _is_cased(word: str) -> bool:
    rest = word[1:]
    return not rest or rest.islower() or all(letter.isupper() or letter in WITHOUT_CAPITAL for letter in rest)
