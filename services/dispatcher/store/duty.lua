-- The duty key of each force: which one counts, and its boxes. Each command is atomic, on keys of the {dispatch} slot
-- alone, so that of two consoles that make a key at the same moment one wins and the other learns it.
-- KEYS[1]: any key of the slot, for routing. ARGV: command, now (ms; 0 asks the server's clock), arguments.
-- The constants PREFIX, GRACE and FORCES stand before this text when it is loaded.

local call = redis.call
local OPERATORS = PREFIX .. 'operators'
local function duty(force) return PREFIX .. 'duty:' .. force end
local function boxes_of(kid) return PREFIX .. 'duty-boxes:' .. kid end

local now = tonumber(ARGV[2])
if now == 0 then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Every operator's connected console: the force whose queues it serves, its shift key, its instance. A psychologist reads
-- the chats that they are called into, and no others: they have no part in the duty key.
local function connected()
  local found = {}
  for _, operator in ipairs(call('ZRANGEBYSCORE', OPERATORS, '(' .. now + GRACE, '+inf')) do
    local f = call('HMGET', PREFIX .. 'operator:' .. operator, 'queues', 'kid', 'instance')
    local operates = f[1] and not string.find(f[1], '.psychologist', 1, true)
    if operates and f[2] and f[2] ~= '' and f[3] then
      found[#found + 1] = { force = string.match(f[1], '^[^.]+'), kid = f[2], instance = f[3] }
    end
  end
  return found
end

-- kid, then pairs of a shift key and its box -> how many were taken: those of consoles of this force that have none
local function put(force, kid, pairs_of)
  local known, taken = {}, 0
  for _, one in ipairs(connected()) do
    if one.force == force then known[one.kid] = true end
  end
  for i = 1, #pairs_of, 2 do
    if known[pairs_of[i]] then taken = taken + call('HSETNX', boxes_of(kid), pairs_of[i], pairs_of[i + 1]) end
  end
  return taken
end

local C = {}

-- -> now, then for each force: name, duty key or an empty string, then shift key, instance and 0 or 1 of each console
function C.look()
  local rows, kids = {}, {}
  for _, force in ipairs(FORCES) do
    kids[force] = call('GET', duty(force)) or ''
    rows[force] = { force, kids[force] }
  end
  for _, one in ipairs(connected()) do
    local row = rows[one.force]
    if row then
      row[#row + 1], row[#row + 2] = one.kid, one.instance
      row[#row + 1] = kids[one.force] ~= '' and call('HEXISTS', boxes_of(kids[one.force]), one.kid) or 0
    end
  end
  local found = { now }
  for _, force in ipairs(FORCES) do found[#found + 1] = rows[force] end
  return found
end

-- force, key that is replaced (or an empty string), kid, end (ms), then shift keys and boxes -> 1, or 0: another was quicker
function C.make(force, replaces, kid, ends, ...)
  local before = call('GET', duty(force)) or ''
  if before ~= replaces or kid == before then return 0 end
  call('SET', duty(force), kid, 'PXAT', ends)
  put(force, kid, { ... })
  call('PEXPIREAT', boxes_of(kid), ends)
  if before ~= '' then call('DEL', boxes_of(before)) end
  return 1
end

-- force, kid, who shares (a shift key), then shift keys and boxes -> 1, or 0: that is not the key, or not theirs
function C.share(force, kid, by, ...)
  if call('GET', duty(force)) ~= kid or call('HEXISTS', boxes_of(kid), by) == 0 then return 0 end
  put(force, kid, { ... })
  return 1
end

-- force, operator whose console gets no other one, beginning of that console's name -> 1, or 0: there was none
function C.drop(force, operator, socket)
  local desk = PREFIX .. 'operator:' .. operator
  if string.sub(call('HGET', desk, 'socket') or '', 1, #socket) == socket then call('HDEL', desk, 'kid') end
  local kid = call('GET', duty(force))
  if not kid then return 0 end
  call('DEL', duty(force), boxes_of(kid))
  return 1
end

return C[ARGV[1]](unpack(ARGV, 3))
