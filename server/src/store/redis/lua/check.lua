-- Finds a record by an id or a family, and notes a use that is due. Terms, key, 1 if the use is the person's.
-- Nothing: unknown. A number: the reason of its end. Else flags (1 touched, 2 alias), the family and the record.
local key = ARGV[2]
local family, id = key, nil
if #key == 32 then
  id = key
  family = call('GET', id_key(id))
  if not family then return false end
end
local value = call('GET', record_key(family))
if not value then return false end

local state, until_, seen, active, ended, created, _, _, _, subject, agent, data, owner, current = read(HEAD, value)
local size = HEAD_SIZE + subject + agent + data
local alias = id and id ~= current
if alias and not accepts(value, size, id) then return false end

local reason, since = over(state, ended, active, created)
if reason then
  -- A session id hears why while the policy tells; a ticket, which names the family, while the end is remembered.
  if (told > 0 and since + told > now) or (not id and since + memory(reason) > now) then return reason end
  return false
end

local moves = ARGV[3] == '1' and due(active)
local touched = moves or due(seen)
-- A clock that was set back must not make a session look less recently used than it is.
if touched then seen = math.max(seen, now) end
moves = moves and now > active
if moves then active = now end
local wanted = stored_until(state, ended, active, created)
if touched or wanted > until_ then
  local lasts = math.max(wanted, until_)
  local changed = pack(TOUCHED, lasts, seen, active)
  call('SETRANGE', record_key(family), TOUCHED_AT, changed)
  if wanted > until_ then
    expire(record_key(family), lasts)
    expire(id_key(current), lasts)
  end
  if moves then call('ZADD', ACTIVE, active, family) end
  if moves or wanted > until_ then add_to_queue(owner, family, active, lasts) end
  value = sub(value, 1, TOUCHED_AT) .. changed .. sub(value, TOUCHED_AT + #changed + 1)
end
local flags = (touched and 1 or 0) + (alias and 2 or 0)
return string.char(flags) .. family .. sub(value, 1, size)
