-- Who is in danger, and who sees to it: commands that use the names of base.lua.

-- conversation, who -> 1, or 0 when it is not in danger, or somebody saw to it before
function C.danger_seen(conversation, who)
  if not call('ZSCORE', ENDANGERED, conversation) then return 0 end
  if call('HSETNX', key('danger', conversation), 'seen_by', who) == 0 then return 0 end
  call('HSET', key('danger', conversation), 'seen_at', now)
  return 1
end

-- -> for each in danger, longest first: conversation, queue, since, at, by, holder, seen by, seen at; empty for none
function C.dangers()
  local found = {}
  for _, conversation in ipairs(call('ZRANGE', ENDANGERED, 0, -1)) do
    local ticket = read(conversation)
    local f = call('HMGET', key('danger', conversation), 'at', 'by', 'seen_by', 'seen_at')
    found[#found + 1] = { conversation, ticket.queue, ticket.since, tonumber(f[1]), f[2],
      call('HGET', HELD, conversation) or '', f[3] or '', tonumber(f[4] or 0) }
  end
  return found
end
