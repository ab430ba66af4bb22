-- Roles and databases, made once, while the server's data folder is still empty.
-- No role but the superuser may do more than its own part needs.
\set ON_ERROR_STOP on
\getenv temporal_password TEMPORAL_DB_PASSWORD
\getenv owner_password OWNER_DB_PASSWORD
\getenv app_password APP_DB_PASSWORD

-- A statement that fails would otherwise stand in the server's log, password and all.
SET log_min_error_statement = panic;

CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE ROLE chat2sql_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE chat2sql_app LOGIN PASSWORD :'app_password';

CREATE DATABASE temporal OWNER temporal TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE temporal_visibility OWNER temporal TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE chat2sql OWNER chat2sql_owner TEMPLATE template0 ENCODING 'UTF8';

REVOKE ALL ON DATABASE temporal, temporal_visibility, chat2sql FROM PUBLIC;
GRANT CONNECT ON DATABASE chat2sql TO chat2sql_app;
