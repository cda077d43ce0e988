-- Checks the sessions in the file that COOKIES names, one after the other, and says at the end what came of it.
local requests, at = {}, 0

function init()
  for cookie in io.lines(os.getenv("COOKIES")) do
    local headers = { ["content-type"] = "application/json", ["x-session-keepalive"] = "1", ["cookie"] = cookie }
    requests[#requests + 1] = wrk.format("POST", "/api/validate-session", headers, "{}")
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.write(string.format('\n{"requests":%d,"us":%d,"failed":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(99)))
end
