"""Bodies in gzip or brotli: chosen by the client, then by what there is already, then by what takes least."""

import gzip
import random

import pytest
from flask import Flask, Response

from dothi.api.http import compression
from dothi.api.http.compression import gzip_packer, gzipped, packed_before

BODY = b'{"name": "Nam \xc4\x90\xe1\xbb\x8bnh"}' * 200


@pytest.mark.parametrize(
    ('accepted', 'encoding'),
    [
        ('gzip, deflate, br', 'br'),
        ('br;q=0.5, gzip', 'gzip'),
        ('gzip', 'gzip'),
        ('br;q=0, gzip', 'gzip'),
        ('identity', None),
    ],
)
def test_a_body_that_is_packed_already_is_sent_so_where_the_client_likes_it_as_well(
    accepted: str, encoding: str | None
) -> None:
    app = Flask('packed')
    app.add_url_rule('/', view_func=lambda: packed_before(Response(BODY, mimetype='text/css'), {'br': b'as built'}))
    compression.install(app)
    answer = app.test_client().get('/', headers={'Accept-Encoding': accepted})
    assert answer.headers.get('Content-Encoding') == encoding
    assert answer.data == {'br': b'as built', 'gzip': gzipped(BODY), None: BODY}[encoding]


@pytest.mark.parametrize('size', [0, 1, 7, 1_000, 65_535, 65_536, 3_000_000])
def test_gzip_is_read_by_others_whatever_its_size(size: int) -> None:
    by_chance = random.Random(size).randbytes(size)
    for content in (by_chance, BODY[:1] * size):
        assert gzip.decompress(gzipped(content)) == content


def test_a_stream_in_gzip_is_whole_however_it_is_cut() -> None:
    pieces = [BODY[start : start + start % 13] for start in range(len(BODY))]
    packer = gzip_packer()
    packed = [*(packer.compress(piece) for piece in pieces), packer.flush()]
    assert gzip.decompress(b''.join(packed)) == b''.join(pieces)
