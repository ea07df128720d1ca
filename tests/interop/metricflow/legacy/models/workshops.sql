select * from {{ source('raw', 'workshops') }}
