-- ARGV[1]: the entries, {{meter, slice, amount, ends}, …}. Makes them, whether they fit or not.
for _, entry in ipairs(cmsgpack.unpack(ARGV[1])) do add(entry) end
return answer(1)
