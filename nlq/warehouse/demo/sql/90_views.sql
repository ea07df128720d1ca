-- The two tables of the product that people know under the name of scout, and bare names for whoever opens the file by hand.
CREATE VIEW scout.query_performance_log AS SELECT * FROM nlq.query_performance_log;
CREATE VIEW scout.cache AS SELECT * FROM nlq.cache;

CREATE VIEW main.regions AS SELECT * FROM scout.regions;
CREATE VIEW main.dim_calendar AS SELECT * FROM scout.dim_calendar;
CREATE VIEW main.dim_store AS SELECT * FROM scout.dim_store;
CREATE VIEW main.dim_customer AS SELECT * FROM scout.dim_customer;
CREATE VIEW main.dim_product AS SELECT * FROM scout.dim_product;
CREATE VIEW main.bronze_ingestion_batches AS SELECT * FROM scout.bronze_ingestion_batches;
CREATE VIEW main.bronze_transactions_raw AS SELECT * FROM scout.bronze_transactions_raw;
CREATE VIEW main.bronze_dead_letters AS SELECT * FROM scout.bronze_dead_letters;
CREATE VIEW main.silver_transactions_cleaned AS SELECT * FROM scout.silver_transactions_cleaned;
CREATE VIEW main.silver_transaction_items AS SELECT * FROM scout.silver_transaction_items;
CREATE VIEW main.gold_daily_aggregates AS SELECT * FROM scout.gold_daily_aggregates;
CREATE VIEW main.gold_product_daily AS SELECT * FROM scout.gold_product_daily;
CREATE VIEW main.gold_regional_performance AS SELECT * FROM scout.gold_regional_performance;
CREATE VIEW main.gold_business_metrics AS SELECT * FROM scout.gold_business_metrics;
CREATE VIEW main.platinum_executive_summary AS SELECT * FROM scout.platinum_executive_summary;
