-- One round trip for many operations of many conversations: who may, dedup, number, append, who holds the other ends.
-- KEYS: three an operation: conversation hash, log stream, client-ids hash.
-- ARGV: silence in seconds, most messages a conversation may have; then five an operation: verb, role, who, a, b.
--   say      a: client id            b: frame without its sequence number
--   receipt  a: delivered            b: seen
--   ping     a: instance             b: -
--   attach   a: instance             b: -
--   detach   a: instance             b: -
--   typing   a: -                    b: -
-- Answers one array an operation: status, last or given seq, frame of the first sending ("" unless a resend; the
--   store's error code when unavailable), then the instances of the other ends.
local ROLES = {'visitor', 'operator', 'psychologist'}
local silence, most = tonumber(ARGV[1]), tonumber(ARGV[2])

local function keep_alive(conversation, log, ids)
  redis.call('EXPIRE', conversation, silence)
  redis.call('EXPIRE', log, silence)
  redis.call('EXPIRE', ids, silence)
end

local function same_end(conversation, log, ids)
  local left = redis.call('PTTL', conversation)
  if left > 0 then
    redis.call('PEXPIRE', log, left)
    redis.call('PEXPIRE', ids, left)
  end
end

local function say(conversation, log, ids, seq, id, frame)
  local known = redis.call('HGET', ids, id)
  if known then
    local entry = redis.call('XRANGE', log, known .. '-0', known .. '-0')
    return {'again', tonumber(known), entry[1] and entry[1][2][2] or ''}
  end
  if seq >= most then
    return {'full', seq, ''}
  end
  seq = redis.call('HINCRBY', conversation, 'seq', 1)
  redis.call('XADD', log, seq .. '-0', 'm', frame)
  redis.call('HSET', ids, id, seq)
  if seq == 1 then
    same_end(conversation, log, ids)
  end
  return {'ok', seq, ''}
end

local function higher(conversation, field, value)
  local now = tonumber(redis.call('HGET', conversation, field) or '0')
  if value > now then
    redis.call('HSET', conversation, field, value)
  end
end

local function perform(keys, verb, role, who, a, b)
  local conversation, log, ids = keys[1], keys[2], keys[3]
  local found = redis.call('HMGET', conversation, 'seq', 'who:' .. role, 'at:visitor', 'at:operator', 'at:psychologist')
  if not found[1] then
    return {'gone', 0, ''}
  end
  if found[2] ~= who then
    return {'forbidden', 0, ''}
  end
  local seq = tonumber(found[1])
  local answer = {'ok', seq, ''}
  if verb == 'say' then
    answer = say(conversation, log, ids, seq, a, b)
  elseif verb == 'receipt' then
    higher(conversation, 'delivered:' .. role, math.min(tonumber(a), seq))
    higher(conversation, 'seen:' .. role, math.min(tonumber(b), seq))
  elseif verb == 'ping' or verb == 'attach' then
    redis.call('HSET', conversation, 'at:' .. role, a)
    if role == 'visitor' then
      keep_alive(conversation, log, ids)
    end
  elseif verb == 'detach' then
    if redis.call('HGET', conversation, 'at:' .. role) == a then
      redis.call('HDEL', conversation, 'at:' .. role)
    end
  end
  for i, other in ipairs(ROLES) do
    if other ~= role and found[2 + i] then
      answer[#answer + 1] = found[2 + i]
    end
  end
  return answer
end

local answers = {}
for i = 0, #KEYS / 3 - 1 do
  local keys = {KEYS[3 * i + 1], KEYS[3 * i + 2], KEYS[3 * i + 3]}
  local at = 2 + 5 * i
  -- A failure (no memory left, a key of another type) is this conversation's alone, not the whole batch's.
  local well, answer = pcall(perform, keys, ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5])
  if not well then
    local text = type(answer) == 'table' and answer.err or tostring(answer)
    answer = {'unavailable', 0, string.match(text, '%u%u+') or ''}
  end
  answers[i + 1] = answer
end
return answers
