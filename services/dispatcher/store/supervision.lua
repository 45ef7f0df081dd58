-- What supervisors decide, and how operators are cared for: commands that use the names of base.lua.

local OVERFLOW, DEBRIEFS = PREFIX .. 'overflow', PREFIX .. 'debriefs'

-- Why an operator may not be handed a conversation of this queue; nil when they may.
local function hindrance(operator, queue)
  local f = call('HMGET', key('operator', operator), 'queues', 'limit', 'status', 'drained')
  local lease = tonumber(call('ZSCORE', OPERATORS, operator) or 0)
  if lease - GRACE <= now then return 'absent' end
  if f[3] ~= 'available' then return 'paused' end
  if f[4] == '1' then return 'drained' end
  if tonumber(call('ZSCORE', RESTING, operator) or 0) > now then return 'resting' end
  if call('SCARD', key('load', operator)) >= tonumber(f[2]) then return 'full' end
  if not string.find(' ' .. f[1] .. ' ', ' ' .. queue .. ' ', 1, true) then return 'untrained' end
  return nil
end

-- conversation, operator -> {'', decision...}, or {why not}: `gone`, `theirs`, or why this operator cannot have it
function C.hand(conversation, operator)
  local ticket = read(conversation)
  if not ticket then return { 'gone' } end
  local holder = call('HGET', HELD, conversation)
  if holder == operator then return { 'theirs' } end
  local why = hindrance(operator, ticket.queue)
  if why then return { why } end
  local made = { '' }
  if holder then
    made[2] = release(conversation, holder, 'reassigned')
    ticket = read(conversation)
  end
  made[#made + 1] = give(conversation, operator, ticket, 'reassigned')
  return made
end

-- conversation -> the decision that it waits again, or an empty string when nobody has it
function C.put_back(conversation)
  local holder = call('HGET', HELD, conversation)
  return holder and release(conversation, holder, 'reassigned') or ''
end

-- operator, 1 or 0 -> 1, or 0 when they are not seated. Drained, they get nothing new and keep what they have.
function C.drain(operator, drained)
  if not call('ZSCORE', OPERATORS, operator) then return 0 end
  if drained == '1' then
    call('HSET', key('operator', operator), 'drained', 1)
  else
    call('HDEL', key('operator', operator), 'drained')
  end
  place(operator)
  return 1
end

-- queue, what is said of it -> 1. Those who wait in it stand shut out, but for those who are served even so.
function C.close(queue, said)
  call('HSET', CLOSED, queue, said)
  for _, conversation in ipairs(call('ZRANGE', key('queue', queue), 0, -1)) do
    wait(conversation, read(conversation))
  end
  return 1
end

-- queue -> 1, or 0 when it was open
function C.reopen(queue)
  if call('HDEL', CLOSED, queue) == 0 then return 0 end
  call('ZUNIONSTORE', key('queue', queue), 2, key('queue', queue), key('shut', queue))
  call('DEL', key('shut', queue))
  return 1
end

-- from, to, after (ms) -> 1, or 0: where people go on to goes on nowhere, so that nobody is sent round
function C.overflow(from, to, after)
  if from == to or call('HEXISTS', OVERFLOW, to) == 1 then return 0 end
  for _, rule in ipairs(call('HVALS', OVERFLOW)) do
    if each(rule)() == from then return 0 end
  end
  call('HSET', OVERFLOW, from, to .. ' ' .. after)
  return 1
end

-- from -> 1, or 0 when there was no such rule
function C.no_overflow(from)
  return call('HDEL', OVERFLOW, from)
end

-- most -> decisions: who has waited in a queue for longer than its rule says waits in another, if somebody serves there
function C.flow(most)
  local made, moved = {}, 0
  wake_rested()
  for _, from in ipairs(QUEUES) do
    local words = each(call('HGET', OVERFLOW, from) or '')
    local to, after = words(), words()
    local serves = to and call('HEXISTS', CLOSED, to) == 0
      and call('ZCOUNT', key('serving', to), '(' .. now, '+inf') > 0
    local late = serves and call('ZRANGEBYSCORE', key('since', from), '-inf', now - tonumber(after), 'LIMIT', 0,
      tonumber(most) - moved) or {}
    for _, conversation in ipairs(late) do
      local ticket = read(conversation)
      unwait(conversation, from)
      made[#made + 1] = change_force(conversation, ticket, to)
      ticket.queue, ticket.version = to, ticket.version + 1
      call('HSET', key('ticket', conversation), 'queue', to, 'version', ticket.version)
      wait(conversation, ticket)
      made[#made + 1] = decide('moved', conversation, '', ticket, {})
      moved = moved + 1
    end
  end
  return made
end

-- conversation, operator, 1 or 0 -> 1, or 0 when it is not theirs: whether it weighs on the one who has it
function C.hard(conversation, operator, hard)
  if call('HGET', HELD, conversation) ~= operator then return 0 end
  call('HSET', key('ticket', conversation), 'hard', hard)
  return 1
end

-- operator -> 1, or 0 when they had no break to end. They go on of their own will.
function C.go_on(operator)
  local rested = call('ZREM', RESTING, operator)
  if call('EXISTS', key('operator', operator)) == 1 then call('HSET', key('operator', operator), 'row', 0) end
  place(operator)
  return rested
end

-- operator -> {hard ones in a row, until when they rest (0: they do not), debrief asked for at (0: not), drained (1 or 0),
-- conversations of theirs that are marked hard...}
function C.care(operator)
  local f = call('HMGET', key('operator', operator), 'row', 'drained')
  local rests = tonumber(call('ZSCORE', RESTING, operator) or 0)
  local found = { tonumber(f[1] or 0), rests > now and rests or 0, tonumber(call('HGET', DEBRIEFS, operator) or 0),
    tonumber(f[2] or 0) }
  for _, conversation in ipairs(call('SMEMBERS', key('load', operator))) do
    if read(conversation).hard then found[#found + 1] = conversation end
  end
  return found
end

-- conversation -> queue, since, hurry, turn, given: what a supervisor may know of one
local function line(conversation)
  local ticket = read(conversation)
  return { conversation, ticket.queue, ticket.since, ticket.hurry, ticket.turn, ticket.given }
end

-- most -> {operators, first ones of each queue, rules of overflow, debriefs}; at most so many of each queue
function C.overview(most)
  local people, waits = {}, {}
  for _, operator in ipairs(call('ZRANGE', OPERATORS, 0, -1)) do
    local f = call('HMGET', key('operator', operator), 'queues', 'limit', 'status', 'seated', 'drained', 'row')
    local lease = tonumber(call('ZSCORE', OPERATORS, operator))
    local rests = tonumber(call('ZSCORE', RESTING, operator) or 0)
    local held = {}
    for _, conversation in ipairs(call('SMEMBERS', key('load', operator))) do held[#held + 1] = line(conversation) end
    people[#people + 1] = { operator, f[1], tonumber(f[2]), f[3], tonumber(f[4] or now), tonumber(f[5] or 0),
      tonumber(f[6] or 0), rests > now and rests or 0, lease - GRACE > now and 1 or 0, held }
  end
  for _, queue in ipairs(QUEUES) do
    for _, stands in ipairs({ 'queue', 'shut' }) do
      for _, conversation in ipairs(call('ZRANGE', key(stands, queue), 0, tonumber(most) - 1)) do
        waits[#waits + 1] = line(conversation)
      end
    end
  end
  return { people, waits, call('HGETALL', OVERFLOW), call('HGETALL', DEBRIEFS) }
end
