-- Who vanished while in danger: commands that use the names of base.lua.

-- {conversation, last sign of its visitor's page (ms)}... -> decisions: `missing` for who gave none for too long, `found` for
-- who is back. What somebody has closed stays closed until the page gives another sign.
function C.look(...)
  local made, given = {}, { ... }
  for i = 1, #given, 2 do
    local conversation, sign = given[i], given[i + 1]
    local ticket, since = read(conversation), missing_since(conversation)
    if ticket and has(ticket.hurry, 'danger') then
      if since > 0 then
        if tonumber(sign) > since then made[#made + 1] = found(conversation, ticket, 'returned', '') end
      elseif now - tonumber(sign) >= ABSENT and call('HGET', key('danger', conversation), 'settled') ~= sign then
        call('DEL', key('missing', conversation))
        call('HSET', key('missing', conversation), 'sign', sign, 'at', now, 'queue', ticket.queue)
        call('ZADD', MISSING, now, conversation)
        ticket.version = ticket.version + 1
        call('HSET', key('ticket', conversation), 'version', ticket.version)
        made[#made + 1] = decide('missing', conversation, call('HGET', HELD, conversation) or '', ticket, {})
      end
    end
  end
  return made
end

-- conversation, who, why -> the decision, or an empty string when nobody is missing there
function C.close_missing(conversation, who, why)
  local ticket, since = read(conversation), call('HGET', key('missing', conversation), 'sign')
  if not ticket or missing_since(conversation) == 0 then return '' end
  call('HSET', key('danger', conversation), 'settled', since)
  return found(conversation, ticket, why, who)
end

-- conversation, who -> 1, or 0 when there is no alarm, or somebody has seen it. One that is over is gone with that.
function C.missing_seen(conversation, who)
  local told = key('missing', conversation)
  if call('EXISTS', told) == 0 or call('HSETNX', told, 'seen_by', who) == 0 then return 0 end
  call('HSET', told, 'seen_at', now)
  if call('HEXISTS', told, 'over') == 1 then unmiss(conversation) end
  return 1
end

-- -> for each alarm, oldest first: conversation, queue, sign, at, holder, seen by, seen at, how the conversation came to be
-- gone (empty: it is there), when; empty and 0 for none
function C.missing()
  local listed = {}
  for _, conversation in ipairs(call('ZRANGE', MISSING, 0, -1)) do
    local f = call('HMGET', key('missing', conversation), 'queue', 'sign', 'at', 'seen_by', 'seen_at', 'over', 'over_at')
    if f[1] then
      listed[#listed + 1] = { conversation, f[1], tonumber(f[2]), tonumber(f[3]), call('HGET', HELD, conversation) or '',
        f[4] or '', tonumber(f[5] or 0), f[6] or '', tonumber(f[7] or 0) }
    else
      call('ZREM', MISSING, conversation)
    end
  end
  return listed
end
