-- The cycles' own branches, counts of children, and the issue table itself.

CREATE TABLE m_tree AS
WITH RECURSIVE cycles AS (
    SELECT c.key, c.cycle_key, bool_or(o.is_portfolio_item) OVER w AS has_portfolio, bool_or(o.has_outcome) OVER w AS has_outcome,
           bool_and(o.has_outcome IS NOT NULL) OVER w AS outcome_known
    FROM m_cycle c JOIN m_own o USING (key) WHERE c.kind = 'parent'
    WINDOW w AS (PARTITION BY c.cycle_key)
),
below AS (
    SELECT key, has_portfolio AS reaches_portfolio,
           CASE WHEN has_outcome THEN true WHEN outcome_known THEN false END AS reaches_outcome
    FROM cycles
    UNION ALL
    SELECT o.key, p.is_portfolio_item OR b.reaches_portfolio, o.has_outcome OR b.reaches_outcome
    FROM below b
    JOIN m_own o ON o.parent_key = b.key
    JOIN m_own p ON p.key = b.key
    WHERE o.key NOT IN (SELECT key FROM cycles)
)
SELECT key, root_key, depth, reaches_portfolio, reaches_outcome FROM m_walk
UNION ALL
SELECT key, NULL, NULL, reaches_portfolio, reaches_outcome FROM below;

CREATE TABLE m_started AS
SELECT c.key, min(c."at") FILTER (WHERE c.flow_state_to = 'active') AS started,
       max(c."at") FILTER (WHERE c.flow_state_to IN ('done', 'cancelled')) AS finished
FROM status_change c GROUP BY c.key;

CREATE TABLE m_children AS
SELECT c.parent_key AS key,
       count(*) AS child_count,
       count(*) FILTER (WHERE c.is_open) AS open_child_count,
       count(*) FILTER (WHERE c.is_done) AS done_child_count,
       count(*) FILTER (WHERE c.flow_state = 'active' OR c.is_done OR (c.is_open AND s.started IS NOT NULL)) AS started_child_count,
       count(*) FILTER (WHERE c.native_level = -1) AS subtask_count,
       count(*) FILTER (WHERE c.is_flow_item) AS flow_item_child_count
FROM m_base c LEFT JOIN m_started s ON s.key = c.key
WHERE c.parent_state = 'known' AND c.parent_key <> c.key AND NOT c.left_out
GROUP BY c.parent_key;

-- A level of portfolio items most of which have no child is the mark of an export that was cut off.
CREATE TABLE m_cut_level AS
SELECT b.source, b.level
FROM m_base b LEFT JOIN m_children c USING (key)
WHERE b.is_portfolio_item
GROUP BY b.source, b.level
HAVING count(*) >= 10 AND count(*) FILTER (WHERE c.key IS NULL) > 0.8 * count(*);

CREATE TABLE m_absent_subtask AS
SELECT DISTINCT r.key FROM (SELECT key, unnest(subtask_keys) AS child FROM raw_issue) r ANTI JOIN raw_issue i ON i.key = r.child;

CREATE TABLE m_sprint_count AS
SELECT key, count(DISTINCT (source, sprint_id)) AS sprint_count FROM raw_issue_sprint GROUP BY key;

CREATE TABLE m_story AS
WITH text AS (
    SELECT key, CASE WHEN contains(summary_words, ' i want ') OR contains(summary_words, ' i need ') THEN summary_norm
                     WHEN contains(description_words, ' as a') AND (contains(description_words, ' i want ') OR contains(description_words, ' i need ')
                          OR contains(description_words, ' i can ')) THEN description_norm END AS t
    FROM raw_issue
)
-- Patterns without bounds: counted repetitions cost more to compile than the rest of the model.
SELECT key,
       nullif(left(trim(regexp_extract(t, '(?:^|[^a-z])as an? ([^,.;]+?),? i (?:want|need|can|would like)', 1)), 80), '') AS story_role,
       nullif(left(trim(regexp_extract(t, '(?:^|[^a-z])i (?:want|need|can|would like)(?: to)? (.+?)(?:,? so that | in order to |[.;]|$)', 1)), 300), '') AS story_goal,
       nullif(left(trim(regexp_extract(t, '(?:so that|in order to) ([^.;]+)', 1)), 300), '') AS story_benefit
FROM text WHERE t IS NOT NULL;

CREATE TABLE m_version_names AS
SELECT key, list(DISTINCT name ORDER BY name) AS names FROM raw_issue_version GROUP BY key;

CREATE TABLE issue AS
SELECT r.key, r.native_key, r.id, r.source, src.tracker, r.project, r.url,
       (NOT b.left_out AND {asked_for}) AS in_scope,
       r.type_name AS type, b.level, b.level_rank, b.level_offset, b.level_position, b.container, b.okr, b.flow_item,
       b.counted, b.is_flow_item, b.is_portfolio_item,
       b.native_level,
       CASE WHEN b.parent_state = 'known' THEN p.native_level
            ELSE coalesce(b.stub_level, CASE WHEN b.stub_subtask THEN -1 WHEN m.via IN ('epic_link', 'epic') THEN 1 WHEN NOT b.stub_subtask THEN 0 END) END AS parent_native_level,
       coalesce(f.names, []) AS fetched,
       r.summary, r.summary_norm, r.summary_words, r.description, r.description_norm, r.description_words,
       y.story_role, y.story_goal, y.story_benefit, v.acceptance_criteria_text AS acceptance_criteria,
       r.status_name AS status, r.status_category, b.value_stream, b.stage, b.step, b.flow_state, r.resolution,
       CASE WHEN v.key IS NOT NULL AND trim(coalesce(v.flagged_text, '')) <> '' THEN lower(trim(v.flagged_text)) NOT IN ('false', 'no', 'none')
            WHEN list_contains(f.names, 'flagged') THEN false END AS flagged,
       b.is_open, b.is_done, b.is_cancelled,
       b.parent_key, b.parent_state,
       CASE WHEN b.parent_state = 'known' THEN p.type_name ELSE b.stub_type_name END AS parent_type,
       CASE WHEN b.parent_state = 'known' THEN p.level ELSE st.level END AS parent_level,
       CASE WHEN b.parent_state = 'known' THEN p.level_rank ELSE st.level_rank END AS parent_level_rank,
       CASE WHEN b.parent_state = 'known' THEN p.flow_item ELSE st.flow_item END AS parent_flow_item,
       t.reaches_portfolio, t.reaches_outcome, t.root_key, t.depth::INTEGER AS depth,
       (NOT src.restricted AND a.key IS NULL AND cut.level IS NULL) AS children_known,
       coalesce(c.child_count, 0)::INTEGER AS child_count,
       coalesce(c.open_child_count, 0)::INTEGER AS open_child_count,
       coalesce(c.done_child_count, 0)::INTEGER AS done_child_count,
       coalesce(c.started_child_count, 0)::INTEGER AS started_child_count,
       coalesce(c.subtask_count, 0)::INTEGER AS subtask_count,
       coalesce(c.flow_item_child_count, 0)::INTEGER AS flow_item_child_count,
       r.assignee, r.reporter, b.team, list_sort(r.labels) AS labels, list_sort(r.components) AS components,
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
JOIN m_base b ON b.key = r.key
JOIN raw_source src ON src.source = r.source
LEFT JOIN m_base p ON p.key = b.parent_key AND b.parent_state = 'known'
LEFT JOIN m_parent m ON m.key = r.key
LEFT JOIN m_type st ON b.parent_state <> 'known' AND st.project = regexp_extract(b.parent_key, '([^:]*)-[0-9]+$', 1)
 AND st.type_id IS NOT DISTINCT FROM b.stub_type_id AND st.type_name IS NOT DISTINCT FROM b.stub_type_name
 AND (b.stub_type_id IS NOT NULL OR b.stub_type_name IS NOT NULL)
LEFT JOIN m_tree t ON t.key = r.key
LEFT JOIN m_children c ON c.key = r.key
LEFT JOIN m_started s ON s.key = r.key
LEFT JOIN m_values v ON v.key = r.key
LEFT JOIN m_outcome_due o ON o.key = r.key
LEFT JOIN m_fetched f ON f.fetched = r.fetched
 AND f.project IS NOT DISTINCT FROM CASE WHEN r.project IN (SELECT project FROM m_field WHERE project IS NOT NULL) THEN r.project END
LEFT JOIN m_story y ON y.key = r.key
LEFT JOIN m_version_names n ON n.key = r.key
LEFT JOIN m_sprint_count sc ON sc.key = r.key
LEFT JOIN m_absent_subtask a ON a.key = r.key
LEFT JOIN m_cut_level cut ON cut.source = r.source AND cut.level = b.level AND b.is_portfolio_item;
