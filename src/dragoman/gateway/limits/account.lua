-- The rule of account.py where the server can apply it in one step. KEYS[1] is the key's account, packed as there:
-- {meter = {slice = {amount, ends}}}. What is past is dropped first.

local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000

local packed = redis.call('GET', KEYS[1])
local meters = packed and cmsgpack.unpack(packed) or {}
for _, slices in pairs(meters) do
  for name, slice in pairs(slices) do
    if slice[2] <= now then slices[name] = nil end
  end
end

local function used(meter)
  local sum = 0
  for _, slice in pairs(meters[meter] or {}) do sum = sum + slice[1] end
  return sum
end

local function put(meter, name, amount, ends)
  meters[meter] = meters[meter] or {}
  meters[meter][name] = amount > 0 and ends > now and {amount, ends} or nil
end

local function add(entry)
  local meter, name, amount, ends = unpack(entry)
  local slice = (meters[meter] or {})[name] or {0, 0}
  put(meter, name, slice[1] + amount, math.max(slice[2], ends))
end

-- Writes the account and answers with it; the server forgets it when the last of its slices is past.
local function answer(done)
  local latest = 0
  for meter, slices in pairs(meters) do
    -- An empty table would be packed as a list, which is no map.
    if next(slices) == nil then meters[meter] = nil end
    for _, slice in pairs(slices) do latest = math.max(latest, slice[2]) end
  end
  if latest == 0 then
    redis.call('DEL', KEYS[1])
    return {done, time, false}
  end
  packed = cmsgpack.pack(meters)
  redis.call('SET', KEYS[1], packed, 'PXAT', string.format('%.0f', math.ceil(latest * 1000)))
  return {done, time, packed}
end
