"""Runs KQL over given rows with duckdb-kql. Standard input: {"tables": {name: {"columns": {name: type}, "rows": [...]}},
"functions": [definition, ...], "queries": [query, ...]}. Standard output: for each query its rows, as a list of objects."""

import json
import sys

import duckdb_kql

TYPES = {"string": "VARCHAR", "bool": "BOOLEAN", "boolean": "BOOLEAN", "int": "INTEGER", "long": "BIGINT", "real": "DOUBLE",
         "datetime": "TIMESTAMP", "dynamic": "JSON"}

job = json.load(sys.stdin)
connection = duckdb_kql.connect()
for name, table in job["tables"].items():
    columns = table["columns"]
    connection.execute(f'CREATE TABLE "{name}" ({", ".join(f"{json.dumps(c)} {TYPES[t]}" for c, t in columns.items())})')
    for row in table["rows"]:
        values = [json.dumps(row[c]) if t == "dynamic" and c in row else row.get(c) for c, t in columns.items()]
        connection.execute(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})', values)
duckdb_kql.set_functions(job["functions"])

results = []
for query in job["queries"]:
    relation = duckdb_kql.query(connection, query)
    results.append([dict(zip(relation.columns, row)) for row in relation.fetchall()])
json.dump(results, sys.stdout, default=str)
