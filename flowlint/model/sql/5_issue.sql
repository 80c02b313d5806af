-- The cycles' own branches, counts of children, and the issue table itself.

CREATE TABLE m_tree AS
WITH RECURSIVE cycles AS (
    SELECT o.n, c.cycle_key, bool_or(o.is_portfolio_item) OVER w AS has_portfolio, bool_or(o.has_outcome) OVER w AS has_outcome,
           bool_and(o.has_outcome IS NOT NULL) OVER w AS outcome_known
    FROM m_cycle c JOIN m_own o USING (key) WHERE c.kind = 'parent'
    WINDOW w AS (PARTITION BY c.cycle_key)
),
below AS (
    SELECT n, has_portfolio AS reaches_portfolio,
           CASE WHEN has_outcome THEN true WHEN outcome_known THEN false END AS reaches_outcome
    FROM cycles
    UNION ALL
    SELECT o.n, p.is_portfolio_item OR b.reaches_portfolio, o.has_outcome OR b.reaches_outcome
    FROM below b
    JOIN m_own o ON o.parent_n = b.n
    JOIN m_own p ON p.n = b.n
    WHERE o.n NOT IN (SELECT n FROM cycles)
)
SELECT w.n, r.key AS root_key, w.depth, w.reaches_portfolio, w.reaches_outcome FROM m_walk w JOIN m_own r ON r.n = w.root_n
UNION ALL
SELECT n, NULL, NULL, reaches_portfolio, reaches_outcome FROM below;

CREATE TABLE m_started AS
SELECT b.n, min(c."at") FILTER (WHERE c.flow_state_to = 'active') AS started,
       max(c."at") FILTER (WHERE c.flow_state_to IN ('done', 'cancelled')) AS finished
FROM status_change c JOIN m_base b ON b.key = c.key GROUP BY b.n;

CREATE TABLE m_children AS
SELECT c.parent_n AS n,
       count(*) AS child_count,
       count(*) FILTER (WHERE c.is_open) AS open_child_count,
       count(*) FILTER (WHERE c.is_done) AS done_child_count,
       count(*) FILTER (WHERE c.flow_state = 'active' OR c.is_done OR (c.is_open AND s.started IS NOT NULL)) AS started_child_count,
       count(*) FILTER (WHERE c.native_level = -1) AS subtask_count,
       count(*) FILTER (WHERE c.is_flow_item) AS flow_item_child_count
FROM m_base c LEFT JOIN m_started s ON s.n = c.n
WHERE c.parent_n IS NOT NULL AND c.parent_n <> c.n AND NOT c.left_out
GROUP BY c.parent_n;

-- A level of portfolio items most of which have no child is the mark of an export that was cut off.
CREATE TABLE m_cut_level AS
SELECT b.source, b.level
FROM m_base b LEFT JOIN m_children c ON c.n = b.n
WHERE b.is_portfolio_item
GROUP BY b.source, b.level
HAVING count(*) >= 10 AND count(*) FILTER (WHERE c.n IS NULL) > 0.8 * count(*);

CREATE TABLE m_absent_subtask AS
SELECT DISTINCT r.n FROM (SELECT rowid AS n, unnest(subtask_keys) AS child FROM raw_issue) r ANTI JOIN raw_issue i ON i.key = r.child;

CREATE TABLE m_sprint_count AS
SELECT i.rowid AS n, count(DISTINCT (s.source, s.sprint_id)) AS sprint_count
FROM raw_issue_sprint s JOIN raw_issue i ON i.key = s.key GROUP BY i.rowid;

CREATE TABLE m_story AS
WITH likely AS (
    -- Few descriptions hold these words, and normalising all would cost more than the rest of the model.
    SELECT rowid AS n, summary_norm, summary_words, CASE WHEN contains(lower(description), 'as a') THEN description END AS description
    FROM raw_issue WHERE {stories}
),
normal AS (
    SELECT n, summary_norm, summary_words, {description_norm} AS description_norm FROM likely
    WHERE description IS NOT NULL OR contains(summary_words, ' i want ') OR contains(summary_words, ' i need ')
),
worded AS (
    SELECT *, {description_words} AS description_words FROM normal
),
text AS (
    SELECT n, CASE WHEN contains(summary_words, ' i want ') OR contains(summary_words, ' i need ') THEN summary_norm
                   WHEN contains(description_words, ' as a') AND (contains(description_words, ' i want ') OR contains(description_words, ' i need ')
                        OR contains(description_words, ' i can ')) THEN description_norm END AS t
    FROM worded
)
-- Patterns without bounds: counted repetitions cost more to compile than the rest of the model.
SELECT n,
       nullif(left(trim(regexp_extract(t, '(?:^|[^a-z])as an? ([^,.;]+?),? i (?:want|need|can|would like)', 1)), 80), '') AS story_role,
       nullif(left(trim(regexp_extract(t, '(?:^|[^a-z])i (?:want|need|can|would like)(?: to)? (.+?)(?:,? so that | in order to |[.;]|$)', 1)), 300), '') AS story_goal,
       nullif(left(trim(regexp_extract(t, '(?:so that|in order to) ([^.;]+)', 1)), 300), '') AS story_benefit
FROM text WHERE t IS NOT NULL;

CREATE TABLE m_version_names AS
SELECT i.rowid AS n, list(DISTINCT v.name ORDER BY v.name) AS names
FROM raw_issue_version v JOIN raw_issue i ON i.key = v.key GROUP BY i.rowid;

CREATE TABLE issue AS
SELECT r.key, r.native_key, r.id, r.source, src.tracker, r.project, r.url,
       (r.in_scope AND NOT b.left_out AND {asked_for}) AS in_scope,
       r.type_name AS type, b.level, b.level_rank, b.level_offset, b.level_position, b.container, b.okr, b.flow_item,
       b.counted, b.is_flow_item, b.is_portfolio_item,
       b.native_level,
       CASE WHEN b.parent_state = 'known' THEN p.native_level
            ELSE coalesce(b.stub_level, CASE WHEN b.stub_subtask THEN -1 WHEN b.parent_via IN ('epic_link', 'epic') THEN 1 WHEN NOT b.stub_subtask THEN 0 END) END AS parent_native_level,
       coalesce(f.names, []) AS fetched,
       r.summary, r.summary_norm, r.summary_words, r.description,
       NULL::VARCHAR AS description_norm, NULL::VARCHAR AS description_words, -- made where they are read (normalised.py)
       y.story_role, y.story_goal, y.story_benefit, v.acceptance_criteria_text AS acceptance_criteria,
       r.status_name AS status, r.status_category, b.value_stream, b.stage, b.step, b.flow_state, r.resolution,
       CASE WHEN v.n IS NOT NULL AND trim(coalesce(v.flagged_text, '')) <> '' THEN lower(trim(v.flagged_text)) NOT IN ('false', 'no', 'none')
            WHEN list_contains(f.names, 'flagged') THEN false END AS flagged,
       b.is_open, b.is_done, b.is_cancelled,
       b.parent_key, b.parent_state,
       CASE WHEN b.parent_state = 'known' THEN p.type_name ELSE b.stub_type_name END AS parent_type,
       CASE WHEN b.parent_state = 'known' THEN p.level ELSE st.level END AS parent_level,
       CASE WHEN b.parent_state = 'known' THEN p.level_rank ELSE st.level_rank END AS parent_level_rank,
       CASE WHEN b.parent_state = 'known' THEN p.flow_item ELSE st.flow_item END AS parent_flow_item,
       t.reaches_portfolio, t.reaches_outcome, t.root_key, t.depth::INTEGER AS depth,
       (NOT src.restricted AND a.n IS NULL AND cut.level IS NULL) AS children_known,
       coalesce(c.child_count, 0)::INTEGER AS child_count,
       coalesce(c.open_child_count, 0)::INTEGER AS open_child_count,
       coalesce(c.done_child_count, 0)::INTEGER AS done_child_count,
       coalesce(c.started_child_count, 0)::INTEGER AS started_child_count,
       coalesce(c.subtask_count, 0)::INTEGER AS subtask_count,
       coalesce(c.flow_item_child_count, 0)::INTEGER AS flow_item_child_count,
       r.assignee, r.reporter, b.team, r.labels, r.components,
       coalesce(n.names, []) AS fix_versions,
       v.story_points_number AS story_points,
       coalesce(sc.sprint_count, 0)::INTEGER AS sprint_count,
       r.created, r.updated, s.started,
       coalesce(r.resolved, CASE WHEN b.is_done OR b.is_cancelled THEN s.finished END) AS resolved,
       coalesce(try_cast(left(v.due_text, 10) AS DATE), r.due) AS due,
       floor(epoch(run.moment - r.created) / 86400)::INTEGER AS age_days,
       floor(epoch(run.moment - r.updated) / 86400)::INTEGER AS idle_days,
       CASE WHEN b.is_done OR b.is_cancelled
            THEN floor(epoch(run.moment - coalesce(r.resolved, s.finished, r.updated)) / 86400)::INTEGER END AS done_days,
       v.outcome_text AS outcome, {outcome_norm} AS outcome_norm, v.outcome_metric_text AS outcome_metric,
       v.outcome_baseline_text AS outcome_baseline, v.outcome_target_text AS outcome_target, v.outcome_due_text AS outcome_due,
       date_diff('day', o.last_day, (run.moment - INTERVAL 1 MICROSECOND)::DATE)::INTEGER AS outcome_overdue_days,
       v.actual_outcome_text AS actual_outcome, {actual_norm} AS actual_outcome_norm, v.objective_text AS objective, v.key_results_text AS key_results,
       v.owner_text AS owner
FROM raw_issue r
CROSS JOIN m_run run
JOIN m_base b ON b.n = r.rowid
JOIN raw_source src ON src.source = r.source
LEFT JOIN m_base p ON p.n = b.parent_n
LEFT JOIN m_stub_type st ON st.n = b.n
LEFT JOIN m_tree t ON t.n = b.n
LEFT JOIN m_children c ON c.n = b.n
LEFT JOIN m_started s ON s.n = b.n
LEFT JOIN m_values v ON v.n = b.n
LEFT JOIN m_outcome_due o ON o.n = b.n
LEFT JOIN m_fetched f ON f.fetched_set = b.fetched_set AND f.project = b.project
LEFT JOIN m_story y ON y.n = b.n
LEFT JOIN m_version_names n ON n.n = b.n
LEFT JOIN m_sprint_count sc ON sc.n = b.n
LEFT JOIN m_absent_subtask a ON a.n = b.n
LEFT JOIN m_cut_level cut ON cut.source = b.source AND cut.level = b.level AND b.is_portfolio_item;
