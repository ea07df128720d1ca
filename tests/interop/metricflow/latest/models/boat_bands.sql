select * from {{ source('raw', 'boat_bands') }}
