-- The latest failed attempts of all endpoints. Attempts that succeed are not in it and cost nothing.
CREATE INDEX attempt_failed ON attempt (id) WHERE success = 0;
