"""Plans of queries on a small database that has the statistics of a large one."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

TABLES = ("news_item", "news_mention", "news_bucket", "news_report")
SCALE = 5000  # rows that each row of these tables stands for; so many seqs that each seq does
# SQLite: `SEARCH t USING COVERING INDEX name (...)`; a SCAN reads an index, or the table, from one end.
SELECT = re.compile(r"(?:(?<=^)|(?<= FOR ))SELECT .*", re.DOTALL)  # PostgreSQL: DECLARE name CURSOR FOR SELECT ...
ACCESS = re.compile(
    r"(?P<how>SEARCH|SCAN) (?P<table>\S+)(?: USING (?:COVERING )?(?:INDEX (?P<index>\S+)|INTEGER PRIMARY KEY))?"
)


@dataclass
class Plan:
    """How the statements of a call read large tables.

    indexes: the names of the indexes used, `table(columns)` for those without a name of their own.
    scans: tables that are read from one end to the other, without an index.
    walks: indexes that are read from one end: in order, until a LIMIT is reached.
    sorts: numbers of rows that are sorted; SQLite doesn't estimate them.
    cost: PostgreSQL's estimate; to read 1,000,000 rows costs 10,000 and more.
    """

    statements: int = 0
    indexes: set[str] = field(default_factory=set)
    scans: set[str] = field(default_factory=set)
    walks: set[str] = field(default_factory=set)
    sorts: list[float] = field(default_factory=list)
    cost: float = 0


def set_large_statistics() -> None:
    """Let the planner believe that each row of TABLES stands for SCALE rows. Ends with the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            # The planner multiplies rows per page, as of ANALYZE, with the present number of pages.
            cursor.execute(
                "UPDATE pg_class SET reltuples = reltuples * %s WHERE oid IN (SELECT indexrelid FROM pg_index"
                " WHERE indrelid = ANY(%s::regclass[]) UNION SELECT unnest(%s::regclass[]))",
                [SCALE, list(TABLES), list(TABLES)],
            )
            return
        cursor.execute("SELECT tbl, idx, stat FROM sqlite_stat1 WHERE idx IS NOT NULL")
        for table, index, stat in cursor.fetchall():
            if table in TABLES:
                # Rows, then rows with equal values of the first column, of the first two columns, …
                rows, *equal = map(int, stat.split())
                values = [rows * SCALE, *(1 if count == 1 else count * SCALE for count in equal)]
                cursor.execute("UPDATE sqlite_stat1 SET stat = %s WHERE idx = %s", [" ".join(map(str, values)), index])
        cursor.execute("ANALYZE sqlite_schema")


def explain(call: Callable[[], object]) -> Plan:
    """Return the plan of all SELECT statements that a call runs."""
    with CaptureQueriesContext(connection) as queries:
        call()
    plan = Plan()
    names = _name_indexes()
    for statement in [match[0] for entry in queries if (match := SELECT.search(entry["sql"]))]:
        plan.statements += 1
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.replace('%', '%%')}", [])
                (answer,) = cursor.fetchone()
                root = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
                plan.cost += root["Total Cost"]
                _add_postgres(plan, root, names)
            else:
                cursor.execute(f"EXPLAIN QUERY PLAN {statement.replace('%', '%%')}", [])
                for *_, detail in cursor.fetchall():
                    _add_sqlite(plan, detail, names)
    return plan


def _add_sqlite(plan: Plan, detail: str, names: dict[str, str]) -> None:
    if "TEMP B-TREE" in detail:
        plan.sorts.append(float("nan"))
    match = ACCESS.match(detail)
    if match is None:
        return
    index = names.get(match["index"] or f"{match['table']}_pkey")
    if "USING" in detail and index:
        plan.indexes.add(index)
    if match["how"] == "SCAN":
        if "USING" in detail and index:
            plan.walks.add(index)
        elif match["table"] in TABLES or re.fullmatch(r"T\d+|U\d+", match["table"]):
            plan.scans.add(match["table"])


def _add_postgres(plan: Plan, root: dict[str, Any], names: dict[str, str]) -> None:
    for node in _list_nodes(root):
        kind = node["Node Type"]
        if kind == "Seq Scan" and node["Relation Name"] in TABLES:
            plan.scans.add(node["Relation Name"])
        elif index := names.get(node.get("Index Name", "")):
            plan.indexes.add(index)
            if "Index Cond" not in node:
                plan.walks.add(index)
        elif kind == "Sort":
            plan.sorts.append(node["Plans"][0]["Plan Rows"])


def _list_nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _list_nodes(child)


@cache
def _name_indexes() -> dict[str, str]:
    """Return the names of the indexes of TABLES; those of keys and constraints become `table(columns)`."""
    own_names = {index.name for model in apps.get_app_config("news").get_models() for index in model._meta.indexes}
    names = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            names[f"{table}_pkey"] = f"{table}(id)"
            for name, details in connection.introspection.get_constraints(cursor, table).items():
                names[name] = name if name in own_names else f"{table}({','.join(details['columns'])})"
            if connection.vendor == "sqlite":
                cursor.execute(f"PRAGMA index_list({table})")
                for index in [row[1] for row in cursor.fetchall() if row[1] not in names]:
                    cursor.execute(f"PRAGMA index_info({index})")
                    names[index] = f"{table}({','.join(row[2] for row in cursor.fetchall())})"
    return names
