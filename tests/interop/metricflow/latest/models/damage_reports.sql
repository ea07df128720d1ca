select * from {{ source('raw', 'damage_reports') }}
