-- What staff write in one place: a hash with expiry, each command atomic, on keys of the {dispatch} slot alone.
-- Fields: first, last, and for each line <n> (cid, by, at, mark as JSON), sealed:<n>, and cid:<cid> -> n.
-- KEYS[1]: the place. ARGV: command, arguments.

local call = redis.call
local place = KEYS[1]

local function bounds()
  local f = call('HMGET', place, 'first', 'last')
  return tonumber(f[1] or 1), tonumber(f[2] or 0)
end

local function drop_first(first)
  local head = call('HGET', place, first)
  if head then call('HDEL', place, first, 'sealed:' .. first, 'cid:' .. cjson.decode(head).cid) end
  call('HSET', place, 'first', first + 1)
end

local C = {}

-- KEYS[2]: counts what this account writes; KEYS[3]: what has to be there, or the place itself.
-- cid, head, sealed, kept (ms), most lines, whether the oldest goes, most written, in (ms)
-- -> what came of it (new, known, gone, full, too_fast), and the number, or how long to wait (ms)
function C.append(cid, head, sealed, kept, most, rolls, most_written, within)
  if KEYS[3] ~= place and call('EXISTS', KEYS[3]) == 0 then return { 'gone', 0 } end
  local known = call('HGET', place, 'cid:' .. cid)
  if known then return { 'known', tonumber(known) } end
  local written = call('INCR', KEYS[2])
  if written == 1 then call('PEXPIRE', KEYS[2], within) end
  if written > tonumber(most_written) then return { 'too_fast', math.max(1, call('PTTL', KEYS[2])) } end
  local first, last = bounds()
  if last - first + 1 >= tonumber(most) then
    if rolls ~= '1' then return { 'full', 0 } end
    drop_first(first)
  end
  last = last + 1
  call('HSET', place, 'last', last, last, head, 'sealed:' .. last, sealed, 'cid:' .. cid, last)
  call('PEXPIRE', place, kept)
  return { 'new', last }
end

-- after, most -> number of the last line there is, then number, head and sealed body of each line after `after`
function C.read(after, most)
  local first, last = bounds()
  local found = { last }
  for n = math.max(tonumber(after) + 1, first), math.min(last, math.max(tonumber(after), first - 1) + tonumber(most)) do
    local line = call('HMGET', place, n, 'sealed:' .. n)
    if line[1] then
      found[#found + 1], found[#found + 2], found[#found + 3] = n, line[1], line[2]
    end
  end
  return found
end

-- number, mark, sealed -> 1, or 0: there is no such line, or it is not the same text
function C.reseal(number, mark, sealed)
  local head = call('HGET', place, number)
  if not head or cjson.decode(head).mark ~= mark then return 0 end
  call('HSET', place, 'sealed:' .. number, sealed)
  return 1
end

-- before (ms) -> how many older lines were dropped
function C.trim(before)
  local first, last = bounds()
  local dropped = 0
  while first <= last do
    local head = call('HGET', place, first)
    if head and cjson.decode(head).at >= tonumber(before) then break end
    drop_first(first)
    first, dropped = first + 1, dropped + 1
  end
  return dropped
end

-- kept (ms): somebody looks after it
function C.keep(kept)
  return call('PEXPIRE', place, kept)
end

return C[ARGV[1]](unpack(ARGV, 2))
