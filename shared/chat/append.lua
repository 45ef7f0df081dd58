-- One round trip for many operations of many conversations: who may, dedup, number, append, who holds the other ends.
-- KEYS: three an operation: conversation hash, log stream, client-ids hash.
-- ARGV: silence in seconds, most messages a conversation may have; then five an operation: verb, end, who, a, b.
--   say      a: client id            b: frame without its sequence number
--   receipt  a: delivered            b: seen
--   ping     a: instance             b: -
--   attach   a: instance             b: -
--   detach   a: instance             b: -
--   typing   a: -                    b: -
-- Answers one array an operation: status, last or given seq, frame of the first sending ("" unless a resend; the
--   store's error code when unavailable), then the instances of the other ends.
local ENDS = {'visitor', 'operator', 'psychologist', 'colleague'}
-- The installation itself proves nothing: no socket has its role, only the dispatcher's own code says so.
local PROOF = {
  visitor = 'who:visitor', operator = 'who:operator', psychologist = 'who:psychologist', colleague = 'who:colleague',
  service = 'seq',
}
local call = redis.call
local silence, most = tonumber(ARGV[1]), tonumber(ARGV[2])

local moment
-- Milliseconds since 1970, the same for the whole batch.
local function now_ms()
  if not moment then
    local time = call('TIME')
    moment = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return moment
end

-- While resume words may bring the visitor back, the conversation waits for that, and no longer.
local function keep_alive(conversation, log, ids, resumable_until)
  local left = silence * 1000
  if resumable_until then
    left = math.max(left, tonumber(resumable_until) - now_ms())
  end
  call('PEXPIRE', conversation, left)
  call('PEXPIRE', log, left)
  call('PEXPIRE', ids, left)
end

local function same_end(conversation, log, ids)
  local left = call('PTTL', conversation)
  if left > 0 then
    call('PEXPIRE', log, left)
    call('PEXPIRE', ids, left)
  end
end

local function say(conversation, log, ids, seq, role, id, frame)
  local number = seq + 1
  if call('HSETNX', ids, id, number) == 0 then
    local known = call('HGET', ids, id)
    local entry = call('XRANGE', log, known .. '-0', known .. '-0')
    return {'again', tonumber(known), entry[1] and entry[1][2][2] or ''}
  end
  if seq >= most and role ~= 'service' then
    call('HDEL', ids, id)
    return {'full', seq, ''}
  end
  local appended = redis.pcall('XADD', log, number .. '-0', 'm', frame)
  if type(appended) == 'table' then
    call('HDEL', ids, id)
    error(appended)
  end
  call('HSET', conversation, 'seq', number)
  if number == 1 then
    same_end(conversation, log, ids)
  end
  return {'ok', number, ''}
end

local function higher(conversation, field, value)
  local now = tonumber(call('HGET', conversation, field) or '0')
  if value > now then
    call('HSET', conversation, field, value)
  end
end

local function perform(conversation, log, ids, verb, own, who, a, b)
  local found = call('HMGET', conversation, 'seq', PROOF[own], 'at:visitor', 'at:operator', 'at:psychologist',
    'at:colleague', 'resumable_until')
  if not found[1] then
    return {'gone', 0, ''}
  end
  if own ~= 'service' and found[2] ~= who then
    return {'forbidden', 0, ''}
  end
  local seq = tonumber(found[1])
  local answer = {'ok', seq, ''}
  if verb == 'say' then
    answer = say(conversation, log, ids, seq, own, a, b)
  elseif verb == 'receipt' then
    higher(conversation, 'delivered:' .. own, math.min(tonumber(a), seq))
    higher(conversation, 'seen:' .. own, math.min(tonumber(b), seq))
  elseif verb == 'ping' or verb == 'attach' then
    if own == 'visitor' then
      call('HSET', conversation, 'at:visitor', a, 'sign', now_ms())
      keep_alive(conversation, log, ids, found[7])
    else
      call('HSET', conversation, 'at:' .. own, a)
    end
  elseif verb == 'detach' then
    if call('HGET', conversation, 'at:' .. own) == a then
      call('HDEL', conversation, 'at:' .. own)
    end
  end
  local told = {}
  for i = 1, #ENDS do
    local instance = found[2 + i]
    if instance and ENDS[i] ~= own and not told[instance] then
      told[instance] = true
      answer[#answer + 1] = instance
    end
  end
  return answer
end

local answers = {}
for i = 1, #KEYS / 3 do
  local key, at = 3 * i, 5 * i - 3
  -- A failure (no memory left, a key of another type) is this conversation's alone, not the whole batch's.
  local well, answer = pcall(
    perform, KEYS[key - 2], KEYS[key - 1], KEYS[key], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]
  )
  if not well then
    local text = type(answer) == 'table' and answer.err or tostring(answer)
    answer = {'unavailable', 0, string.match(text, '%u%u+') or ''}
  end
  answers[i] = answer
end
return answers
