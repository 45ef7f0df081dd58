-- One try at resume words. Wrong ones are counted before anything is answered; right ones give all tries back.
-- KEYS: the words. ARGV: proof, most tries.
-- Answers {'none'}, {'wrong', tries left, conversation}, or {'right', box, until}.
local found = redis.call('HMGET', KEYS[1], 'conversation', 'proof', 'box', 'until')
if not found[1] then return {'none'} end
if found[2] == ARGV[1] then
  redis.call('HSET', KEYS[1], 'tries', 0)
  return {'right', found[3], found[4]}
end
local left = tonumber(ARGV[2]) - redis.call('HINCRBY', KEYS[1], 'tries', 1)
if left <= 0 then
  redis.call('DEL', KEYS[1])
end
return {'wrong', math.max(left, 0), found[1]}
