"""The lake's tables as ``docs/lake.md`` shows them: ``python -m tests.docs.lake_columns``."""

from footfall.lake.columns import TABLES, LakeTable


def told(table: LakeTable) -> str:
    """Return a table's section, without its heading."""
    lines = ["| column | type | unit | what it is |", "|---|---|---|---|"]
    for each in table.columns:
        kind = each.kind + ("" if each.is_required else ", or null")
        meaning = each.meaning + (" †" if each.is_told else "")
        lines.append(f"| `{each.name}` | {kind} | {each.unit or '–'} | {meaning} |")
    return f"{table.meaning}\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    for name, table in TABLES.items():
        print(f"### `{name}`\n\n{told(table)}")
