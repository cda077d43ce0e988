-- Ends what ran out, then drops what was kept long enough. Terms, how many at most.
-- 1 if work is left, how many were dropped, each family that ran out with its reason.
local ran_out, dropped = {}, 0

local function first(queue, limit) return call('ZRANGEBYSCORE', queue, '-inf', limit, 'LIMIT', 0, 1)[1] end

for _ = 1, tonumber(ARGV[2]) do
  local idler = first(ACTIVE, now - idle)
  local family = idler or first(CREATED, now - absolute)
  if family then
    local record = load(family)
    -- Nothing is there if it expired before a sweep came by.
    local reason = record and settle(record) or (idler and IDLE or AGED)
    leave(family, NOBODY)
    ran_out[#ran_out + 1] = family .. string.char(reason)
  else
    family = first(RAN_OUT, now - told) or first(ENDED, now - remembered)
    if not family then return { 0, dropped, ran_out } end
    forget(load(family) or { family = family, id = '', aliases = '' })
    dropped = dropped + 1
  end
end
return { 1, dropped, ran_out }
