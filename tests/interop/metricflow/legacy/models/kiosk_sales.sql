select * from {{ source('raw', 'kiosk_sales') }}
