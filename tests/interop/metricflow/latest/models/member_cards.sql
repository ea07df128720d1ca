select * from {{ source('raw', 'member_cards') }}
