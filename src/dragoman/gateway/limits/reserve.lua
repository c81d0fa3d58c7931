-- ARGV[1]: the claims, {{{meter, slice, amount, ends}, limit, latest}, …}. Makes all of them if they fit, or none.
local claims = cmsgpack.unpack(ARGV[1])
for _, claim in ipairs(claims) do
  for _, slice in pairs(meters[claim[1][1]] or {}) do slice[2] = math.min(slice[2], claim[3]) end
end
for _, claim in ipairs(claims) do
  if used(claim[1][1]) + claim[1][3] > claim[2] then return answer(0) end
end
for _, claim in ipairs(claims) do add(claim[1]) end
return answer(1)
