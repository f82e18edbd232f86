-- Which files of this folder the database has seen. A file is never changed once it is here: its checksum is compared at each start.
CREATE TABLE schema_migrations (
  name        text        PRIMARY KEY,
  checksum    text        NOT NULL,
  applied_at  timestamptz NOT NULL DEFAULT now()
);
