-- The tables of Lakeside Hire, an invented company that lets boats from piers. DuckDB, schema main.
-- Every table is filled from the CSV file of its own name; an empty field is NULL.
CREATE TABLE lakes (lake_id INTEGER, lake_name VARCHAR, region VARCHAR, is_protected BOOLEAN, depth_m DECIMAL(6,1));
CREATE TABLE lake_wardens (lake_id INTEGER, warden VARCHAR, shift VARCHAR, from_at TIMESTAMP, until_at TIMESTAMP);
CREATE TABLE piers (pier_id INTEGER, pier_code VARCHAR, pier_name VARCHAR, kind VARCHAR, lake_id INTEGER, has_cafe BOOLEAN, berths INTEGER, opened_on DATE);
CREATE TABLE members (member_id INTEGER, full_name VARCHAR, tier VARCHAR, home_pier_id INTEGER, joined_on DATE, birth_year INTEGER, newsletter BOOLEAN);
CREATE TABLE member_cards (member_id INTEGER, card_colour VARCHAR, card_limit DECIMAL(8,2), issued_on DATE);
CREATE TABLE boats (boat_id INTEGER, hull_code VARCHAR, kind VARCHAR, seats INTEGER, built_on DATE);
CREATE TABLE boat_bands (boat_id INTEGER, band VARCHAR, workshop_id INTEGER, valid_from DATE, valid_to DATE);
CREATE TABLE workshops (workshop_id INTEGER, town VARCHAR, region VARCHAR);
CREATE TABLE hires (hire_id INTEGER, hired_on DATE, paid_on DATE, boat_id INTEGER, member_id INTEGER, pier_id INTEGER, return_pier_id INTEGER, channel_code VARCHAR, weather VARCHAR, note VARCHAR, party_size INTEGER, hours DECIMAL(6,2), price DECIMAL(10,2), deposit DECIMAL(10,2), was_late BOOLEAN);
CREATE TABLE kiosk_sales (sale_id INTEGER, sold_at TIMESTAMP, pier_id INTEGER, member_id INTEGER, channel_code VARCHAR, item VARCHAR, quantity INTEGER, amount DECIMAL(10,2), refunded BOOLEAN);
CREATE TABLE stock_counts (counted_on DATE, pier_id INTEGER, afloat INTEGER, broken INTEGER, counter VARCHAR);
CREATE TABLE visits (visit_id INTEGER, visited_on DATE, member_id INTEGER, channel_code VARCHAR, weather VARCHAR, pages INTEGER);
CREATE TABLE damage_reports (report_id INTEGER, reported_on DATE, hire_id INTEGER, severity VARCHAR, cost DECIMAL(10,2));
CREATE TABLE pier_targets (target_month DATE, pier_id INTEGER, target DECIMAL(12,2));
CREATE TABLE calendar_days (day DATE, fiscal_quarter_start DATE, sales_week VARCHAR);
