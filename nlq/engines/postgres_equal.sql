-- Metrics whose equivalent at a finer grain was checked to give the same figure, in every month of the tenant ($1).
SELECT metric
FROM nlq.checked_equalities
WHERE $1::text IS NULL OR org_id = $1
GROUP BY metric
HAVING bool_and(holds)
