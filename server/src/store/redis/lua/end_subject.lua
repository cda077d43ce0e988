-- Ends the subject's live records proven at or before a time. Terms, whose, the time, the survivor or nothing.
-- Answers the families.
local owner, not_before, except = ARGV[2], read('>I8', ARGV[3]), ARGV[4]
local ended = {}
for _, family in ipairs(call('ZRANGE', queue_key(owner), 0, -1)) do
  local record = load(family)
  if not record then
    leave(family, owner)
  elseif family == except then
    record.proven = math.max(record.proven, not_before + 1)
    save(record)
  elseif record.proven <= not_before and not settle(record) then
    finish(record, REVOKED, now)
    ended[#ended + 1] = family
  end
end
return ended
