-- Handing a conversation over to another operator: commands that use the names of base.lua and supervision.lua.
-- An offer is a line of OFFERS: giver, to (an operator, or `*` for anyone of the queue), queue, until (ms), and who said no.
-- Until somebody accepts, the conversation is its giver's as if there were none.

local function offer_of(conversation)
  local words = each(call('HGET', OFFERS, conversation) or '')
  local giver = words()
  if not giver then return nil end
  local offer = { giver = giver, to = words(), queue = words(), until_ms = tonumber(words()), refused = {} }
  for who in words do offer.refused[#offer.refused + 1] = who end
  if offer.until_ms <= now then return nil end
  return offer
end

local function keep_offer(conversation, offer)
  call('HSET', OFFERS, conversation, string.format('%s %s %s %.0f %s', offer.giver, offer.to, offer.queue,
    offer.until_ms, table.concat(offer.refused, ' ')))
end

-- Whether anybody but the giver takes new ones from this queue.
local function others_serve(queue, giver)
  local there = call('ZRANGEBYSCORE', key('serving', queue), '(' .. now, '+inf', 'LIMIT', 0, 2)
  return #there > 1 or (#there == 1 and there[1] ~= giver)
end

-- conversation, giver, to (or `*`), queue (or '': its own), how long it stands (ms) -> '', or why not
function C.offer(conversation, giver, to, queue, lasts)
  local ticket = read(conversation)
  if not ticket then return 'gone' end
  if call('HGET', HELD, conversation) ~= giver then return 'not_yours' end
  if to == giver then return 'theirs' end
  if ticket.colleague ~= '' then return 'handing_over' end
  local standing = offer_of(conversation)
  if standing and not (standing.to ~= '*' and standing.refused[1]) then return 'offered' end
  if queue == '' then queue = ticket.queue end
  if to ~= '*' then
    local why = hindrance(to, queue)
    if why then return why end
  elseif not others_serve(queue, giver) then
    return 'nobody'
  end
  keep_offer(conversation, { giver = giver, to = to, queue = queue, until_ms = now + tonumber(lasts), refused = {} })
  return ''
end

-- conversation, giver -> 1, or 0 when there is no such offer (any more)
function C.take_back(conversation, giver)
  local offer = offer_of(conversation)
  if not offer or offer.giver ~= giver then return 0 end
  return call('HDEL', OFFERS, conversation)
end

-- Whether an offer is to this operator, who has not said no.
local function is_to(offer, operator)
  if offer.giver == operator or (offer.to ~= '*' and offer.to ~= operator) then return false end
  for _, who in ipairs(offer.refused) do
    if who == operator then return false end
  end
  return true
end

-- conversation, operator -> who offered it, or '' when it was not offered to them. An offer to anyone stands for the
-- rest; one to them alone stands refused, for its giver to see.
function C.refuse(conversation, operator)
  local offer = offer_of(conversation)
  if not offer or not is_to(offer, operator) then return '' end
  offer.refused[#offer.refused + 1] = operator
  keep_offer(conversation, offer)
  return offer.giver
end

-- conversation, operator, how long the giver may stay (ms) -> {'', decision..., that it is theirs last}, or {why not}. To
-- the other force the giver does not stay: the visitor's page gives its keys to readers of one force.
function C.accept(conversation, operator, stays)
  local offer, ticket = offer_of(conversation), read(conversation)
  if not offer or not ticket or not is_to(offer, operator) then return { 'gone' } end
  local why = hindrance(operator, offer.queue)
  if why then return { why } end
  local made = { '', change_force(conversation, ticket, offer.queue) }
  local together = tonumber(stays) > 0 and force_of(offer.queue) == force_of(ticket.queue)
  unhold(conversation, offer.giver, ticket)
  ticket.queue = offer.queue
  call('HSET', key('ticket', conversation), 'queue', offer.queue)
  hold(conversation, operator, ticket, 'transferred')
  idle(operator)
  if together then
    ticket.colleague, ticket.until_ms = offer.giver, now + tonumber(stays)
    call('HSET', key('ticket', conversation), 'colleague', offer.giver, 'until', ticket.until_ms)
    call('SADD', key('aside', offer.giver), conversation)
    call('ZADD', HANDOVERS, ticket.until_ms, conversation)
  end
  made[#made + 1] = decide('transferred', conversation, operator, ticket, { giver = offer.giver })
  return made
end

-- conversation, operator -> the decision that the one who handed it over leaves, or an empty string
function C.step_aside(conversation, operator)
  local ticket = read(conversation)
  if not ticket or ticket.colleague ~= operator then return '' end
  return step_aside(conversation, ticket, 'left')
end

-- most -> decisions: hand-overs whose time is over; offers that nobody took are forgotten on the way
function C.lapse(most)
  local made = {}
  for _, conversation in ipairs(call('ZRANGEBYSCORE', HANDOVERS, '-inf', now, 'LIMIT', 0, tonumber(most))) do
    made[#made + 1] = step_aside(conversation, read(conversation), 'time_over')
  end
  for _, conversation in ipairs(call('HKEYS', OFFERS)) do
    if not offer_of(conversation) then call('HDEL', OFFERS, conversation) end
  end
  return made
end

-- -> open offers, each: conversation, giver, to, queue, until, who said no...
function C.offers()
  local found = {}
  for _, conversation in ipairs(call('HKEYS', OFFERS)) do
    local offer = offer_of(conversation)
    if offer then
      found[#found + 1] = { conversation, offer.giver, offer.to, offer.queue, offer.until_ms, unpack(offer.refused) }
    end
  end
  return found
end

-- operator -> whoever else is at a desk, each: operator, queues, limit, load, why they cannot be given one (of this queue)
function C.colleagues(operator, queue)
  local found = {}
  for _, other in ipairs(call('ZRANGE', OPERATORS, 0, -1)) do
    if other ~= operator then
      local f = call('HMGET', key('operator', other), 'queues', 'limit')
      found[#found + 1] = { other, f[1], tonumber(f[2]), call('SCARD', key('load', other)), hindrance(other, queue) or '' }
    end
  end
  return found
end
