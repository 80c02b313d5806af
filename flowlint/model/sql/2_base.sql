-- The narrow rows of all issues, with type, team, flow item, value stream and flow state. {…} are conditions
-- compiled from the mapping's selectors.

CREATE TABLE m_narrow AS
WITH i AS (
    SELECT r.rowid AS n, r.key, r.source, r.id, r.project, r.type_id, r.type_name, r.status_id, r.status_name, r.status_category,
           r.resolution, r.fetched_set, r.components, r.labels, r.assignee,
           t.mapped, t.level, t.level_rank, t.flow_item, t.container, t.okr, coalesce(t.left_out, false) AS left_out,
           nullif(trim(v.team_text), '') AS field_team,
           coalesce(r.hierarchy_level, CASE WHEN r.subtask THEN -1 WHEN e.type_name IS NOT NULL THEN 1 WHEN NOT r.subtask THEN 0 END) AS native_level
    FROM raw_issue r
    LEFT JOIN m_type t ON t.project = r.project AND t.type_id IS NOT DISTINCT FROM r.type_id AND t.type_name IS NOT DISTINCT FROM r.type_name
    LEFT JOIN m_values v ON v.n = r.rowid
    LEFT JOIN m_epic_type e ON e.source = r.source AND e.type_id IS NOT DISTINCT FROM r.type_id AND e.type_name IS NOT DISTINCT FROM r.type_name
),
teamed AS (
    SELECT i.*, coalesce({team}, i.field_team) AS team FROM (SELECT *, NULL AS team FROM i) i
)
-- What only the selectors look at goes no further.
SELECT i.* EXCLUDE (components, labels, assignee), {flow_item_conditions} AS conditions,
       {value_stream} AS value_stream
FROM (SELECT * EXCLUDE (team, team_1), team_1 AS team FROM teamed) i;
