-- Metrics whose equivalent at a finer grain was checked to give the same figure, in every month of the tenant ($org_id).
SELECT metric
FROM nlq.checked_equalities
WHERE $org_id IS NULL OR org_id = $org_id
GROUP BY metric
HAVING bool_and(holds)
