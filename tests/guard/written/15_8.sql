SELECT
  CASE
    WHEN c.birth_year IS NULL THEN 'unknown'
    WHEN extract(year FROM current_date) - c.birth_year < 25 THEN 'under 25'
    WHEN extract(year FROM current_date) - c.birth_year < 40 THEN '25-39'
    WHEN extract(year FROM current_date) - c.birth_year < 60 THEN '40-59'
    ELSE '60 and over'
  END AS age_band,
  count(*) AS customers,
  count(CASE WHEN c.joined_on >= date_trunc('year', current_date) THEN 1 END) AS joined_this_year,
  round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS share_pct
FROM dim_customer c
WHERE c.region = 'NCR'
GROUP BY 1
ORDER BY customers DESC
