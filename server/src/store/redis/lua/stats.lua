-- How many are live, and how many ended are kept. On its own: no time and no policy has a say in it.
local function size(queue) return redis.call('ZCARD', KEYS[1] .. queue) end
return { size('active'), size('ranout') + size('ended') }
