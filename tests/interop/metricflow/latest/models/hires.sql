select * from {{ source('raw', 'hires') }}
