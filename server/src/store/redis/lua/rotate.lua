-- Gives a live record a new id. Terms, family, id; for a sign-in also whose it is, subject, data, when proven, limits.
-- 0, record, the evicted: done. 1: full. 2: not live. 3: taken.
local record, id = load(ARGV[2]), ARGV[3]
if not record or settle(record) or record.state ~= LIVE then return { 2 } end
local evicted = {}
if #ARGV == 3 then
  turn(record, id)
else
  if record.owner ~= NOBODY then return { 3 } end
  local owner = ARGV[4]
  evicted = make_room(owner, record.family, ARGV[8])
  if not evicted then return { 1 } end
  leave(record.family, NOBODY)
  -- No id from before the sign-in finds it any more.
  forget_ids(record)
  record.owner, record.subject, record.data, record.proven = owner, ARGV[5], ARGV[6], read('>I8', ARGV[7])
  record.created, record.seen, record.active, record.rotated = now, now, now, now
  record.id, record.aliases = id, ''
  enter(record)
end
return { 0, show(record), evicted }
