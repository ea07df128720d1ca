select * from {{ source('raw', 'calendar_days') }}
