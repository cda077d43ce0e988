-- Records as tables, and how they begin, turn and end.
local function parse(family, value)
  local record = { family = family }
  local subject, agent, data, at
  record.state, record.until_, record.seen, record.active, record.ended, record.created, record.proven, record.rotated,
    record.epoch, subject, agent, data, record.owner, record.id, at = read(HEAD, value)
  record.subject = sub(value, at, at + subject - 1)
  record.agent = sub(value, at + subject, at + subject + agent - 1)
  record.data = sub(value, at + subject + agent, at + subject + agent + data - 1)
  record.aliases = sub(value, at + subject + agent + data)
  return record
end

local function load(family)
  local value = call('GET', record_key(family))
  return value and parse(family, value)
end

local function is_over(record) return over(record.state, record.ended, record.active, record.created) end

local function body(record)
  return pack(HEAD, record.state, record.until_, record.seen, record.active, record.ended, record.created,
    record.proven, record.rotated, record.epoch, #record.subject, #record.agent, #record.data, record.owner, record.id)
    .. record.subject .. record.agent .. record.data
end

-- How a record is answered.
local function show(record) return record.family .. body(record) end

local function save(record)
  record.until_ = stored_until(record.state, record.ended, record.active, record.created)
  put(record_key(record.family), body(record) .. record.aliases, record.until_)
  put(id_key(record.id), record.family, record.until_)
end

local function enter(record)
  save(record)
  call('ZADD', ACTIVE, record.active, record.family)
  call('ZADD', CREATED, record.created, record.family)
  add_to_queue(record.owner, record.family, record.active, record.until_)
end

local function leave(family, owner)
  call('ZREM', ACTIVE, family)
  call('ZREM', CREATED, family)
  remove_from_queue(owner, family)
end

local function forget_ids(record)
  call('DEL', id_key(record.id))
  for alias = 1, #record.aliases, ALIAS_SIZE do
    call('DEL', id_key(sub(record.aliases, alias, alias + 31)))
  end
end

-- Drops an ended record.
local function forget(record)
  call('DEL', record_key(record.family))
  call('ZREM', RAN_OUT, record.family)
  call('ZREM', ENDED, record.family)
  forget_ids(record)
end

-- Ends a live record, whether it ran out or not. Its secrets go at once.
local function finish(record, reason, at)
  leave(record.family, record.owner)
  record.state, record.ended, record.owner = reason, at, NOBODY
  record.subject, record.agent, record.data = '', '', ''
  if at + memory(reason) > now then
    call('ZADD', (reason == IDLE or reason == AGED) and RAN_OUT or ENDED, at, record.family)
    save(record)
  else
    forget(record)
  end
end

-- Ends a live record that ran out, if it did; answers why.
local function settle(record)
  if record.state ~= LIVE then return end
  local reason, at = is_over(record)
  if reason then finish(record, reason, at) end
  return reason
end

-- Gives a live record a new id; the one before becomes an alias.
local function turn(record, id)
  local aliases = record.aliases .. record.id .. pack('>I8', now)
  while #aliases > max_aliases * ALIAS_SIZE or (#aliases > 0 and read('>I8', aliases, 33) + grace <= now) do
    call('DEL', id_key(sub(aliases, 1, 32)))
    aliases = sub(aliases, ALIAS_SIZE + 1)
  end
  record.aliases, record.id, record.rotated = aliases, id, now
  save(record)
end
