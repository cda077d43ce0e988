-- Adds a record. Terms, family, record, the family that is about to end or nothing, limits.
-- 0, live sessions, the evicted: made. 1, record: joined. 2, reason: ended. 3: full.
local new = parse(ARGV[2], ARGV[3])
local there = load(new.family)
if there then
  settle(there)
  local reason, at = is_over(there)
  if not reason then
    turn(there, new.id)
    return { 1, show(there) }
  end
  if at + memory(reason) > now then return { 2, reason } end
  forget(there)
end
local evicted = make_room(new.owner, ARGV[4], ARGV[5])
if not evicted then return { 3 } end
enter(new)
return { 0, call('ZCARD', ACTIVE), evicted }
