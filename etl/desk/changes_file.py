"""What a delivery would change, as a file: it outlives the transaction that is taken back."""

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from etl.desk.delivery import Delivery


def write_changes(db: Connection, delivery: Delivery[Layer]) -> None:
    """Writes what etl_diff says to the file of a preview, as binary COPY; nothing for any other delivery."""
    if delivery.changes_file is None:
        return
    statement = sql.SQL('copy (select * from catalog.changes({}, {}, {})) to stdout (format binary)').format(
        sql.Literal(delivery.layer.id),
        sql.Literal(delivery.staging),
        sql.Literal([*delivery.layer.columns]),
    )
    with delivery.changes_file.open('wb') as file, db.cursor() as cursor:
        cursor.copy_expert(statement, file)
