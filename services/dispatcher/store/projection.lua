-- Write a decision of the dispatch slot into the conversation's own record, unless a newer one is there already.
-- KEYS[1]: the record. ARGV: version, then field and value pairs (an empty value removes the field).
-- Written once: doing it again must not undo what its operator's console has written since. Whoever is new at an end has
-- not connected there yet, so that where the one before was connected is forgotten.
-- Answers {} when the conversation is gone; otherwise whether the decision is the newest (1) or an old one (0), and
-- the instances that held the ends before this.
local ENDS = { 'at:visitor', 'at:operator', 'at:colleague', 'at:psychologist' }
local found = redis.call('HMGET', KEYS[1], 'stage', 'decided', unpack(ENDS))
if not found[1] then return {} end
local version, decided = tonumber(ARGV[1]), tonumber(found[2] or '-1')
if version > decided then
  redis.call('HSET', KEYS[1], 'decided', ARGV[1])
  for i = 2, #ARGV, 2 do
    local field, value = ARGV[i], ARGV[i + 1]
    local role = string.match(field, '^who:(.+)')
    if role and (redis.call('HGET', KEYS[1], field) or '') ~= value then
      redis.call('HDEL', KEYS[1], 'at:' .. role)
    end
    if value == '' then
      redis.call('HDEL', KEYS[1], field)
    else
      redis.call('HSET', KEYS[1], field, value)
    end
  end
end
local answer = { version >= decided and 1 or 0 }
for i = 1, #ENDS do answer[#answer + 1] = found[2 + i] or '' end
return answer
