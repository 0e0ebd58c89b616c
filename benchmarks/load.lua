-- The requests of wrk: a hundred different ones in turn, built once. Arguments: method, size, file with the body of a POST.
local requests = {}
local turn = 0

function init(args)
  local method, size, file = args[1], args[2], args[3]
  local body = nil
  if method == "POST" then
    local source = io.open(file, "rb")
    body = source:read("*a")
    source:close()
  end
  for number = 0, 99 do
    local headers = {
      ["User-Agent"] = "wrk",
      ["Accept"] = "application/json",
      ["X-User-Id"] = "user-" .. number,
    }
    if body then headers["Content-Type"] = "application/json" end
    local path = string.format("/shops/%d/items/%s-%02d", number % 10, size, number)
    requests[number + 1] = wrk.format(method, path, headers, body)
  end
end

function request()
  turn = turn % 100 + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"durationUs":%d,"statusErrors":%d,"socketErrors":%d,"p50Us":%d,"p99Us":%d}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
