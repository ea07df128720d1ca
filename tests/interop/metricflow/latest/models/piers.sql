select * from {{ source('raw', 'piers') }}
