-- The subject's live records, the most recently active first. Terms, whose.
local owner, records = ARGV[2], {}
for _, family in ipairs(call('ZREVRANGE', queue_key(owner), 0, -1)) do
  local record = load(family)
  if not record then
    leave(family, owner)
  elseif not is_over(record) then
    records[#records + 1] = show(record)
  end
end
return records
