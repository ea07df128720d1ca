"""A model in the words of others: dbt, Ossie, Cube and Snowflake. What cannot be said there is listed with a code."""
