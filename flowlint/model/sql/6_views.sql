-- The other views of the contract; `issue`, `cycle`, `status_change` and `field_change` stand already.

CREATE TABLE ancestor AS
WITH RECURSIVE up AS (
    SELECT o.n, o.parent_n AS ancestor_n, 1 AS distance
    FROM m_own o JOIN m_walk w ON w.n = o.n WHERE o.parent_n IS NOT NULL
    UNION ALL
    SELECT u.n, o.parent_n, u.distance + 1
    FROM up u JOIN m_own o ON o.n = u.ancestor_n
    WHERE o.parent_n IS NOT NULL AND u.distance < 50
)
SELECT i.key, a.key AS ancestor_key, u.distance FROM up u JOIN m_own i ON i.n = u.n JOIN m_own a ON a.n = u.ancestor_n;

CREATE TABLE link AS SELECT key, other_key, kind, name FROM m_link;

CREATE TABLE parent_candidate AS
SELECT key, coalesce(link_name, via) AS via, parent_key, position::INTEGER AS position, state FROM m_parent_candidate;

CREATE TABLE m_sprint_id AS
SELECT source, id, CASE WHEN count(*) OVER (PARTITION BY id) > 1 THEN concat(source, ':', id) ELSE id END AS sprint_id FROM raw_sprint;

CREATE TABLE sprint_issue AS
SELECT DISTINCT s.sprint_id, r.key FROM raw_issue_sprint r JOIN m_sprint_id s ON s.source = r.source AND s.id = r.sprint_id;

CREATE TABLE sprint AS
WITH held AS (
    SELECT s.sprint_id, i.project, count(*) AS issues, bool_or(i.in_scope) AS in_scope
    FROM sprint_issue s JOIN issue i USING (key) GROUP BY s.sprint_id, i.project
),
whole AS (
    SELECT sprint_id, arg_max(project, (issues, -rank)) AS project, bool_or(in_scope) AS in_scope, sum(issues)::INTEGER AS issue_count
    FROM (SELECT *, row_number() OVER (PARTITION BY sprint_id ORDER BY project) AS rank FROM held) GROUP BY sprint_id
)
SELECT n.sprint_id AS id, r.source, r.name, r.state, r.goal, r.goal_known, r.board_id, w.project,
       coalesce(w.in_scope, false) AS in_scope, r.started, r.ends, r.completed, coalesce(w.issue_count, 0) AS issue_count
FROM raw_sprint r JOIN m_sprint_id n ON n.source = r.source AND n.id = r.id LEFT JOIN whole w ON w.sprint_id = n.sprint_id;

CREATE TABLE m_version_id AS
SELECT source, id, CASE WHEN count(*) OVER (PARTITION BY id) > 1 THEN concat(source, ':', id) ELSE id END AS version_id FROM raw_version;

CREATE TABLE issue_version AS
SELECT DISTINCT r.key, v.version_id, r.name
FROM raw_issue_version r JOIN m_version_id v ON v.source = r.source AND v.id = r.version_id;

CREATE TABLE version AS
WITH held AS (
    SELECT v.version_id, bool_or(i.in_scope) AS in_scope, count(*)::INTEGER AS issue_count, (count(*) FILTER (WHERE i.is_open))::INTEGER AS open_issue_count
    FROM issue_version v JOIN issue i USING (key) GROUP BY v.version_id
)
SELECT n.version_id AS id, r.source, r.project, r.name, {name_norm} AS name_norm, r.released, r.archived, r.start_date, r.release_date,
       date_diff('day', r.release_date, (run.moment - INTERVAL 1 MICROSECOND)::DATE)::INTEGER AS overdue_days, coalesce(h.in_scope, false) AS in_scope,
       coalesce(h.issue_count, 0) AS issue_count, coalesce(h.open_issue_count, 0) AS open_issue_count
FROM raw_version r CROSS JOIN m_run run
JOIN m_version_id n ON n.source = r.source AND n.id = r.id
LEFT JOIN held h ON h.version_id = n.version_id;

CREATE TABLE project AS
WITH above AS (
    SELECT project, count(DISTINCT key) AS initiatives FROM (
        SELECT project, key FROM issue WHERE level_offset >= 2 AND is_portfolio_item
        UNION
        SELECT i.project, p.key FROM issue i JOIN ancestor x ON x.key = i.key JOIN issue p ON p.key = x.ancestor_key
        WHERE p.level_offset >= 2 AND p.is_portfolio_item
        UNION
        SELECT i.project, i.parent_key FROM issue i CROSS JOIN m_run run
        WHERE i.parent_state <> 'known' AND i.parent_level_rank - run.flow_item_rank >= 2
    ) GROUP BY project
)
SELECT i.project AS key, min(i.source) AS source, min(s.name) AS name, bool_or(i.in_scope) AS in_scope,
       count(*)::INTEGER AS issue_count, (count(*) FILTER (WHERE i.is_open))::INTEGER AS open_issue_count,
       (count(*) FILTER (WHERE i.is_flow_item))::INTEGER AS flow_item_count,
       (count(*) FILTER (WHERE i.is_portfolio_item))::INTEGER AS portfolio_item_count,
       coalesce(max(a.initiatives), 0)::INTEGER AS initiative_count,
       (count(*) FILTER (WHERE i.is_flow_item AND i.story_points IS NOT NULL))::INTEGER AS estimated_count
FROM issue i
LEFT JOIN raw_site_project s ON s.source = i.source AND s.key = i.project
LEFT JOIN above a ON a.project = i.project
GROUP BY i.project;

CREATE TABLE team AS
WITH held AS (
    SELECT team AS name, bool_or(in_scope) AS in_scope, count(*)::INTEGER AS issue_count FROM issue WHERE team IS NOT NULL GROUP BY team
)
SELECT coalesce(c.name, h.name) AS name, c.owner, c.wip_limit, coalesce(h.in_scope, false) AS in_scope, coalesce(h.issue_count, 0) AS issue_count
FROM config_team c FULL JOIN held h ON h.name = c.name;

CREATE TABLE person AS
SELECT assignee AS id, min(source) AS source, bool_or(in_scope) AS in_scope,
       (count(*) FILTER (WHERE is_open))::INTEGER AS open_issue_count,
       (count(*) FILTER (WHERE is_flow_item AND flow_state = 'active'))::INTEGER AS active_flow_item_count
FROM issue WHERE assignee IS NOT NULL GROUP BY assignee;

CREATE TABLE field AS
SELECT s.source, s.id, s.name, s.schema_type, s.schema_custom, min(f.meaning) AS meaning
FROM raw_site_field s LEFT JOIN m_field f ON f.field_id = s.id
GROUP BY s.source, s.id, s.name, s.schema_type, s.schema_custom;
