-- Ends the subject's live records proven at or before a time. Terms, whose, the time, the survivor or nothing.
-- Answers the families; nothing: the survivor is no live record of the subject's, and nobody has ended.
local owner, not_before, except = ARGV[2], read('>I8', ARGV[3]), ARGV[4]
if except ~= '' then
  local survivor = load(except)
  if not survivor or survivor.owner ~= owner or is_over(survivor) then return false end
  survivor.proven = math.max(survivor.proven, not_before + 1)
  save(survivor)
end
local ended = {}
for _, family in ipairs(call('ZRANGE', queue_key(owner), 0, -1)) do
  local record = load(family)
  if not record then
    leave(family, owner)
  elseif record.proven <= not_before and not settle(record) then
    finish(record, REVOKED, now)
    ended[#ended + 1] = family
  end
end
return ended
