-- One round trip for many operations of many conversations: who may, dedup, number, append, who holds the other ends.
-- KEYS: three an operation: conversation hash, log list (a message's place in it is its number), client-ids hash.
-- ARGV: silence in seconds, most messages a conversation may have; then five an operation: verb, end, who, a, b.
--   say      a: client id            b: frame without its sequence number
--   receipt  a: delivered            b: seen
--   ping     a: instance             b: -
--   attach   a: instance             b: -
--   detach   a: instance             b: -
--   typing   a: -                    b: -
-- Answers one array an operation: status, last or given seq, frame of the first sending ("" unless a resend; the
--   store's error code when unavailable), then the instances of the other ends.
-- What is read for each end: what proves it, then where the others are. The installation itself proves nothing: no
-- socket has its role, only the dispatcher's own code says so.
local READ = {
  visitor = {'who:visitor', 'at:operator', 'at:psychologist', 'at:colleague'},
  operator = {'who:operator', 'at:visitor', 'at:psychologist', 'at:colleague'},
  psychologist = {'who:psychologist', 'at:visitor', 'at:operator', 'at:colleague'},
  colleague = {'who:colleague', 'at:visitor', 'at:operator', 'at:psychologist'},
  service = {'stage', 'at:visitor', 'at:operator', 'at:psychologist', 'at:colleague'},
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
local function keep_alive(conversation, log, ids)
  local left = silence * 1000
  local resumable_until = call('HGET', conversation, 'resumable_until')
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

-- Appended first, since that gives the number, and taken back when it was there already or is one too many.
local function say(conversation, log, ids, role, id, frame)
  local number = call('RPUSH', log, frame)
  local fresh = redis.pcall('HSETNX', ids, id, number)
  if type(fresh) == 'table' then
    call('RPOP', log)
    error(fresh)
  end
  if fresh == 0 then
    call('RPOP', log)
    local known = tonumber(call('HGET', ids, id))
    return {'again', known, call('LINDEX', log, known - 1) or ''}
  end
  if number > most and role ~= 'service' then
    call('RPOP', log)
    call('HDEL', ids, id)
    return {'full', number - 1, ''}
  end
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

-- Whatever is no message: receipts, signs of life, who holds an end.
local function mark(conversation, log, ids, verb, own, a, b, seq)
  if verb == 'receipt' then
    higher(conversation, 'delivered:' .. own, math.min(tonumber(a), seq))
    higher(conversation, 'seen:' .. own, math.min(tonumber(b), seq))
  elseif verb == 'ping' or verb == 'attach' then
    if own == 'visitor' then
      call('HSET', conversation, 'at:visitor', a, 'sign', now_ms())
      keep_alive(conversation, log, ids)
    else
      call('HSET', conversation, 'at:' .. own, a)
    end
  elseif verb == 'detach' then
    if call('HGET', conversation, 'at:' .. own) == a then
      call('HDEL', conversation, 'at:' .. own)
    end
  end
end

local function perform(conversation, log, ids, verb, own, who, a, b)
  local found = call('HMGET', conversation, unpack(READ[own]))
  if not found[1] or (own ~= 'service' and found[1] ~= who) then
    return {call('EXISTS', conversation) == 1 and 'forbidden' or 'gone', 0, ''}
  end
  local answer
  if verb == 'say' then
    answer = say(conversation, log, ids, own, a, b)
  else
    answer = {'ok', call('LLEN', log), ''}
    mark(conversation, log, ids, verb, own, a, b, answer[2])
  end
  local told = {}
  for i = 2, #found do
    local instance = found[i]
    if instance and not told[instance] then
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
