-- The psychologist as third party: commands that use the names of base.lua. They sit at desks that serve the queue
-- `<force>.psychologist`, with limits and leases as operators have; who waits for one stands in `calls:<force>`.

-- conversation, operator -> '' or why not
function C.call(conversation, operator)
  local ticket = read(conversation)
  if not ticket then return 'gone' end
  if call('HGET', HELD, conversation) ~= operator then return 'not_yours' end
  if ticket.psychologist ~= '' then return 'there' end
  if ticket.called > 0 then return 'called' end
  await_psychologist(conversation, ticket, now, 0)
  return ''
end

-- conversation, operator -> 1, or 0 when they wait for none
function C.uncall(conversation, operator)
  local ticket = read(conversation)
  if not ticket or ticket.called == 0 or call('HGET', HELD, conversation) ~= operator then return 0 end
  hang_up(conversation, ticket)
  return 1
end

-- force -> the conversations whose calls were given up
function C.hang_up(force)
  local waiting = call('ZRANGE', key('calls', force), 0, -1)
  for _, conversation in ipairs(waiting) do hang_up(conversation, read(conversation)) end
  return waiting
end

-- The first call of a force, as `goes_before` compares them.
local function first_call(force)
  local head = call('ZRANGE', key('calls', force), 0, 0, 'WITHSCORES')
  return head[1] and { conversation = head[1], rank = tonumber(head[2]), queue = psychologists_of(force) }
end

local function joins(conversation, psychologist)
  local ticket = read(conversation)
  local waited = now - ticket.called
  hang_up(conversation, ticket)
  ticket.psychologist, ticket.version = psychologist, ticket.version + 1
  call('HSET', key('ticket', conversation), 'psychologist', psychologist, 'version', ticket.version)
  call('SADD', key('load', psychologist), conversation)
  idle(psychologist)
  note_turn(conversation, ticket, 'psychologist', psychologist, 'called')
  return decide('joined', conversation, psychologist, ticket, { waited_ms = waited })
end

-- most -> decisions. Of the forces' first calls, whoever called first gets a psychologist, if one of theirs is free; a
-- force of which nobody is free is out, since serving the other one frees nobody.
function C.join(most)
  local made, heads = {}, {}
  for _, force in ipairs(FORCES) do heads[force] = first_call(force) end
  while #made < tonumber(most) do
    local best, whose
    for force, head in pairs(heads) do
      if goes_before(head, best) then best, whose = head, force end
    end
    if not best then break end
    local psychologist = first_free(best.queue)
    if psychologist then made[#made + 1] = joins(best.conversation, psychologist) end
    heads[whose] = psychologist and first_call(whose) or nil
  end
  return made
end

-- conversation, psychologist -> the decision that they leave, or an empty string when they are not in it
function C.leave_chat(conversation, psychologist)
  local ticket = read(conversation)
  if not ticket or ticket.psychologist ~= psychologist then return '' end
  return leaves(conversation, ticket, 'left')
end

-- How many of those who have room are really there.
local function free_now(queue)
  local found = 0
  for _, who in ipairs(call('ZRANGE', key('free', queue), 0, -1)) do
    if tonumber(call('ZSCORE', OPERATORS, who) or 0) - GRACE > now then found = found + 1 end
  end
  return found
end

-- -> for each force: name, how many are there and take new ones, how many of them have room, and who waits, next first,
-- each: conversation, who has it (or ''), queue, since, 1 or 0: one was there and was lost
function C.calls()
  local found = {}
  for place, force in ipairs(FORCES) do
    local queue, waits = psychologists_of(force), {}
    for _, conversation in ipairs(call('ZRANGE', key('calls', force), 0, -1)) do
      local ticket = read(conversation)
      waits[#waits + 1] = { conversation, call('HGET', HELD, conversation) or '', ticket.queue, ticket.called,
        ticket.again and 1 or 0 }
    end
    found[place] = { force, call('ZCOUNT', key('serving', queue), '(' .. now, '+inf'), free_now(queue), waits }
  end
  return found
end
