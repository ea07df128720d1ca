select * from {{ source('raw', 'pier_targets') }}
