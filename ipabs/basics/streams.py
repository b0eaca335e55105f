"""Counter-based random streams: the draw of a party on a path depends on seed, stream, party and path number alone.

Every (seed, stream, party) has a Philox4x64-10 generator of its own, keyed by a hash of the three. Path `p` reads a
fixed place of the generator's output, found from `p` by counting, so neither the order of parties, nor the block size,
nor the worker changes a bit of any draw. Only raw 64-bit words are read: the algorithm fixes them, whatever a later
version of numpy does with its distributions.

Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11 (2011).
"""

import hashlib
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ipabs._typing import FloatArray
from ipabs.errors import SpecError, finding

Words = NDArray[np.uint64]
Lanes = NDArray[np.uint32]


def stream_key(seed: int, stream: str, party_id: str) -> Words:
    """The two key words of a generator: 16 bytes of BLAKE2b over ``seed|stream|party_id``, little-endian.

    A stream name without ``|`` makes the text, and so the key, different for every triple.

    >>> [hex(word) for word in stream_key(7, "default", "firm-01").tolist()]
    ['0xa0485290fec1799c', '0x846632ab8455ddaa']
    """
    if "|" in stream:
        raise SpecError(finding("streams.name", "stream name {got!r} contains '|'", got=stream))
    digest = hashlib.blake2b(f"{seed}|{stream}|{party_id}".encode(), digest_size=16).digest()
    return np.frombuffer(digest, "<u8").astype(np.uint64)


def words(seed: int, stream: str, party_id: str, lo: int, hi: int) -> Words:
    """One raw 64-bit word for each path in ``[lo, hi)``: word ``p % 4`` of counter ``1 + p // 4``.

    >>> [hex(word) for word in words(7, "default", "firm-01", 613, 615).tolist()]
    ['0x1d718cf6f764b2e1', '0x4e1606eb8d49d928']
    """
    _check_range(lo, hi)
    start = lo - lo % 4
    return _raw(seed, stream, party_id, start // 4, hi - start)[lo - start :]


def lanes(seed: int, stream: str, party_id: str, lo: int, hi: int) -> Lanes:
    """One 32-bit lane for each path in ``[lo, hi)``: lane ``p % 8`` of counter ``1 + p // 8``, low half first.

    Half the cost of `words`, fine enough where a draw is only compared with a default probability.

    >>> lanes(7, "default", "firm-01", 613, 615).tolist()
    [1763354016, 1167847641]
    """
    _check_range(lo, hi)
    start = lo - lo % 8
    raw = _raw(seed, stream, party_id, start // 8, (hi - start + 1) // 2)
    return raw.astype("<u8").view("<u4").astype(np.uint32)[lo - start : hi - start]


def uniforms(seed: int, stream: str, party_id: str, lo: int, hi: int, *, bits: Literal[32, 53] = 53) -> FloatArray:
    """Uniform draws of the paths ``[lo, hi)``, strictly between 0 and 1: ``(k + 1/2) / 2**bits``.

    Parameters
    ----------
    seed, stream, party_id
        Name the generator; parties are named by their id, never by their row.
    lo, hi : int
        Path numbers.
    bits : {53, 32}
        Resolution; the two variants are different draws.

    Raises
    ------
    SpecError
        Path numbers out of order, or a stream name with ``|``.

    Examples
    --------
    >>> block = uniforms(7, "default", "firm-01", 0, 1000)
    >>> bool((uniforms(7, "default", "firm-01", 613, 614) == block[613]).all())
    True
    """
    if bits == 32:
        return (lanes(seed, stream, party_id, lo, hi).astype(np.float64) + 0.5) * 2.0**-32
    return ((words(seed, stream, party_id, lo, hi) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normals(seed: int, stream: str, party_id: str, lo: int, hi: int, *, bits: Literal[32, 53] = 53) -> FloatArray:
    """Standard normal draws of the paths ``[lo, hi)``: the normal quantile of `uniforms`.

    >>> normals(7, "default", "firm-01", 0, 2).round(6)
    array([ 0.464958, -1.314698])
    """
    from scipy.special import ndtri

    scores: FloatArray = ndtri(uniforms(seed, stream, party_id, lo, hi, bits=bits))
    return scores


def _raw(seed: int, stream: str, party_id: str, counter: int, count: int) -> Words:
    """`count` words from counter ``counter + 1`` on: numpy's Philox steps its counter before each block of four."""
    if count <= 0:
        return np.empty(0, np.uint64)
    generator = np.random.Philox(key=stream_key(seed, stream, party_id), counter=counter)
    return np.asarray(generator.random_raw(count), np.uint64)


def _check_range(lo: int, hi: int) -> None:
    if not 0 <= lo <= hi:
        raise SpecError(
            finding("streams.range", "path numbers must satisfy 0 <= lo <= hi, not {got}", got=f"{lo}, {hi}")
        )
