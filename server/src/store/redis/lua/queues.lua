-- The orders in which live sessions leave. They follow the records, in the same scripts; but a record that nobody swept
-- may have expired, and then its place in them is given up wherever it is met.
local ACTIVE, CREATED, CROWDS = ROOT .. 'active', ROOT .. 'created', ROOT .. 'crowds'
-- Ended sessions by their end: those that ran out, and those that were ended.
local RAN_OUT, ENDED = ROOT .. 'ranout', ROOT .. 'ended'
local NOBODY = string.rep('\0', 16)

local function queue_key(owner) return ROOT .. 's' .. owner end

-- How crowded a subject with more than one session is. The greatest, and among equals the last, loses a session first:
-- the one that has the longest unused session.
local function crowd(owner)
  local size = call('ZCARD', queue_key(owner))
  if size < 2 then return end
  local oldest = call('ZRANGE', queue_key(owner), 0, 0, 'WITHSCORES')
  return size, pack('>I8', FOREVER - tonumber(oldest[2])) .. owner
end

local function recount(owner, size, place)
  local new_size, new_place = crowd(owner)
  if place == new_place and size == new_size then return end
  if place then call('ZREM', CROWDS, place) end
  if new_place then call('ZADD', CROWDS, new_size, new_place) end
end

local function add_to_queue(owner, family, active, until_)
  if owner == NOBODY then return end
  local size, place = crowd(owner)
  local key = queue_key(owner)
  local left = call('PTTL', key)
  call('ZADD', key, active, family)
  recount(owner, size, place)
  -- It stays as long as the last of its records, and -2 is that it has just been made.
  if left == -2 or (left >= 0 and left < until_ - now) then expire(key, until_) end
end

local function remove_from_queue(owner, family)
  if owner == NOBODY then return end
  local size, place = crowd(owner)
  call('ZREM', queue_key(owner), family)
  recount(owner, size, place)
end
