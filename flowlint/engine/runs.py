"""One rule over the views: which rows it speaks about, and what each of them ends as (DESIGN section 4)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flowlint.config.mapping import Severity
from flowlint.engine.outcome import Outcome, Subject, Violation
from flowlint.engine.parameters import sql_values
from flowlint.engine.plan import Plan
from flowlint.engine.rule import Expression, Rule
from flowlint.engine.supply import NEED_COLUMN, Supply
from flowlint.errors import Place
from flowlint.model.normalised import names_descriptions, with_descriptions
from flowlint.model.selector import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FINDING, CLEAN, UNDECIDED, UNDECIDED_APPLIES = 0, 1, 2, 3
FIRST_REASON = 10
NOT_DECIDABLE = "the data does not say enough (a value is missing)"
SUBJECT = {
    "issue": ("key", "key"),
    "sprint": ("id", "name"),
    "version": ("id", "name"),
    "project": ("key", "key"),
    "team": ("name", "name"),
    "person": ("id", "id"),
}
"""Columns of a view that identify and name its subjects."""
CONFIG_SUBJECT = {
    "config_status": ("status", "status"),
    "config_resolution": ("resolution", "resolution"),
    "config_rule": ("rule", "rule"),
    "config_exception": ("rule", "rule"),
    "config_project": ("key", "key"),
    "config_selector": ("value", "value"),
    "config_value": ("path", "path"),
    "config_value_stream_team": ("team", "team"),
    "config_flow_item": ("position", "position"),
    "config_workflow": ("value_stream", "value_stream"),
}
"""The same for the mapping's views, where they are not called name."""
QUERY_COLUMNS = ("subject_kind", "subject_id", "subject_name", "key", "project", "verdict", "reason", "severity")
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Run:
    """What both kinds of rules share: needs, parameters, limits to projects, and subjects."""

    def __init__(self, db: "DuckDBPyConnection", plan: Plan, supply: Supply, name_unjudged: bool) -> None:  # noqa: FBT001
        self.db = db
        self.plan = plan
        self.rule: Rule = plan.rule
        self.supply = supply
        self.name_unjudged = name_unjudged
        self.parameters = sql_values(
            plan.rule, {p.name: plan.options.get(p.name, p.default) for p in plan.rule.parameters}
        )

    def rows(self, sql: str, **more: object) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run ``sql`` with those of the parameters that it names; return columns and rows."""
        if names_descriptions(sql):
            sql = with_descriptions(sql)
        (statement,) = self.db.extract_statements(sql)
        values = {n: value for n, value in {**self.parameters, **more}.items() if n in statement.named_parameters}
        result = self.db.execute(statement, values or None)
        return [column[0] for column in result.description or ()], result.fetchall()

    def projects(self, column: str) -> str:
        """Return the condition that a row belongs to one of the plan's projects."""
        conditions = []
        for keys, word in ((self.plan.projects, "IN"), (self.plan.except_projects or None, "NOT IN")):
            if keys is not None:
                listed = ", ".join(literal(key.lower()) for key in keys) or "NULL"
                conditions.append(f"lower({column}) {word} ({listed})")
        return " AND ".join(conditions) or "true"

    def needs(self, fetched: str | None) -> Iterator[tuple[str, str]]:
        """Yield (reason, condition under which the rule cannot judge a row) for each need that may be unmet."""
        for need in self.rule.needs:
            reason = self.supply.unmet(need)
            column = NEED_COLUMN.get(need, need)
            if reason is not None:
                yield reason, "true"
            elif ":" in need or need in ("site", "flow_items"):
                continue
            elif fetched is not None and column not in self.supply.everywhere:
                yield f"{need} was not fetched", f"NOT list_contains({fetched}, {literal(column)})"

    def values(self, row: Mapping[str, Any]) -> dict[str, object]:
        """Return what a message may name for one row."""
        return {**self.supply.scalars, **self.plan.options, **row}


class PredicateRun(Run):
    """A rule with a ``where`` over one view."""

    def outcome(self) -> Outcome:
        """Return what the rows of the view end as; issues found have their key and project, no more."""
        rule = self.rule
        assert rule.where is not None
        conditions = self._conditions()
        reasons = [reason for reason, _ in conditions]
        applies = _sql(rule.applies) if rule.applies else "true"
        limits = "true" if rule.scope == "config" else f"me.in_scope AND {self.projects(self._project_column())}"
        columns = "".join(f", ({sql}) AS unknown_{n}" for n, (_, sql) in enumerate(conditions))
        cases = " ".join(f"WHEN unknown_{n} THEN {FIRST_REASON + n}" for n in range(len(conditions)))
        wanted = f"v = {FINDING}" if not self.name_unjudged else f"v NOT IN ({CLEAN})"
        # Where nothing can be judged, nothing needs to be looked at.
        where = "NULL::BOOLEAN" if any(sql == "true" for _, sql in conditions) else _sql(rule.where)
        # Each expression stands once: binding it over the wide table costs more than running it.
        _, counted = self.rows(
            f"SELECT v, count(*), list(id ORDER BY id) FILTER (WHERE {wanted}) FROM ("
            f"SELECT id, CASE WHEN applies IS NULL THEN {UNDECIDED_APPLIES} {cases}"
            f" WHEN violates IS NULL THEN {UNDECIDED} WHEN violates THEN {FINDING} ELSE {CLEAN} END AS v FROM ("
            f"SELECT me.rowid AS id, ({applies}) AS applies, ({where}) AS violates{columns}"
            f' FROM "{rule.view}" me WHERE {limits}) WHERE applies IS NOT FALSE) GROUP BY v ORDER BY v'
        )
        not_judged: dict[str, int] = {}
        unjudged: list[tuple[str, str]] = []
        found: list[int] = []
        for verdict_code, count, ids in counted:
            if verdict_code == FINDING:
                found = ids
            elif verdict_code != CLEAN:
                reason = reasons[verdict_code - FIRST_REASON] if verdict_code >= FIRST_REASON else NOT_DECIDABLE
                not_judged[reason] = not_judged.get(reason, 0) + count
                unjudged.extend((name, reason) for name in self._names(ids or ()))
        return Outcome(
            rule=rule,
            applies=sum(count for _, count, _ in counted),
            violations=tuple(self._violations(found)),
            not_judged=dict(sorted(not_judged.items())),
            unjudged=tuple(unjudged),
        )

    def _conditions(self) -> list[tuple[str, str]]:
        """Return the reasons for not judging a row, each with its condition, in the order in which they count."""
        fetched = "me.fetched" if self.rule.view == "issue" else None
        return [*self.needs(fetched), *((reason, _sql(expression)) for reason, expression in self.rule.unknown)]

    def _project_column(self) -> str:
        return {"project": "me.key", "issue": "me.project", "sprint": "me.project", "version": "me.project"}.get(
            self.rule.view, "NULL::VARCHAR"
        )

    def _violations(self, ids: Sequence[int]) -> Iterator[Violation]:
        if not ids:
            return
        rule = self.rule
        evidence = "".join(f", ({_sql(sql)}) AS ev_{n}" for n, (_, sql) in enumerate(rule.evidence))
        # What messages may say of an issue is wide, and fetched once for all rules.
        what = "me.key, me.project" if rule.view == "issue" else "me.*"
        columns, rows = self.rows(
            f'SELECT {what}{evidence} FROM "{rule.view}" me WHERE me.rowid IN (SELECT unnest($found_ids)) ORDER BY me.rowid',
            found_ids=list(ids),
        )
        width = len(columns) - len(rule.evidence)
        id_, name = {**SUBJECT, **CONFIG_SUBJECT}.get(rule.view, ("name", "name"))
        for row in rows:
            values = dict(zip(columns[:width], row[:width], strict=True))
            yield Violation(
                subject=Subject(rule.scope, str(values[id_]), str(values[name] or values[id_])),
                key=values["key"] if rule.view == "issue" else None,
                project=values["key"] if rule.scope == "project" else values.get("project"),
                evidence={name: value for (name, _), value in zip(rule.evidence, row[width:], strict=True)},
                values=self.values(values),
                place=_place(values) if rule.scope == "config" else None,
            )

    def _names(self, ids: Sequence[int]) -> tuple[str, ...]:
        if not ids or not self.name_unjudged:
            return ()
        name = {**SUBJECT, **CONFIG_SUBJECT}.get(self.rule.view, ("name", "name"))[0]
        _, rows = self.rows(
            f"SELECT me.{name} FROM {self.rule.view} me WHERE me.rowid IN (SELECT unnest($found_ids)) ORDER BY 1",
            found_ids=list(ids),
        )
        return tuple(str(row[0]) for row in rows)


class QueryRun(Run):
    """A rule with a whole ``query``: it returns the rows it judged, with a verdict each."""

    def outcome(self) -> Outcome:
        """Return what the query says of the rows in scope; issues found have their key and project, no more."""
        default = self.rule.unknown[0][0] if self.rule.unknown else NOT_DECIDABLE
        applies = 0
        not_judged: dict[str, int] = {}
        unjudged: list[tuple[str, str]] = []
        found: list[dict[str, Any]] = []
        for values in self._judged_rows():
            alike, names, unmet = values.pop("alike"), values.pop("names"), values.pop("unmet")
            applies += alike
            verdict = values["verdict"]
            if unmet is None and verdict == "finding":
                found.append(values)
            elif unmet is not None or verdict != "clean":
                reason = unmet or values.get("reason") or (default if verdict == "unknown" else NOT_DECIDABLE)
                not_judged[reason] = not_judged.get(reason, 0) + alike
                unjudged.extend((name, reason) for name in names or ())
        return Outcome(
            rule=self.rule,
            applies=applies,
            violations=tuple(self._violations(found)),
            not_judged=dict(sorted(not_judged.items())),
            unjudged=tuple(sorted(unjudged)) if self.name_unjudged else (),
        )

    def _judged_rows(self) -> Iterator[dict[str, Any]]:
        """Yield what the query says, each row with how many are like it (``alike``), their ``names`` and an ``unmet`` need."""
        assert self.rule.query is not None
        if self.rule.scope != "config":
            columns, rows = self.rows(self._judged())
            yield from (dict(zip(columns, row, strict=True)) for row in rows)
            return
        # What speaks of the mapping belongs to no issue, and its rows are few.
        columns, rows = self.rows(self.rule.query.sql)
        unmet = next((reason for reason, _ in self.needs(None)), None)
        for row in rows:
            values = dict(zip(columns, row, strict=True))
            yield {**values, "alike": 1, "names": [values["key"] or values["subject_id"]], "unmet": unmet}

    def _judged(self) -> str:
        """Return the SQL of all findings, and of one row for all that end alike otherwise: those are many, and only counted."""
        assert self.rule.query is not None
        names = "list(coalesce(key, subject_id))" if self.name_unjudged else "NULL::VARCHAR[]"
        limits = f"LEFT JOIN issue i ON i.key = q.key WHERE {self._in_scope()} AND {self.projects('q.project')}"
        is_finding = "coalesce(unmet IS NULL AND verdict = 'finding', false)"
        return f"""WITH judged AS MATERIALIZED (
                SELECT q.*, {self._unmet()} AS unmet
                FROM (SELECT NULL::VARCHAR AS reason WHERE false UNION ALL BY NAME (
{self.rule.query.sql}
                )) q {limits}
            )
            SELECT *, 1 AS alike, NULL::VARCHAR[] AS names FROM judged WHERE {is_finding}
            UNION ALL BY NAME
            SELECT verdict, unmet, reason, count(*) AS alike, {names} AS names FROM judged WHERE NOT {is_finding}
            GROUP BY verdict, unmet, reason"""

    def _unmet(self) -> str:
        """Return the SQL of the first need that the issue of a row does not meet; NULL where it meets all."""
        cases = "".join(
            f" WHEN i.key IS NOT NULL AND {condition} THEN {literal(reason)}"
            for reason, condition in self.needs("i.fetched")
        )
        for_all = next((literal(reason) for reason, _ in self.needs(None)), "NULL::VARCHAR")
        return f"CASE{cases} ELSE {for_all} END" if cases else for_all

    def _in_scope(self) -> str:
        """Return the condition that a row speaks about something that was asked for."""
        assert self.rule.query is not None
        sql = self.rule.query.sql
        cases = "".join(
            f" WHEN q.subject_kind = '{kind}' THEN q.subject_id IN (SELECT s.{column} FROM {kind} s WHERE s.in_scope)"
            for kind, (column, _) in SUBJECT.items()
            # Each costs a join: most queries name one kind, and hardly one makes its name up from others.
            if kind != "issue" and (f"'{kind}'" in sql or "'issue'" not in sql)
        )
        return f"CASE WHEN q.key IS NOT NULL THEN coalesce(i.in_scope, false){cases} ELSE true END"

    def _violations(self, found: Sequence[Mapping[str, Any]]) -> Iterator[Violation]:
        sources = self._sources(found)
        for row in found:
            evidence = {
                name: value for name, value in row.items() if name not in (*QUERY_COLUMNS, "file", "line", "col")
            }
            about = {"key": row["key"], "project": row["project"], "name": row["subject_name"]}
            yield Violation(
                subject=Subject(row["subject_kind"], str(row["subject_id"]), str(row["subject_name"])),
                key=row["key"],
                project=row["project"],
                evidence=evidence,
                values=self.values(
                    about if row["key"] is not None else {**about, "source": sources.get(row["project"])}
                ),
                place=_place(row) if self.rule.scope == "config" else None,
                severity=next((one for one in SEVERITIES if one == row.get("severity")), None),
            )

    def _sources(self, found: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Return the source of each project, by key, where a finding without an issue needs it."""
        if self.rule.scope == "config" or all(row["key"] is not None for row in found):
            return {}
        return dict(self.rows("SELECT p.key, p.source FROM project p")[1])


def _sql(expression: Expression) -> str:
    # On lines of its own: a comment at the end of an expression must not swallow what follows it.
    return f"\n{expression.sql}\n"


def _place(values: Mapping[str, Any]) -> Place | None:
    if values.get("file") is None:
        return None
    return Place(str(values["file"]), int(values.get("line") or 1), int(values.get("col") or 1))
