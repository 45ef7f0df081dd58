-- The dispatcher's decisions, each one atomic, on keys of the {dispatch} slot alone.
-- Same rules as services/dispatcher/domain/dispatch.py, which a test holds against this script step by step.
-- KEYS[1]: any key of the slot, for routing. ARGV: command, now (ms; 0 asks the server's clock), arguments.
-- The constants PREFIX, QUEUES, CREDIT, SIGN, GRACE, SERVED_KEPT, FRENCH, HELD_OUT, LOOKED_PAST, IN_A_ROW and BREAK stand
-- before this text when it is loaded; supervision.lua stands after it, and then the call of the command.

local call = redis.call
local key = function(kind, name) return PREFIX .. kind .. ':' .. name end
local HELD, UNANNOUNCED, OPERATORS = PREFIX .. 'held', PREFIX .. 'unannounced', PREFIX .. 'operators'
local VANISHED, CLOSED, RESTING = PREFIX .. 'vanished', PREFIX .. 'closed', PREFIX .. 'resting'
local DESK_KEPT_MS = 43200000 -- the status chosen outlives a lost console by half a day

local now = tonumber(ARGV[2])
if now == 0 then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function each(list)
  return string.gmatch(list or '', '[^ ]+')
end

local function has(hurry, reason)
  return string.find(hurry, reason, 1, true) ~= nil
end

-- What happened in this hour, for the forecast of staff: counts of a queue, without any identity.
local HOUR_MS, TRAFFIC_KEPT_MS = 3600000, 259200000
local function count(queue, what, by)
  local hour = key('traffic', string.format('%d', math.floor(now / HOUR_MS)))
  if call('HINCRBY', hour, queue .. '.' .. what, by) == by then call('PEXPIRE', hour, TRAFFIC_KEPT_MS) end
end

local function rank(since, hurry)
  local credit = 0
  for reason in each(hurry) do credit = credit + CREDIT[reason] end
  return since - credit
end

-- more: what only this kind of decision says (waited_ms, kid, reason, messages)
local function decide(kind, conversation, operator, ticket, more)
  local said = {
    kind = kind, conversation = conversation, operator = operator, queue = ticket.queue,
    turn = ticket.turn, version = ticket.version, at_ms = now,
  }
  for name, value in pairs(more) do said[name] = value end
  local text = cjson.encode(said)
  call('ZADD', UNANNOUNCED, now, text)
  return text
end

local function read(conversation)
  local f = call('HMGET', key('ticket', conversation), 'queue', 'since', 'joined', 'hurry', 'turn', 'version',
    'language', 'hard', 'given')
  if not f[1] then return nil end
  return { queue = f[1], since = tonumber(f[2]), joined = tonumber(f[3]), hurry = f[4],
    turn = tonumber(f[5]), version = tonumber(f[6]), language = f[7] or FRENCH, hard = f[8] == '1', given = tonumber(f[9] or now) }
end

-- Who is in danger, or has had an operator, is served even from a closed queue; the others stand shut out in theirs.
local function goes_in(ticket)
  return call('HEXISTS', CLOSED, ticket.queue) == 0 or has(ticket.hurry, 'danger') or has(ticket.hurry, 'comeback')
end

local function wait(conversation, ticket)
  local stands, other = 'queue', 'shut'
  if not goes_in(ticket) then stands, other = 'shut', 'queue' end
  call('ZREM', key(other, ticket.queue), conversation)
  call('ZADD', key(stands, ticket.queue), rank(ticket.since, ticket.hurry), conversation)
  call('ZADD', key('since', ticket.queue), ticket.since, conversation)
end

local function unwait(conversation, queue)
  call('ZREM', key('queue', queue), conversation)
  call('ZREM', key('shut', queue), conversation)
  call('ZREM', key('since', queue), conversation)
end

-- Put an operator where `assign` finds them, or take them out, by the room that they have.
local function place_by_room(operator, queues, limit, idle_since, serves)
  local room = serves and call('SCARD', key('load', operator))
  for queue in each(queues) do
    if room and room < tonumber(limit) then
      call('ZADD', key('free', queue), room * 1e13 + tonumber(idle_since), operator)
    else
      call('ZREM', key('free', queue), operator)
    end
  end
end

-- The same after anything about them may have changed: everything that they can take follows from their desk.
local function place(operator)
  local f = call('HMGET', key('operator', operator), 'queues', 'limit', 'status', 'idle_since', 'drained')
  local lease = tonumber(call('ZSCORE', OPERATORS, operator) or 0)
  local rests = tonumber(call('ZSCORE', RESTING, operator) or 0) > now
  local serves = lease - GRACE > now and f[3] == 'available' and f[5] ~= '1' and not rests
  for queue in each(f[1]) do
    if serves then
      call('ZADD', key('serving', queue), lease - GRACE, operator)
    else
      call('ZREM', key('serving', queue), operator)
    end
  end
  place_by_room(operator, f[1], f[2], f[4], serves)
end

local function idle(operator)
  if call('EXISTS', key('operator', operator)) == 1 then
    call('HSET', key('operator', operator), 'idle_since', now)
    place(operator)
  end
end

local function unhold(conversation, operator, ticket)
  count(ticket.queue, 'talks', 1)
  count(ticket.queue, 'talked_ms', now - ticket.given)
  call('HDEL', HELD, conversation)
  call('SREM', key('load', operator), conversation)
  idle(operator)
end

local function release(conversation, operator, reason)
  local ticket = read(conversation)
  unhold(conversation, operator, ticket)
  if not has(ticket.hurry, 'comeback') then ticket.hurry = ticket.hurry .. ' comeback' end
  ticket.version = ticket.version + 1
  call('HSET', key('ticket', conversation), 'hurry', ticket.hurry, 'joined', now, 'version', ticket.version)
  wait(conversation, ticket)
  return decide('released', conversation, operator, ticket, { reason = reason })
end

-- The first operator of a queue who is really present; those whose presence ran out are taken out on the way.
local function first_free(queue)
  while true do
    local operator = call('ZRANGE', key('free', queue), 0, 0)[1]
    if not operator then return nil end
    local lease = tonumber(call('ZSCORE', OPERATORS, operator) or 0)
    if lease - GRACE > now then return operator end
    place(operator)
    call('ZREM', key('free', queue), operator)
  end
end

-- The operator is present and available: `first_free` says so.
local function give(conversation, operator, ticket)
  unwait(conversation, ticket.queue)
  ticket.turn, ticket.version = ticket.turn + 1, ticket.version + 1
  call('HSET', key('ticket', conversation), 'turn', ticket.turn, 'version', ticket.version, 'given', now)
  count(ticket.queue, 'waited_ms', now - ticket.joined)
  call('HSET', HELD, conversation, operator)
  call('SADD', key('load', operator), conversation)
  local desk = key('operator', operator)
  call('HSET', desk, 'idle_since', now)
  local f = call('HMGET', desk, 'queues', 'limit', 'kid')
  place_by_room(operator, f[1], f[2], now, true)
  call('LPUSH', key('served', ticket.queue), now)
  return decide('assigned', conversation, operator, ticket, { waited_ms = now - ticket.joined, kid = f[3] or '' })
end

-- The first one that waits, but for so many that wait for their language.
local function first_waiting(queue, passed)
  local head = call('ZRANGE', key('queue', queue), passed, passed, 'WITHSCORES')
  return head[1] and { conversation = head[1], rank = tonumber(head[2]), queue = queue }
end

local function goes_before(one, other)
  return not other or one.rank < other.rank or (one.rank == other.rank and one.conversation < other.conversation)
end

-- Who gets a conversation, and otherwise whether it holds out for one who speaks its language, and is there but busy.
local function choose(head, ticket)
  local anyone = first_free(head.queue)
  if not anyone then return nil, false end
  if ticket.language == FRENCH then return anyone end
  local skill = head.queue .. '.' .. ticket.language
  local speaker = first_free(skill)
  if speaker then return speaker end
  local holds_out = now - ticket.since < HELD_OUT and not has(ticket.hurry, 'danger')
    and call('ZCOUNT', key('serving', skill), '(' .. now, '+inf') > 0
  if holds_out then return nil, true end
  return anyone
end

local C = {}

-- conversation, queue, since, language -> the decision, or an empty string when it has a ticket already
function C.enqueue(conversation, queue, since, language)
  if call('EXISTS', key('ticket', conversation)) == 1 then return '' end
  local ticket = { queue = queue, since = math.min(tonumber(since), now), hurry = '', turn = 0, version = 0 }
  call('HSET', key('ticket', conversation), 'queue', queue, 'since', ticket.since, 'joined', ticket.since,
    'hurry', '', 'turn', 0, 'version', 0, 'language', language)
  wait(conversation, ticket)
  count(queue, 'came', 1)
  return decide('queued', conversation, '', ticket, {})
end

-- That a conversation fell silent, as long as it is not announced; nil when it is not so.
local function vanished(conversation)
  local text = call('HGET', VANISHED, conversation)
  return text and cjson.decode(text), text
end

-- An operator's conversation is over: after so many hard ones in a row, a break follows.
local function strain(operator, ticket)
  local desk, row = key('operator', operator), 0
  if ticket.hard or has(ticket.hurry, 'danger') then row = tonumber(call('HGET', desk, 'row') or 0) + 1 end
  if IN_A_ROW > 0 and row >= IN_A_ROW then
    row = 0
    call('ZADD', RESTING, now + BREAK, operator)
  end
  call('HSET', desk, 'row', row)
end

-- conversation -> who had it, or an empty string
function C.withdraw(conversation)
  local _, silence = vanished(conversation)
  if silence then
    call('HDEL', VANISHED, conversation)
    call('ZREM', UNANNOUNCED, silence)
  end
  local ticket = read(conversation)
  if not ticket then return '' end
  local operator = call('HGET', HELD, conversation)
  call('DEL', key('ticket', conversation))
  if operator then
    strain(operator, ticket)
    unhold(conversation, operator, ticket)
  else
    unwait(conversation, ticket.queue)
    count(ticket.queue, 'left', 1)
    count(ticket.queue, 'waited_ms', now - ticket.joined)
  end
  return operator or ''
end

-- conversation, patience (ms) -> who had it, or an empty string. That it fell silent is decided, to be announced after
-- the patience, unless `withdraw` or `finish` comes before: then somebody had destroyed it.
function C.vanish(conversation, patience)
  local ticket = read(conversation)
  if not ticket then return '' end
  local operator = C.withdraw(conversation)
  ticket.version = ticket.version + 1
  local text = decide('vanished', conversation, operator, ticket, {})
  call('ZADD', UNANNOUNCED, now + tonumber(patience), text)
  call('HSET', VANISHED, conversation, text)
  return operator
end

-- conversation, operator, messages -> the decision that it is over, or an empty string when it was not theirs
function C.finish(conversation, operator, messages)
  local ticket, holder = read(conversation), call('HGET', HELD, conversation)
  if not ticket then
    ticket = vanished(conversation)
    holder = ticket and ticket.operator
  end
  if not ticket or holder ~= operator then return '' end
  C.withdraw(conversation)
  ticket.version = ticket.version + 1
  return decide('ended', conversation, operator, ticket, { messages = tonumber(messages) })
end

-- conversation, reason -> 1, or 0 when it has no ticket
function C.hurry(conversation, reason)
  local ticket = read(conversation)
  if not ticket then return 0 end
  if not has(ticket.hurry, reason) then
    ticket.hurry = ticket.hurry .. ' ' .. reason
    call('HSET', key('ticket', conversation), 'hurry', ticket.hurry)
    if call('HEXISTS', HELD, conversation) == 0 then wait(conversation, ticket) end
  end
  return 1
end

-- Whoever's break is over takes new ones again.
local function wake_rested()
  for _, operator in ipairs(call('ZRANGEBYSCORE', RESTING, '-inf', now)) do
    call('ZREM', RESTING, operator)
    place(operator)
  end
end

-- most -> decisions. Of the queues' first ones, whoever has the lowest rank is served, if anybody is free for that
-- queue; a queue for which nobody is free is out, since serving the others frees nobody. Those that hold out for their
-- language are passed and keep their place.
function C.assign(most)
  local made, heads, passed = {}, {}, {}
  wake_rested()
  for _, queue in ipairs(QUEUES) do heads[queue], passed[queue] = first_waiting(queue, 0), 0 end
  while #made < tonumber(most) do
    local best
    for _, head in pairs(heads) do
      if goes_before(head, best) then best = head end
    end
    if not best then break end
    local queue = best.queue
    local ticket = read(best.conversation)
    local operator, holds_out = choose(best, ticket)
    if operator then made[#made + 1] = give(best.conversation, operator, ticket) end
    if holds_out then passed[queue] = passed[queue] + 1 end
    local goes_on = operator or (holds_out and passed[queue] < LOOKED_PAST)
    heads[queue] = goes_on and first_waiting(queue, passed[queue]) or nil
  end
  for _, queue in ipairs(QUEUES) do
    if #made > 0 then call('LTRIM', key('served', queue), 0, SERVED_KEPT - 1) end
  end
  return made
end

-- operator, queues, limit, instance, socket, kid of the shift key -> {instance before, socket before, status, conversation...}
function C.arrive(operator, queues, limit, instance, socket, kid)
  local desk = key('operator', operator)
  local before = call('HMGET', desk, 'instance', 'socket', 'queues')
  for queue in each(before[3]) do
    call('ZREM', key('free', queue), operator)
    call('ZREM', key('serving', queue), operator)
  end
  call('HSET', desk, 'queues', queues, 'limit', limit, 'instance', instance, 'socket', socket, 'kid', kid)
  call('HSETNX', desk, 'status', 'available')
  call('HSETNX', desk, 'seated', now)
  if not call('ZSCORE', OPERATORS, operator) then call('HSET', desk, 'idle_since', now) end
  call('PERSIST', desk)
  call('ZADD', OPERATORS, now + SIGN + GRACE, operator)
  place(operator)
  local found = { before[1] or '', before[2] or '', call('HGET', desk, 'status') }
  for _, conversation in ipairs(call('SMEMBERS', key('load', operator))) do found[#found + 1] = conversation end
  return found
end

-- operator, socket -> {1 renewed | 0 another console took over | -1 no longer seated, conversation...}
function C.renew(operator, socket)
  if not call('ZSCORE', OPERATORS, operator) then return { -1 } end
  if call('HGET', key('operator', operator), 'socket') ~= socket then return { 0 } end
  call('ZADD', OPERATORS, now + SIGN + GRACE, operator)
  place(operator)
  return { 1, unpack(call('SMEMBERS', key('load', operator))) }
end

-- operator, socket -> 1, or 0 when a newer console has taken the operator's place
function C.leave(operator, socket)
  local lease = tonumber(call('ZSCORE', OPERATORS, operator) or 0)
  if lease == 0 or call('HGET', key('operator', operator), 'socket') ~= socket then return 0 end
  call('ZADD', OPERATORS, math.min(lease, now + GRACE), operator)
  place(operator)
  return 1
end

-- operator, status -> 1, or 0 when they are not seated
function C.status(operator, status)
  if not call('ZSCORE', OPERATORS, operator) then return 0 end
  local desk = key('operator', operator)
  local before = call('HMGET', desk, 'status', 'paused_at')
  if status == 'paused' and before[1] ~= 'paused' then call('HSET', desk, 'paused_at', now) end
  if status == 'available' and before[1] == 'paused' and now - tonumber(before[2] or now) >= BREAK then
    call('HSET', desk, 'row', 0)
  end
  call('HSET', desk, 'status', status)
  place(operator)
  return 1
end

-- conversation, operator, reason -> the decision, or an empty string when it was not theirs
function C.release(conversation, operator, reason)
  if call('HGET', HELD, conversation) ~= operator then return '' end
  return release(conversation, operator, reason)
end

-- operator, reason -> decisions: what they held waits again, and they are no longer seated
function C.unseat(operator, reason)
  local made = {}
  call('ZREM', OPERATORS, operator)
  for _, conversation in ipairs(call('SMEMBERS', key('load', operator))) do
    made[#made + 1] = release(conversation, operator, reason)
  end
  if reason == 'operator_left' then
    call('HDEL', key('operator', operator), 'drained', 'row')
    call('ZREM', RESTING, operator)
  end
  place(operator)
  call('HDEL', key('operator', operator), 'instance', 'socket', 'kid', 'seated')
  call('PEXPIRE', key('operator', operator), DESK_KEPT_MS)
  return made
end

-- most -> decisions: what lost operators held waits again
function C.expire(most)
  local made = {}
  for _, operator in ipairs(call('ZRANGEBYSCORE', OPERATORS, '-inf', now, 'LIMIT', 0, tonumber(most))) do
    for _, text in ipairs(C.unseat(operator, 'operator_lost')) do made[#made + 1] = text end
  end
  return made
end

-- age (ms), most -> decisions nobody announced for that long; they are this caller's for as long again
function C.claim(age, most)
  local found = call('ZRANGEBYSCORE', UNANNOUNCED, '-inf', now - tonumber(age), 'LIMIT', 0, tonumber(most))
  for _, text in ipairs(found) do call('ZADD', UNANNOUNCED, now, text) end
  return found
end

-- -> now, then for each queue: name, waiting, oldest since (0: nobody), serving, the served moments as one string, and
-- what is said of its being closed (empty: open)
function C.board()
  local found = { now }
  for _, queue in ipairs(QUEUES) do
    local oldest = call('ZRANGE', key('since', queue), 0, 0, 'WITHSCORES')
    found[#found + 1] = { queue, call('ZCARD', key('since', queue)), tonumber(oldest[2] or 0),
      call('ZCOUNT', key('serving', queue), '(' .. now, '+inf'),
      table.concat(call('LRANGE', key('served', queue), 0, -1), ' '), call('HGET', CLOSED, queue) or '' }
  end
  return found
end
