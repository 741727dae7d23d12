-- What wrk sends: the calls given as arguments, in turn over each connection. In their paths and
-- bodies {member} is a member's number by chance, {unique} a number never used before, and {code}
-- the confirmation code that the call before was answered with.
--
-- Arguments: the first unique number, the number of threads, the number of members, whether answers
-- are looked into, and then of each call its method, path and body. Several calls need that, and a
-- thread for each connection.

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  first, step, members = tonumber(args[1]), tonumber(args[2]), tonumber(args[3])
  count, refused, at, calls, values = 0, 0, 1, {}, {}
  for from = 5, #args, 3 do
    table.insert(calls, {args[from], pieces(args[from + 1]), pieces(args[from + 2])})
  end
  math.randomseed(first + number)
  if args[4] == "look" then
    response = go_on
  end
end

-- "a {b} c" as {"a ", "b", " c"}: every second piece is the name of a value.
function pieces(template)
  local found, from = {}, 1
  for before, name, past in template:gmatch("(.-){(%l+)}()") do
    table.insert(found, before)
    table.insert(found, name)
    from = past
  end
  table.insert(found, template:sub(from))
  return found
end

function filled(template)
  local parts = {}
  for index, piece in ipairs(template) do
    parts[index] = index % 2 == 1 and piece or values[piece]
  end
  return table.concat(parts)
end

function request()
  if at == 1 then
    values.member = string.format("%07d", math.random(0, members - 1))
    values.unique = string.format("%07d", first + count * step + number)
    count = count + 1
  end
  local call = calls[at]
  return wrk.format(call[1], filled(call[2]), nil, filled(call[3]))
end

function go_on(status, headers, body)
  -- A refusal that says so in its status is counted by wrk.
  if status < 400 and body:find('"status":%s*"error"') then
    refused = refused + 1
  end
  values.code = body:match('"confirmationCode":%s*"([^"]+)"') or "none"
  at = at % #calls + 1
end

function done(summary, latency)
  local used, unhappy = 0, 0
  for _, thread in ipairs(threads) do
    used = math.max(used, thread:get("count"))
    unhappy = unhappy + thread:get("refused")
  end
  local errors = summary.errors
  print(string.format(
    '{"seconds": %f, "requests": %d, "p50_us": %d, "p99_us": %d, "used": %d,'
      .. ' "refused": %d, "broken": %d}',
    summary.duration / 1e6, summary.requests, latency:percentile(50), latency:percentile(99),
    used * #threads, unhappy + errors.status, errors.connect + errors.read + errors.write
      + errors.timeout))
end
