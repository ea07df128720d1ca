select * from {{ source('raw', 'boats') }}
