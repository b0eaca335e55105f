"""Parquet in, through duckdb."""

import tempfile

from ipabs.errors import DataError, Place, finding


def parquet_rows(raw: bytes, *, file: str) -> list[list[str]]:
    """Headings and rows of a Parquet file as text, through the extra `store`."""
    try:
        import duckdb
    except ImportError as error:
        raise DataError(
            finding(
                "input.parquet_extra",
                "Parquet needs the extra `store`: pip install ipabs[store]",
                place=Place(file=file),
            )
        ) from error
    with tempfile.NamedTemporaryFile(suffix=".parquet") as copy, duckdb.connect() as connection:
        copy.write(raw)
        copy.flush()
        try:
            relation = connection.from_parquet(copy.name)
            names = list(relation.columns)
            body = relation.select(
                ", ".join(f'CAST("{name.replace(chr(34), chr(34) * 2)}" AS VARCHAR)' for name in names)
            )
            return [names, *([text or "" for text in row] for row in body.fetchall())]
        except duckdb.Error as error:
            raise DataError(
                finding(
                    "input.parquet_unreadable",
                    "the Parquet file cannot be read: {reason}",
                    place=Place(file=file),
                    reason=str(error).splitlines()[0],
                )
            ) from error
