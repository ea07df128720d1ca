select * from {{ source('raw', 'stock_counts') }}
