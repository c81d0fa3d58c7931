-- ARGV[1]: the entries, {{meter, slice, amount, ends}, …}. ARGV[2]: '1' where the amounts are all that is in the slices.
for _, entry in ipairs(cmsgpack.unpack(ARGV[1])) do
  local meter, name, amount, ends = unpack(entry)
  local slice = ARGV[2] == '0' and (meters[meter] or {})[name]
  put(meter, name, slice and slice[1] or amount, ends)
end
return answer(1)
