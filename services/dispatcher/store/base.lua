-- The dispatcher's decisions, each one atomic, on keys of the {dispatch} slot alone.
-- Same rules as services/dispatcher/domain/dispatch.py, which a test holds against this script step by step.
-- KEYS[1]: any key of the slot, for routing. ARGV: command, now (ms; 0 asks the server's clock), arguments.
-- The constants PREFIX, QUEUES, CREDIT, SIGN, GRACE, SERVED_KEPT, FRENCH, HELD_OUT, LOOKED_PAST, IN_A_ROW, BREAK,
-- ABSENT and FORCES stand before this text when it is loaded. Here is what the commands share; they stand after it, in
-- rooms of their own, and then the call of the one that is asked for.

local call = redis.call
local key = function(kind, name) return PREFIX .. kind .. ':' .. name end
local HELD, UNANNOUNCED, OPERATORS = PREFIX .. 'held', PREFIX .. 'unannounced', PREFIX .. 'operators'
local VANISHED, CLOSED, RESTING = PREFIX .. 'vanished', PREFIX .. 'closed', PREFIX .. 'resting'
local ENDANGERED = PREFIX .. 'endangered'
local MISSING, ALARM_KEPT_MS = PREFIX .. 'missing', 86400000
local OFFERS, HANDOVERS = PREFIX .. 'offers', PREFIX .. 'handovers'
local DESK_KEPT_MS = 43200000 -- the status chosen outlives a lost console by half a day

local now = tonumber(ARGV[2])
if now == 0 then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Somebody is in danger, who said so, and what is done about it: all of it ends with the danger, or with the conversation.
local function alarm(conversation, by)
  call('ZADD', ENDANGERED, now, conversation)
  call('DEL', key('danger', conversation))
  call('HSET', key('danger', conversation), 'at', now, 'by', by)
end

-- Who vanished while in danger is missing, by the last sign of their page (0: they are not).
local function missing_since(conversation)
  local f = call('HMGET', key('missing', conversation), 'sign', 'over')
  return f[1] and not f[2] and tonumber(f[1]) or 0
end

-- outcome: how the conversation came to be gone, if it is. An alarm that nobody has seen yet outlives it.
local function unmiss(conversation, outcome)
  local told = key('missing', conversation)
  local f = call('HMGET', told, 'sign', 'seen_by')
  if outcome and f[1] and not f[2] then
    call('HSET', told, 'over', outcome, 'over_at', now)
    call('PEXPIRE', told, ALARM_KEPT_MS)
  else
    call('ZREM', MISSING, conversation)
    call('DEL', told)
  end
end

local function still(conversation, outcome)
  call('ZREM', ENDANGERED, conversation)
  call('DEL', key('danger', conversation))
  unmiss(conversation, outcome)
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

local function kid_of(operator)
  return operator and operator ~= '' and call('HGET', key('operator', operator), 'kid') or ''
end

-- A decision says the whole of who is in the chat, so that the newest one alone is enough to write the record by.
-- more: what only this kind of decision says (waited_ms, reason, messages, giver, why)
local function decide(kind, conversation, operator, ticket, more)
  local holder = call('HGET', HELD, conversation) or ''
  local said = {
    kind = kind, conversation = conversation, operator = operator, queue = ticket.queue,
    turn = ticket.turn, version = ticket.version, at_ms = now,
    holder = holder, kid = kid_of(holder), given_ms = ticket.given, turns = ticket.turns,
    colleague = ticket.colleague, colleague_kid = kid_of(ticket.colleague), until_ms = ticket.until_ms,
    missing_ms = missing_since(conversation),
    psychologist = ticket.psychologist, psychologist_kid = kid_of(ticket.psychologist),
  }
  for name, value in pairs(more) do said[name] = value end
  local text = cjson.encode(said)
  call('ZADD', UNANNOUNCED, now, text)
  return text
end

local function read(conversation)
  local f = call('HMGET', key('ticket', conversation), 'queue', 'since', 'joined', 'hurry', 'turn', 'version',
    'language', 'hard', 'given', 'turns', 'colleague', 'until', 'psychologist', 'called', 'again')
  if not f[1] then return nil end
  return { queue = f[1], since = tonumber(f[2]), joined = tonumber(f[3]), hurry = f[4],
    turn = tonumber(f[5]), version = tonumber(f[6]), language = f[7] or FRENCH, hard = f[8] == '1',
    given = tonumber(f[9] or now), turns = f[10] or '', colleague = f[11] or '', until_ms = tonumber(f[12] or 0),
    psychologist = f[13] or '', called = tonumber(f[14] or 0), again = f[15] == '1' }
end

-- Who has seen a conversation: role, account, when, why. It dies with the ticket; the newest `TURNS_KEPT` are kept.
local TURNS_KEPT = 20
local function note_turn(conversation, ticket, role, who, why)
  local turns = {}
  for turn in string.gmatch(ticket.turns, '[^;]+') do turns[#turns + 1] = turn end
  turns[#turns + 1] = string.format('%s %s %.0f %s', role, who, now, why)
  ticket.turns = table.concat(turns, ';', math.max(1, #turns - TURNS_KEPT + 1))
  call('HSET', key('ticket', conversation), 'turns', ticket.turns)
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

-- Whoever handed a conversation over is out of it.
local function part(conversation, ticket)
  if ticket.colleague == '' then return end
  call('SREM', key('aside', ticket.colleague), conversation)
  call('ZREM', HANDOVERS, conversation)
  call('HDEL', key('ticket', conversation), 'colleague', 'until')
  ticket.colleague, ticket.until_ms = '', 0
end

-- What was under way between its operator and another one ends with the operator's having it.
local function unhold(conversation, operator, ticket)
  count(ticket.queue, 'talks', 1)
  count(ticket.queue, 'talked_ms', now - ticket.given)
  part(conversation, ticket)
  call('HDEL', OFFERS, conversation)
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

-- The operator has it now, for one turn more.
local function hold(conversation, operator, ticket, why)
  ticket.turn, ticket.version, ticket.given = ticket.turn + 1, ticket.version + 1, now
  call('HSET', key('ticket', conversation), 'turn', ticket.turn, 'version', ticket.version, 'given', now)
  note_turn(conversation, ticket, 'operator', operator, why)
  call('HSET', HELD, conversation, operator)
  call('SADD', key('load', operator), conversation)
end

-- The operator is present and available: `first_free` says so.
local function give(conversation, operator, ticket, why)
  unwait(conversation, ticket.queue)
  hold(conversation, operator, ticket, why or (ticket.turn == 0 and 'assigned' or 'taken_over'))
  count(ticket.queue, 'waited_ms', now - ticket.joined)
  local desk = key('operator', operator)
  call('HSET', desk, 'idle_since', now)
  local f = call('HMGET', desk, 'queues', 'limit')
  place_by_room(operator, f[1], f[2], now, true)
  call('LPUSH', key('served', ticket.queue), now)
  return decide('assigned', conversation, operator, ticket, { waited_ms = now - ticket.joined })
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

local function force_of(queue)
  return string.match(queue, '^[^.]+')
end

local function psychologists_of(force)
  return force .. '.psychologist'
end

-- A psychologist is waited for; `rank`: the lowest is next; `again`: one was there and was lost.
local function await_psychologist(conversation, ticket, rank, again)
  call('HSET', key('ticket', conversation), 'called', now, 'again', again)
  call('ZADD', key('calls', force_of(ticket.queue)), rank, conversation)
end

-- Nobody waits for one any more in this conversation.
local function hang_up(conversation, ticket)
  call('ZREM', key('calls', force_of(ticket.queue)), conversation)
  call('HDEL', key('ticket', conversation), 'called', 'again')
  ticket.called, ticket.again = 0, false
end

-- Its psychologist is out of it.
local function bow_out(conversation, ticket)
  local psychologist = ticket.psychologist
  if psychologist == '' then return end
  call('HDEL', key('ticket', conversation), 'psychologist')
  call('SREM', key('load', psychologist), conversation)
  ticket.psychologist = ''
  idle(psychologist)
end

-- Its psychologist leaves; the conversation goes on. One who was lost is waited for again, before the others: whoever
-- waits now called after this conversation began to wait for its operator.
local function leaves(conversation, ticket, why)
  local psychologist = ticket.psychologist
  bow_out(conversation, ticket)
  ticket.version = ticket.version + 1
  call('HSET', key('ticket', conversation), 'version', ticket.version)
  if why == 'operator_lost' then await_psychologist(conversation, ticket, ticket.since, 1) end
  return decide('left', conversation, psychologist, ticket, { why = why })
end

-- It goes to another queue. If that is another force's, nobody of the old one is waited for, and its psychologist stays
-- only if they serve the new one too: then the decision that they leave, otherwise nil.
local function change_force(conversation, ticket, queue)
  if force_of(queue) == force_of(ticket.queue) then return nil end
  hang_up(conversation, ticket)
  if ticket.psychologist == '' then return nil end
  local serves = ' ' .. (call('HGET', key('operator', ticket.psychologist), 'queues') or '') .. ' '
  if string.find(serves, ' ' .. psychologists_of(force_of(queue)) .. ' ', 1, true) then return nil end
  return leaves(conversation, ticket, 'other_force')
end

-- Whoever handed it over leaves; the one who has it goes on.
local function step_aside(conversation, ticket, reason)
  local colleague = ticket.colleague
  part(conversation, ticket)
  ticket.version = ticket.version + 1
  call('HSET', key('ticket', conversation), 'version', ticket.version)
  return decide('parted', conversation, colleague, ticket, { why = reason })
end

-- Every conversation that an operator is in: what they have, and what they are handing over.
local function mine(operator)
  return call('SUNION', key('load', operator), key('aside', operator))
end

-- They are missing no longer, and why; by: who closed it, if anybody did.
local function found(conversation, ticket, why, by)
  unmiss(conversation)
  ticket.version = ticket.version + 1
  call('HSET', key('ticket', conversation), 'version', ticket.version)
  return decide('found', conversation, call('HGET', HELD, conversation) or '', ticket, { found_why = why, by = by })
end

-- The commands: each is one atomic decision.
local C = {}
