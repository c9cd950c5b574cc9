"""`dothi template`: a file of the form that its name has the ending of."""

from pathlib import Path

from tests.cli.test_cli import document, dothi


def test_the_ending_of_the_name_says_the_form(database: dict[str, str], tmp_path: Path) -> None:
    for name, head in (('a.xlsx', b'PK'), ('b.gpkg', b'SQLite'), ('c.csv', 'dothi:schools:'.encode('utf-8-sig'))):
        done = dothi('template', 'schools', tmp_path / name, '--json', env=database)
        assert document(done) == {'file': str(tmp_path / name), 'rows': 0}
        assert (tmp_path / name).read_bytes().startswith(head)


def test_what_cannot_be_written_is_named(database: dict[str, str], tmp_path: Path) -> None:
    unknown = dothi('template', 'schools', tmp_path / 'a.pdf', '--lang', 'en', env=database)
    assert (unknown.returncode, 'xlsx, gpkg, csv' in unknown.stderr) == (2, True)
    misspelt = dothi('template', 'scools', '--lang', 'en', env=database)
    assert (misspelt.returncode, '"schools"' in misspelt.stderr) == (2, True)
    empty = dothi('template', 'schools', tmp_path / 'a.csv', '--filled', '--lang', 'en', env=database)
    assert (empty.returncode, 'no data' in empty.stderr) == (2, True)
    assert list(tmp_path.glob('a.*')) == []
