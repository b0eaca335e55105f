"""Random streams against an independent Philox4x64-10 in plain integers."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from ipabs.basics.streams import lanes, normals, stream_key, uniforms, words
from ipabs.errors import SpecError

MASK = 2**64 - 1


def philox4x64_10(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    """Salmon et al. (2011), section 3.3 and figure 1: ten rounds of two 64 x 64 bit products, Weyl-bumped key."""
    c, k = counter, key
    for round_number in range(10):
        if round_number:
            k = ((k[0] + 0x9E3779B97F4A7C15) & MASK, (k[1] + 0xBB67AE8584CAA73B) & MASK)
        first, second = 0xD2E7470EE14C6C93 * c[0], 0xCA5A826395121157 * c[2]
        c = ((second >> 64) ^ c[1] ^ k[0], second & MASK, (first >> 64) ^ c[3] ^ k[1], first & MASK)
    return c


def key_of(seed: int, stream: str, party: str) -> tuple[int, int]:
    digest = hashlib.blake2b(f"{seed}|{stream}|{party}".encode(), digest_size=16).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


def reference_word(seed: int, stream: str, party: str, path: int) -> int:
    return philox4x64_10((1 + path // 4, 0, 0, 0), key_of(seed, stream, party))[path % 4]


# Known answers of Random123 1.14, tests/kat_vectors, lines "philox4x64 10".
KNOWN_ANSWERS = [
    (
        (0, 0, 0, 0),
        (0, 0),
        (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
    ),
    (
        (MASK, MASK, MASK, MASK),
        (MASK, MASK),
        (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
    ),
    (
        (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
        (0x452821E638D01377, 0xBE5466CF34E90C6C),
        (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_reference_gives_the_known_answers(
    counter: tuple[int, ...], key: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    assert philox4x64_10(counter, key) == expected


@pytest.mark.parametrize("path", [0, 1, 3, 4, 7, 8, 8191, 8192, 2**40 + 5])
@pytest.mark.parametrize("party", ["firm-01", "企业二", ""])
def test_words_are_philox_at_the_path_number(path: int, party: str) -> None:
    assert words(20240328, "default", party, path, path + 1).tolist() == [
        reference_word(20240328, "default", party, path)
    ]


@pytest.mark.parametrize("path", [0, 1, 2, 7, 8, 15, 8191, 2**40 + 5])
def test_lanes_are_halves_of_words_low_half_first(path: int) -> None:
    word = philox4x64_10((1 + path // 8, 0, 0, 0), key_of(7, "default", "firm-01"))[path % 8 // 2]
    want = word >> 32 if path % 2 else word & (2**32 - 1)
    assert lanes(7, "default", "firm-01", path, path + 1).tolist() == [want]


def test_uniforms_are_midpoints_of_the_top_53_bits() -> None:
    want = [((reference_word(7, "sector", "AI", path) >> 11) + 0.5) * 2.0**-53 for path in range(20)]
    assert uniforms(7, "sector", "AI", 0, 20).tolist() == want


def test_normals_are_the_quantiles_of_uniforms() -> None:
    assert normals(7, "s", "x", 3, 90).tolist() == ndtri(uniforms(7, "s", "x", 3, 90)).tolist()
    assert normals(7, "s", "x", 3, 90, bits=32).tolist() == ndtri(uniforms(7, "s", "x", 3, 90, bits=32)).tolist()


@settings(max_examples=60)
@given(st.integers(0, 5000), st.integers(0, 60), st.integers(0, 60), st.sampled_from([32, 53]))
def test_a_path_does_not_depend_on_its_block(lo: int, before: int, after: int, bits: int) -> None:
    start = max(lo - before, 0)
    block = uniforms(1, "default", "a", start, lo + after, bits=bits)
    assert block[lo - start :].tolist() == uniforms(1, "default", "a", lo, lo + after, bits=bits).tolist()


def test_seed_stream_and_party_each_change_the_draws() -> None:
    keys = {
        tuple(stream_key(*triple).tolist()) for triple in [(1, "a", "b"), (2, "a", "b"), (1, "b", "b"), (1, "a", "c")]
    }
    assert len(keys) == 4


@pytest.mark.parametrize("bits", [32, 53])
def test_uniforms_have_the_moments_of_the_uniform_law(bits: int) -> None:
    count = 2**16
    draws = uniforms(11, "moments", "x", 0, count, bits=bits)
    assert 0 < draws.min() < draws.max() < 1
    assert abs(draws.mean() - 0.5) < 4 * (1 / 12 / count) ** 0.5
    assert abs(np.corrcoef(draws, uniforms(11, "moments", "y", 0, count, bits=bits))[0, 1]) < 4 * count**-0.5


def test_an_empty_range_has_no_draws() -> None:
    assert uniforms(1, "a", "b", 5, 5).tolist() == []
    assert lanes(1, "a", "b", 8, 8).tolist() == []


@pytest.mark.parametrize(("lo", "hi"), [(-1, 4), (5, 4)])
def test_a_range_out_of_order_is_refused(lo: int, hi: int) -> None:
    with pytest.raises(SpecError, match=f"path numbers must satisfy 0 <= lo <= hi, not {lo}, {hi}"):
        words(1, "a", "b", lo, hi)


def test_a_stream_name_with_the_separator_is_refused() -> None:
    with pytest.raises(SpecError, match=r"stream name 'a\|b' contains '\|'"):
        uniforms(1, "a|b", "c", 0, 1)
