-- Room for one more. In one go no more than this many leave, so that the others do not wait for long when a limit was
-- lowered; the next sign-ins go on with it.
local ROUNDS = 200

-- The first that may not stay: past a limit, or expired unswept. Without an owner: of all.
local function first_over(owner, spared)
  local families = owner and call('ZRANGE', queue_key(owner), 0, -1) or {}
  if not owner then
    for _, queue in ipairs({ ACTIVE, CREATED }) do
      for _, family in ipairs(call('ZRANGE', queue, 0, 1)) do families[#families + 1] = family end
    end
  end
  for _, family in ipairs(families) do
    if family ~= spared then
      local record = load(family)
      if not record or is_over(record) then return family, record end
    end
  end
end

-- Who goes when there are too many: the least recently active, without an owner that of the most crowded one.
local function least_active(owner, spared)
  local most = not owner and call('ZREVRANGE', CROWDS, 0, 0)[1]
  while most and not owner do
    owner = sub(most, 9)
    local _, place = crowd(owner)
    if place ~= most then
      -- Its queue expired, unswept.
      call('ZREM', CROWDS, most)
      owner, most = nil, call('ZREVRANGE', CROWDS, 0, 0)[1]
    end
  end
  for _, family in ipairs(call('ZRANGE', owner and queue_key(owner) or ACTIVE, 0, 1)) do
    if family ~= spared then return family, load(family), owner end
  end
end

-- Answers, as they were, the live records that had to go; nothing if there is no room to be had. What ran out goes first
-- and is not "evicted". `limits`: in all, of one subject, 1 to evict. `spared` does not count and does not go.
local function make_room(owner, spared, limits)
  local total, per_subject, evicts = read('>I8I8B', limits)
  local leaving = load(spared)
  leaving = leaving and leaving.state == LIVE and leaving
  local evicted = {}
  for _ = 1, ROUNDS do
    local crowded
    local own = owner ~= NOBODY and call('ZCARD', queue_key(owner)) or 0
    if own - ((leaving and leaving.owner == owner) and 1 or 0) >= per_subject then
      crowded = owner
    elseif call('ZCARD', ACTIVE) - (leaving and 1 or 0) < total then
      return evicted
    end
    local family, record = first_over(crowded, spared)
    if not family then
      if evicts == 0 then return end
      family, record, crowded = least_active(crowded, spared)
      if not family then return end
    end
    if not record then
      leave(family, crowded or NOBODY)
    elseif not settle(record) then
      evicted[#evicted + 1] = show(record)
      finish(record, EVICTED, now)
    end
  end
  return evicts ~= 0 and evicted or nil
end
