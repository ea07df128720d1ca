select * from {{ source('raw', 'lake_wardens') }}
