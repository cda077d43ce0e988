-- Replaces the data of a live record. Terms, family, the data seen, the new ones. 0: done. 1: changed. 2: not live.
local record = load(ARGV[2])
if not record or is_over(record) then return 2 end
if record.data ~= ARGV[3] then return 1 end
record.data = ARGV[4]
save(record)
return 0
