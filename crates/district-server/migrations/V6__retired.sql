-- Since when a desk is out of service; it still sends. NULL while it is in service.
ALTER TABLE desks ADD COLUMN retired_ms int8;
