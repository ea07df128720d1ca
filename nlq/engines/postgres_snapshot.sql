-- The state of every table for one tenant ($1), or for all of them where it is null. Shared tables have no tenant.
-- Then every table that is counted, whether or not the tenant has rows of it: without a version.
SELECT
  dataset,
  org_id,
  month,
  CAST(version AS TEXT) AS version,
  row_count,
  first_date,
  last_date,
  CAST(built_from AS TEXT) AS built_from,
  CAST(fresh_as_of AS TEXT) AS fresh_as_of
FROM nlq.dataset_versions
WHERE org_id IS NULL OR $1::text IS NULL OR org_id = $1
UNION ALL
SELECT DISTINCT dataset, CAST(NULL AS TEXT), CAST(NULL AS DATE), CAST(NULL AS TEXT), 0, CAST(NULL AS DATE), CAST(NULL AS DATE),
  CAST(NULL AS TEXT), CAST(NULL AS TEXT)
FROM nlq.dataset_versions
