select * from {{ source('raw', 'lakes') }}
