-- Queues, desks and assignment: commands that use the names of base.lua.

-- conversation, queue, since, language, hurry -> the decision, or an empty string when it has a ticket already
function C.enqueue(conversation, queue, since, language, hurry)
  if call('EXISTS', key('ticket', conversation)) == 1 then return '' end
  local ticket = { queue = queue, since = math.min(tonumber(since), now), hurry = hurry, turn = 0, version = 0 }
  call('HSET', key('ticket', conversation), 'queue', queue, 'since', ticket.since, 'joined', ticket.since,
    'hurry', hurry, 'turn', 0, 'version', 0, 'language', language)
  wait(conversation, ticket)
  if has(hurry, 'danger') then alarm(conversation, 'visitor') end
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

-- conversation, how it came to be gone (erased by its page, unless it is said) -> who had it, or an empty string
function C.withdraw(conversation, outcome)
  local _, silence = vanished(conversation)
  if silence then
    call('HDEL', VANISHED, conversation)
    call('ZREM', UNANNOUNCED, silence)
  end
  local ticket = read(conversation)
  if not ticket then
    -- Who destroyed it says so after all.
    if silence and call('EXISTS', key('missing', conversation)) == 1 then unmiss(conversation, outcome or 'erased') end
    return ''
  end
  local operator = call('HGET', HELD, conversation)
  hang_up(conversation, ticket)
  bow_out(conversation, ticket)
  call('DEL', key('ticket', conversation), key('staff-lines', 'conversation.' .. conversation))
  still(conversation, outcome or 'erased')
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
  local operator = C.withdraw(conversation, 'expired')
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
  C.withdraw(conversation, 'ended')
  ticket.version = ticket.version + 1
  return decide('ended', conversation, operator, ticket, { messages = tonumber(messages) })
end

-- conversation, reason, who says so -> 1, or 0 when it has no ticket. It stands where that leads, waiting or held.
function C.hurry(conversation, reason, by)
  local ticket = read(conversation)
  if not ticket then return 0 end
  if not has(ticket.hurry, reason) then
    ticket.hurry = ticket.hurry .. ' ' .. reason
    call('HSET', key('ticket', conversation), 'hurry', ticket.hurry)
    if call('HEXISTS', HELD, conversation) == 0 then wait(conversation, ticket) end
    if reason == 'danger' then alarm(conversation, by or '') end
  end
  return 1
end

-- conversation -> 1, or 0 when it was not in danger. It stands where it would have stood.
function C.calm(conversation)
  local ticket = read(conversation)
  if ticket and missing_since(conversation) > 0 then found(conversation, ticket, 'danger_over', '') end
  still(conversation)
  if not ticket or not has(ticket.hurry, 'danger') then return 0 end
  local left = {}
  for reason in each(ticket.hurry) do
    if reason ~= 'danger' then left[#left + 1] = reason end
  end
  ticket.hurry = table.concat(left, ' ')
  call('HSET', key('ticket', conversation), 'hurry', ticket.hurry)
  if call('HEXISTS', HELD, conversation) == 0 then wait(conversation, ticket) end
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
  for _, conversation in ipairs(mine(operator)) do found[#found + 1] = conversation end
  return found
end

-- operator, socket -> {1 renewed | 0 another console took over | -1 no longer seated, conversation...}
function C.renew(operator, socket)
  if not call('ZSCORE', OPERATORS, operator) then return { -1 } end
  if call('HGET', key('operator', operator), 'socket') ~= socket then return { 0 } end
  call('ZADD', OPERATORS, now + SIGN + GRACE, operator)
  place(operator)
  return { 1, unpack(mine(operator)) }
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
    if call('HGET', HELD, conversation) == operator then
      made[#made + 1] = release(conversation, operator, reason)
    else
      made[#made + 1] = leaves(conversation, read(conversation), reason)
    end
  end
  for _, conversation in ipairs(call('SMEMBERS', key('aside', operator))) do
    made[#made + 1] = step_aside(conversation, read(conversation), reason)
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
