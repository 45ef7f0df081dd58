-- Write a decision of the dispatch slot into the conversation's own record, unless a newer one is there already.
-- KEYS[1]: the record. ARGV: version, then field and value pairs (an empty value removes the field).
-- Written once: doing it again must not undo what its operator's console has written since.
-- Answers {} when the conversation is gone; otherwise whether the decision is the newest (1) or an old one (0), and
-- the instances that held the visitor's and the operator's end before this.
local found = redis.call('HMGET', KEYS[1], 'seq', 'decided', 'at:visitor', 'at:operator')
if not found[1] then return {} end
local version, decided = tonumber(ARGV[1]), tonumber(found[2] or '-1')
if version > decided then
  redis.call('HSET', KEYS[1], 'decided', ARGV[1])
  for i = 2, #ARGV, 2 do
    if ARGV[i + 1] == '' then
      redis.call('HDEL', KEYS[1], ARGV[i])
    else
      redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    end
  end
end
return { version >= decided and 1 or 0, found[3] or '', found[4] or '' }
