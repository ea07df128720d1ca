SELECT publication, watermark FROM nlq.tier_watermark
