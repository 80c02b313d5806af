-- Moves from status to status, read under the workflow that holds for the issue.

CREATE TABLE status_change AS
SELECT c.key, c."at", c.seq, c.from_text AS status_from, c.to_text AS status_to,
       f.flow_state AS flow_state_from, t.flow_state AS flow_state_to,
       f.stage AS stage_from, t.stage AS stage_to, f.step AS step_from, t.step AS step_to
FROM raw_change c
JOIN m_narrow i ON i.key = c.key
LEFT JOIN m_change_status f ON f.value_stream IS NOT DISTINCT FROM i.value_stream AND f.project = i.project
 AND f.status_id IS NOT DISTINCT FROM c.from_id AND f.status_name IS NOT DISTINCT FROM c.from_text
LEFT JOIN m_change_status t ON t.value_stream IS NOT DISTINCT FROM i.value_stream AND t.project = i.project
 AND t.status_id IS NOT DISTINCT FROM c.to_id AND t.status_name IS NOT DISTINCT FROM c.to_text
WHERE c.field = 'status';

CREATE TABLE field_change AS
SELECT c.key, c."at", c.seq, coalesce(min(s.meaning), min(f.meaning), c.field) AS field,
       coalesce(c.from_text, c.from_id) AS value_from, coalesce(c.to_text, c.to_id) AS value_to
FROM raw_change c
LEFT JOIN m_system_field s ON s.field_id = c.field
LEFT JOIN m_field f ON f.field_id = c.field
WHERE c.field <> 'status'
GROUP BY c.key, c."at", c.seq, c.field, c.from_text, c.from_id, c.to_text, c.to_id;
