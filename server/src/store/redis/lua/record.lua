-- What every script begins with: the terms, how a record is written, and what it means now.
--
-- A record is one string: the head, then subject, user agent and data as bytes that scripts do not look into, then the
-- aliases of its id, each 32 bytes and the time it was replaced, the oldest first. Times are milliseconds. Lua counts in
-- doubles, so FOREVER is the greatest number that they tell from its neighbours.
local call, pack, read, sub = redis.call, struct.pack, struct.unpack, string.sub

local ROOT = KEYS[1]
local FOREVER = 2 ^ 53
-- Limits that do not exist are FOREVER.
local now, idle, absolute, told, remembered, grace, touch_every, slack, max_aliases =
  read('>I8I8I8I8I8I8I8I8I8', ARGV[1])

local LIVE, REVOKED, EVICTED, IDLE, AGED = 0, 1, 2, 3, 4
-- State, the time up to which it is stored, last seen, last activity, end, created, proven, rotated, epoch, the sizes of
-- subject, user agent and data, whose it is, current id. A touch overwrites three neighbours in place.
local HEAD, HEAD_SIZE = '>BI8I8I8I8I8I8I8I4I4I4I4c16c32', 121
local TOUCHED, TOUCHED_AT = '>I8I8I8', 1
local ALIAS_SIZE = 40

local function record_key(family) return ROOT .. 'f' .. family end
local function id_key(id) return ROOT .. 'i' .. id end

local function due(last) return math.max(now - last, 0) >= touch_every end

-- Why and since when it is over.
local function over(state, ended, active, created)
  if state ~= LIVE then return state, ended end
  local idles, ages = active + idle, created + absolute
  if idles <= now then return IDLE, math.min(idles, ages) end
  if ages <= now then return AGED, ages end
end

-- How long an end is kept.
local function memory(reason)
  if reason == REVOKED or reason == EVICTED then return remembered end
  return told
end

-- The time up to which it is stored.
local function stored_until(state, ended, active, created)
  local last
  if state == LIVE then
    last = math.min(active + idle, created + absolute) + told
  else
    last = ended + memory(state)
  end
  return math.min(last + slack, FOREVER)
end

local function put(key, value, until_)
  if until_ == FOREVER then
    call('SET', key, value)
  else
    call('SET', key, value, 'PX', math.max(until_ - now, 1))
  end
end

local function expire(key, until_)
  if until_ == FOREVER then
    call('PERSIST', key)
  else
    call('PEXPIRE', key, math.max(until_ - now, 1))
  end
end

-- Is it an alias within its grace? The aliases begin behind `at`.
local function accepts(value, at, id)
  for alias = at + 1, #value, ALIAS_SIZE do
    if sub(value, alias, alias + 31) == id then return read('>I8', value, alias + 32) + grace > now end
  end
  return false
end
