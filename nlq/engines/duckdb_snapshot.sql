-- The state of every table for one tenant ($org_id), or for all of them where it is null. Shared tables have no tenant.
-- Then every table that is counted, whether or not the tenant has rows of it: without a version.
SELECT
  dataset,
  org_id,
  month,
  CAST(version AS VARCHAR) AS version,
  row_count,
  first_date,
  last_date,
  CAST(built_from AS VARCHAR) AS built_from,
  CAST(fresh_as_of AS VARCHAR) AS fresh_as_of
FROM nlq.dataset_versions
WHERE org_id IS NULL OR $org_id IS NULL OR org_id = $org_id
UNION ALL
SELECT DISTINCT dataset, CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS VARCHAR), 0, CAST(NULL AS DATE), CAST(NULL AS DATE),
  CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
FROM nlq.dataset_versions
