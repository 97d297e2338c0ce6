-- Bindings say more than they did: compression, encryption, caching, the idle time-out of frames,
-- and dead letters. What was registered before allowed none of them.
UPDATE binding SET binding = json_set(binding, '$.compression', NULL, '$.encryption', NULL);
UPDATE binding SET binding = json_set(binding, '$.cache', NULL) WHERE binding ->> '$.kind' = 'request';
UPDATE binding SET binding = json_set(binding, '$.idleTimeoutMs', 5000) WHERE binding ->> '$.kind' = 'streaming';
UPDATE binding SET binding = json_set(binding, '$.deadLetterSubject', NULL) WHERE binding ->> '$.kind' = 'event';
