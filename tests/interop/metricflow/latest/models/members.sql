select * from {{ source('raw', 'members') }}
