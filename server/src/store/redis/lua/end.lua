-- Ends a live record. Terms, family, reason. 1 if there was one.
local record = load(ARGV[2])
if not record or settle(record) or record.state ~= LIVE then return 0 end
finish(record, tonumber(ARGV[3]), now)
return 1
