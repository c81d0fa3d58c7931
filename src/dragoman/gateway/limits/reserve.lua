-- ARGV[1]: the claims, {{{meter, slice, amount, ends}, limit, latest}, …}. Makes all of them if they fit, or none.
local claims = cmsgpack.unpack(ARGV[1])
local short = false
for _, claim in ipairs(claims) do
  if used(claim[1][1]) + claim[1][3] > claim[2] then
    -- What says that it counts for longer than anything can was made by a clock that has been set back since.
    for _, slice in pairs(meters[claim[1][1]] or {}) do slice[2] = math.min(slice[2], claim[3]) end
    short = short or used(claim[1][1]) + claim[1][3] > claim[2]
  end
end
if short then return answer(0) end
for _, claim in ipairs(claims) do add(claim[1]) end
return answer(1)
