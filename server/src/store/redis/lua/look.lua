-- What is stored under an id or a family, without judging it: most checks write nothing, and this is all they cost.
-- Nothing, or the family and its record. On its own: no time and no policy has a say in it.
local family = ARGV[1]
if #family == 32 then
  family = redis.call('GET', KEYS[1] .. 'i' .. family)
  if not family then return false end
end
local value = redis.call('GET', KEYS[1] .. 'f' .. family)
return value and family .. value
